//! Manifests about other manifests: signatures, bills of materials.
//!
//! A registry with the referrers API of the OCI distribution specification 1.1 keeps a list of what is about a manifest, and says so with
//! `OCI-Subject` when such a manifest is sent. For one without it, clients keep the list, in an index under a tag that is made of the subject's
//! digest ("Referrers Tag Schema"). That tag is in the same repository, and nothing in it but our own entry is changed.
//!
//! There is no way to change the index only if it is still the one that was read, so two clients that do it at once can lose one entry. Each
//! looks whether its own is there afterwards, and tries again if it is not.

use std::collections::BTreeMap;

use serde_json::json;

use crate::client::RegistryClient;
use crate::client::error::{RegistryError, Step};
use crate::client::manifests::FetchedManifest;
use crate::content::{PinnedManifest, SubjectLink};
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::json_edit;
use crate::manifest::Index;
use crate::media_type::OCI_INDEX;
use crate::strict_json::MAX_DOCUMENT;

/// How often the list is written at most.
const ATTEMPTS: usize = 4;
/// The longest second part of a tag that is made of a digest.
const MAX_REFERENCE: usize = 64;

impl RegistryClient {
    /// Sends a manifest under its own digest. If it is about another one, it can be found from there afterwards.
    pub(crate) async fn put_linked(&self, repository: &str, manifest: &PinnedManifest) -> Result<(), RegistryError> {
        let is_listed = self.put_manifest(repository, manifest).await?;
        match &manifest.link {
            Some(link) if !is_listed => self.link_referrer(repository, manifest, link).await,
            _ => Ok(()),
        }
    }

    /// Adds a manifest that the registry has to the list under the tag of its subject, if it is not in there.
    async fn link_referrer(&self, repository: &str, manifest: &PinnedManifest, link: &SubjectLink) -> Result<(), RegistryError> {
        let tag = tag_of(&link.subject.digest);
        let digest = &manifest.descriptor.digest;
        let bad = |step: fn(String) -> Step, problem: String| RegistryError::BadAnswer {
            place: self.place_of(repository, step(tag.clone())),
            problem,
        };
        for written in 0..=ATTEMPTS {
            let found = self.manifest_before_push(repository, &tag).await?;
            let mut list = List::read(found.as_ref()).map_err(|problem| bad(Step::FetchManifest, problem))?;
            if list.has(digest) {
                return Ok(());
            }
            if written < ATTEMPTS {
                tracing::info!(repository, tag, %digest, "the registry keeps no list of referrers: it is kept under a tag");
                list.add(manifest, link);
                let index = list.index().map_err(|problem| bad(Step::PutManifest, problem))?;
                let before = found.map(|found| found.digest);
                self.put_tag(repository, &tag, &index, before.as_ref()).await.map_err(|(error, _is_open)| error)?;
            }
        }
        Err(bad(Step::PutManifest, format!("{digest} is not in the list under this tag, though it was written {ATTEMPTS} times")))
    }
}

/// "Referrers Tag Schema": the algorithm, a hyphen, and as much of the rest as fits.
fn tag_of(subject: &Digest) -> String {
    let reference: String = subject.hexadecimal().chars().take(MAX_REFERENCE).collect();
    format!("{}-{reference}", subject.algorithm().as_str())
}

/// The index under such a tag. What is in it stays as it is, byte for byte.
pub(super) struct List {
    text: String,
    entries: Vec<Descriptor>,
}

impl List {
    /// Nothing under the tag is an empty list. Anything but an index is not ours to replace.
    pub(super) fn read(found: Option<&FetchedManifest>) -> Result<Self, String> {
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

    fn has(&self, digest: &Digest) -> bool {
        self.entries.iter().any(|entry| entry.digest == *digest)
    }

    fn add(&mut self, manifest: &PinnedManifest, link: &SubjectLink) {
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
        // The array is there: the list was read as an index.
        if let Some(text) = json_edit::push(&self.text, "manifests", &entry.to_string()) {
            self.text = text;
        }
    }

    pub(super) fn index(self) -> Result<PinnedManifest, String> {
        let size = u64::try_from(self.text.len()).unwrap_or(u64::MAX);
        if size > MAX_DOCUMENT {
            return Err(format!("the list of what is about a manifest would have {size} bytes, more than the {MAX_DOCUMENT} allowed"));
        }
        let (media_type, digest, annotations) = (OCI_INDEX.to_owned(), Digest::sha256(self.text.as_bytes()), BTreeMap::new());
        let descriptor = Descriptor { media_type, digest, size, platform: None, artifact_type: None, annotations };
        Ok(PinnedManifest { descriptor, bytes: self.text.into(), link: None })
    }
}
