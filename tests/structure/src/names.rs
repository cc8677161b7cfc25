//! Which file defines a name.

use std::collections::BTreeMap;

use crate::below;
use crate::room::{Import, Room};

/// How many times a name may be passed on before it counts as lost; nothing is passed on in a circle.
const DEEPEST: usize = 16;

/// A path from the root of the crate, and none for one that leads out of it.
pub(crate) fn absolute(rooms: &BTreeMap<String, Room>, module: &str, path: &[String]) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    let mut base: Vec<String> = if module.is_empty() { Vec::new() } else { module.split("::").map(str::to_owned).collect() };
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([base, rest.to_vec()].concat()),
        "super" => {
            base.pop();
            let mut rest = rest;
            while let Some(("super", after)) = rest.split_first().map(|(first, after)| (first.as_str(), after)) {
                base.pop();
                rest = after;
            }
            Some([base, rest.to_vec()].concat())
        }
        name if rooms.contains_key(&below(module, name)) => Some([base, path.to_vec()].concat()),
        _ => None,
    }
}

/// The module of the file that defines what a path from the root names; none if that is in another crate.
pub(crate) fn definer(rooms: &BTreeMap<String, Room>, path: &[String], depth: usize) -> Option<String> {
    let mut module = String::new();
    let mut rest = path;
    while let Some((first, after)) = rest.split_first() {
        let child = below(&module, first);
        if !rooms.contains_key(&child) {
            break;
        }
        (module, rest) = (child, after);
    }
    let (Some((name, after)), Some(room)) = (rest.split_first(), rooms.get(&module)) else { return Some(module) };
    if room.definitions.contains(name) || depth > DEEPEST {
        return Some(module);
    }
    if let Some(Import { path, .. }) = room.imports.get(name) {
        let path = [absolute(rooms, &module, path)?, after.to_vec()].concat();
        return definer(rooms, &path, depth + 1);
    }
    for everything in &room.everything_of {
        let Some(base) = absolute(rooms, &module, everything) else { continue };
        let path = [base, vec![name.clone()], after.to_vec()].concat();
        let base_module = path.iter().take(path.len() - 1 - after.len()).cloned().collect::<Vec<_>>().join("::");
        let found = definer(rooms, &path, depth + 1);
        if found.as_ref().is_some_and(|found| *found != base_module || rooms.get(found).is_some_and(|room| room.definitions.contains(name)))
        {
            return found;
        }
    }
    Some(module)
}
