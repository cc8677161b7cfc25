//! One content, one media type.
//!
//! A manifest that lists one digest under two media types has two meanings: a reader that takes the content for a layer
//! unpacks it, another one takes it for something else, and a check of the one says nothing about the other.

use std::collections::HashMap;

use crate::digest::Digest;
use crate::manifest::Manifest;

/// The content of the OCI image specification's empty descriptor. It has no meaning that could be mistaken, and
/// artifacts have it as a config and as a layer, under any type.
const EMPTY: &[u8] = b"{}";

/// Every digest of a manifest has one media type.
///
/// # Errors
/// The digest that has two, with both.
pub(super) fn one_type_each(manifest: &Manifest) -> Result<(), String> {
    let mut known: HashMap<&Digest, &str> = HashMap::new();
    for part in std::iter::once(&manifest.config).chain(&manifest.layers) {
        let before = *known.entry(&part.digest).or_insert(&part.media_type);
        if before != part.media_type && !part.digest.matches(EMPTY) {
            return Err(format!("it lists {} as `{before}` and as `{}`", part.digest, part.media_type));
        }
    }
    Ok(())
}
