//! Which entry of `index.json` is meant.

use crate::descriptor::Descriptor;
use crate::layout::error::LayoutError;
use crate::platform::Platform;

/// How many entries an error lists.
pub(super) const LISTED: usize = 20;

pub(super) fn entry<'a>(entries: &'a [Descriptor], reference: Option<&str>) -> Result<&'a Descriptor, LayoutError> {
    let chosen: Vec<&Descriptor> = entries
        .iter()
        .filter(|entry| reference.is_none_or(|reference| entry.reference_name() == Some(reference) || entry.digest.as_str() == reference))
        .collect();
    match (chosen.as_slice(), reference) {
        // One image under two equal names is one image.
        ([first, others @ ..], _) if others.iter().all(|other| same(first, other)) => Ok(first),
        ([], _) if entries.is_empty() => Err(LayoutError::Empty),
        ([], reference) => Err(LayoutError::NoSuchEntry {
            reference: reference.unwrap_or_default().chars().take(160).collect(),
            entries: names(&entries.iter().collect::<Vec<_>>()),
        }),
        (several, _) => Err(LayoutError::Ambiguous { count: several.len(), entries: names(several) }),
    }
}

fn same(one: &Descriptor, other: &Descriptor) -> bool {
    one.digest == other.digest && one.size == other.size && one.media_type == other.media_type && machine(one) == machine(other)
}

fn machine(entry: &Descriptor) -> Option<(&str, &str, Option<&str>)> {
    entry.platform.as_ref().map(Platform::machine)
}

/// A name that several entries share does not help to choose, so those go by digest.
fn names(entries: &[&Descriptor]) -> Vec<String> {
    let name = |entry: &&Descriptor| {
        let named = entry.reference_name().filter(|name| {
            let same_name = |other: &&&Descriptor| other.reference_name() == Some(*name);
            entries.iter().filter(same_name).count() == 1
        });
        named.unwrap_or(entry.digest.as_str()).chars().take(160).collect()
    };
    entries.iter().take(LISTED).map(name).collect()
}
