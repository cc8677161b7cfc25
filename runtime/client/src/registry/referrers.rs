//! Manifests about other manifests: signatures, bills of materials.
//!
//! A registry with the referrers API of the OCI distribution specification 1.1 keeps a list of what is about a manifest, and says so with
//! `OCI-Subject` when such a manifest is sent. For one without it, clients keep the list, in an index under a tag that is made of the subject's
//! digest ("Referrers Tag Schema"). That tag is in the same repository, and nothing in it but our own entry is changed.
//!
//! There is no way to change the index only if it is still the one that was read, so two clients that do it at once can lose one entry. Each
//! looks whether its own is there afterwards, and tries again if it is not.

use pushgate_oci::{PinnedManifest, SubjectLink};

use crate::error::{RegistryError, Step};
use crate::registry::client::RegistryClient;
use crate::registry::linked::Entry;
use crate::registry::referrers_list::{List, entry, tag_of};
use crate::registry::served::Patience;

/// How often the list is written at most.
const ATTEMPTS: usize = 4;

impl RegistryClient {
    /// Sends a manifest under its own digest. If it is about another one, it can be found from there afterwards.
    pub(super) async fn put_linked(&self, repository: &str, manifest: &PinnedManifest) -> Result<(), RegistryError> {
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
            context: self.registry.context_of(repository, step(tag.clone())),
            problem,
        };
        // What is read may be older than what was written. A list without the entries of before is one, and so is the
        // very list that was replaced; one that another client wrote is a reason to write again.
        let own = self.linked.with(&format!("{repository}:{tag}"), digest, entry(manifest, link));
        let context = self.registry.context_of(repository, Step::FetchManifest(tag.clone()));
        let (mut patience, mut replaced) = (Patience::new(self.registry.timeouts()), None);
        for written in 0..=ATTEMPTS {
            let (found, mut list) = loop {
                let found = self.manifest_before_push(repository, &tag).await?;
                let list = List::read(found.as_ref()).map_err(|problem| bad(Step::FetchManifest, problem))?;
                let at = found.map(|found| found.digest);
                let lacks = |(earlier, _): &Entry| earlier != digest && !list.has(earlier);
                let is_old = replaced.as_ref() == Some(&at) || own.iter().any(lacks);
                if !is_old || !patience.pause(&context).await {
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
                self.put_reference(repository, &tag, &index, found.as_ref()).await.map_err(|(error, _is_open)| error)?;
                replaced = Some(found);
            }
        }
        Err(bad(Step::PutManifest, format!("{digest} is not in the list under this tag, though it was written {ATTEMPTS} times")))
    }
}
