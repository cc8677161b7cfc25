//! The list of what is about a manifest, under a tag that is made of the manifest's digest.

use std::collections::BTreeMap;

use pushgate_json::{MAX_DOCUMENT, edit};
use pushgate_oci::media_type::OCI_INDEX;
use pushgate_oci::{Descriptor, Digest, Index, PinnedManifest, SubjectLink};
use serde_json::{Value, json};

use crate::registry::manifests::FetchedManifest;

/// The longest second part of a tag that is made of a digest.
const MAX_REFERENCE: usize = 64;

/// What the list says of a manifest.
pub(super) fn entry(manifest: &PinnedManifest, link: &SubjectLink) -> Value {
    let Descriptor { media_type, digest, size, .. } = &manifest.descriptor;
    let mut entry = json!({ "mediaType": media_type, "digest": digest.as_str(), "size": size });
    if let Some(members) = entry.as_object_mut() {
        if let Some(artifact_type) = &link.artifact_type {
            members.insert("artifactType".to_owned(), json!(artifact_type));
        }
        if !link.annotations.is_empty() {
            members.insert("annotations".to_owned(), json!(link.annotations));
        }
    }
    entry
}

/// "Referrers Tag Schema": the algorithm, a hyphen, and as much of the rest as fits.
pub(super) fn tag_of(subject: &Digest) -> String {
    let reference: String = subject.hexadecimal().chars().take(MAX_REFERENCE).collect();
    format!("{}-{reference}", subject.algorithm().as_str())
}

/// The index under such a tag. What is in it stays as it is, byte for byte.
pub(crate) struct List {
    text: String,
    entries: Vec<Descriptor>,
}

impl List {
    /// Nothing under the tag is an empty list. Anything but an index is not ours to replace.
    pub(crate) fn read(found: Option<&FetchedManifest>) -> Result<Self, String> {
        let Some(found) = found else {
            let text = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [] }).to_string();
            return Ok(Self { text, entries: Vec::new() });
        };
        if found.media_type != OCI_INDEX {
            let media_type: String = found.media_type.chars().take(160).collect();
            return Err(format!("the list of what is about a manifest should be there, but this is `{media_type}`"));
        }
        let index = Index::parse(&found.bytes).map_err(|error| format!("the list of what is about a manifest cannot be used: {error}"))?;
        if index.media_type.as_deref().is_some_and(|media_type| media_type != OCI_INDEX) {
            return Err("the list of what is about a manifest says that it is something else".to_owned());
        }
        Ok(Self { text: String::from_utf8_lossy(&found.bytes).into_owned(), entries: index.manifests })
    }

    pub(super) fn has(&self, digest: &Digest) -> bool {
        self.entries.iter().any(|entry| entry.digest == *digest)
    }

    pub(super) fn add(&mut self, entry: &Value) {
        // The array is there: the list was read as an index.
        if let Some(text) = edit::push(&self.text, "manifests", &entry.to_string()) {
            self.text = text;
        }
    }

    pub(crate) fn index(self) -> Result<PinnedManifest, String> {
        let size = u64::try_from(self.text.len()).unwrap_or(u64::MAX);
        if size > MAX_DOCUMENT {
            return Err(format!("the list of what is about a manifest would have {size} bytes, more than the {MAX_DOCUMENT} allowed"));
        }
        let (media_type, digest, annotations) = (OCI_INDEX.to_owned(), Digest::sha256(self.text.as_bytes()), BTreeMap::new());
        let descriptor = Descriptor { media_type, digest, size, platform: None, artifact_type: None, annotations };
        Ok(PinnedManifest { descriptor, bytes: self.text.into(), link: None })
    }
}
