//! From the names in a file to the files that define them.

use std::collections::{BTreeMap, BTreeSet};

use crate::Arrow;
use crate::names::{absolute, definer};
use crate::room::{Import, Room};

/// Every arrow of a crate.
pub(crate) fn of(rooms: &BTreeMap<String, Room>) -> BTreeSet<Arrow> {
    let mut arrows = BTreeSet::new();
    for (module, room) in rooms {
        let used = used(rooms, module, room);
        arrows.extend(used.into_iter().filter(|to| to != module).map(|to| (module.clone(), to)));
    }
    arrows
}

fn used(rooms: &BTreeMap<String, Room>, module: &str, room: &Room) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut follow = |path: Option<Vec<String>>| found.extend(path.and_then(|path| definer(rooms, &path, 0)));
    let is_named = |name: &String| room.paths.iter().any(|path| path.first() == Some(name));
    for (name, Import { path, is_public }) in &room.imports {
        if !is_public || is_named(name) {
            follow(absolute(rooms, module, path));
        }
    }
    for path in &room.everything_of {
        follow(absolute(rooms, module, path));
    }
    for path in &room.paths {
        let Some((first, rest)) = path.split_first() else { continue };
        match room.imports.get(first) {
            // A module that was brought into scope, and something in it.
            Some(import) if !rest.is_empty() => {
                follow(absolute(rooms, module, &import.path).map(|base| [base, rest.to_vec()].concat()));
            }
            Some(_) => {}
            None if rest.is_empty() => {}
            None => follow(absolute(rooms, module, path)),
        }
    }
    found
}
