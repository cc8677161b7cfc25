//! What a push wrote into lists of referrers itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use pushgate_oci::Digest;
use serde_json::Value;

/// The entries that this client wrote, by the list that they are in.
#[derive(Default)]
pub(super) struct Linked(Mutex<HashMap<String, Vec<Entry>>>);

/// One entry of a list: the digest in it, and all of it.
pub(super) type Entry = (Digest, Value);

impl Linked {
    /// Adds an entry, and gives all of that list.
    pub(super) fn with(&self, list: &str, digest: &Digest, entry: Value) -> Vec<Entry> {
        let mut linked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = linked.entry(list.to_owned()).or_default();
        if !entries.iter().any(|(known, _)| known == digest) {
            entries.push((digest.clone(), entry));
        }
        entries.clone()
    }
}
