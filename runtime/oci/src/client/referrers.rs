//! Manifests about other manifests: signatures, bills of materials.
//!
//! A registry with the referrers API of the OCI distribution specification 1.1 keeps a list of what is about a manifest, and says so with
//! `OCI-Subject` when such a manifest is sent. For one without it, clients keep the list, in an index under a tag that is made of the subject's
//! digest ("Referrers Tag Schema"). That tag is in the same repository, and nothing in it but our own entry is changed.
//!
//! There is no way to change the index only if it is still the one that was read, so two clients that do it at once can lose one entry. Each
//! looks whether its own is there afterwards, and tries again if it is not.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::client::RegistryClient;
use crate::client::error::{RegistryError, Step};
use crate::client::manifests::FetchedManifest;
use crate::client::served::Patience;
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

/// The entries that this client wrote, by the list that they are in.
#[derive(Default)]
pub(super) struct Linked(Mutex<HashMap<String, Vec<Entry>>>);

/// One entry of a list: the digest in it, and all of it.
type Entry = (Digest, Value);

impl Linked {
    /// Adds an entry, and gives all of that list.
    fn with(&self, list: &str, digest: &Digest, entry: Value) -> Vec<Entry> {
        let mut linked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = linked.entry(list.to_owned()).or_default();
        if !entries.iter().any(|(known, _)| known == digest) {
            entries.push((digest.clone(), entry));
        }
        entries.clone()
    }
}

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
        // What is read may be older than what was written. A list without the entries of before is one, and so is the
        // very list that was replaced; one that another client wrote is a reason to write again.
        let own = self.linked.with(&format!("{repository}:{tag}"), digest, entry(manifest, link));
        let place = self.place_of(repository, Step::FetchManifest(tag.clone()));
        let (mut patience, mut replaced) = (Patience::new(self.transport.timeouts()), None);
        for written in 0..=ATTEMPTS {
            let (found, mut list) = loop {
                let found = self.manifest_before_push(repository, &tag).await?;
                let list = List::read(found.as_ref()).map_err(|problem| bad(Step::FetchManifest, problem))?;
                let at = found.map(|found| found.digest);
                let lacks = |(earlier, _): &Entry| earlier != digest && !list.has(earlier);
                let is_old = replaced.as_ref() == Some(&at) || own.iter().any(lacks);
                if !is_old || !patience.pause(&place).await {
                    break (at, list);
                }
            };
            let missing: Vec<&Entry> = own.iter().filter(|(own, _)| !list.has(own)).collect();
            if missing.is_empty() {
                return Ok(());
            }
            if written < ATTEMPTS {
                tracing::info!(repository, tag, %digest, "the registry keeps no list of referrers: it is kept under a tag");
                for (_, entry) in missing {
                    list.add(entry);
                }
                let index = list.index().map_err(|problem| bad(Step::PutManifest, problem))?;
                self.put_tag(repository, &tag, &index, found.as_ref()).await.map_err(|(error, _is_open)| error)?;
                replaced = Some(found);
            }
        }
        Err(bad(Step::PutManifest, format!("{digest} is not in the list under this tag, though it was written {ATTEMPTS} times")))
    }
}

fn entry(manifest: &PinnedManifest, link: &SubjectLink) -> Value {
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

    fn add(&mut self, entry: &Value) {
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
