//! What a registry serves after a write.
//!
//! What it acknowledged and what it serves are two things. Registries that keep several copies serve for some seconds
//! what they served before: the tag with its old digest, or nothing (GHCR, Docker Hub, Amazon ECR: pithead#429,
//! docker-manifest-create-action#857). So every reader of what was just written asks again, after pauses that grow, and
//! only then believes what it reads.

use std::time::Duration;

use pushgate_net::Timeouts;
use pushgate_oci::{Descriptor, Digest, PinnedManifest};
use tokio::time::sleep;

use crate::error::{RegistryError, RequestContext, Step};
use crate::registry::client::RegistryClient;
use crate::registry::manifests::FetchedManifest;

/// The pauses between questions, in hundredths of the whole wait: together they are all of it.
const PAUSES: [u32; 7] = [1, 2, 4, 8, 16, 32, 37];

/// The pauses of one wait, however many questions share it.
pub(super) struct Patience {
    whole: Duration,
    taken: usize,
}

impl Patience {
    pub(super) fn new(timeouts: &Timeouts) -> Self {
        Self { whole: timeouts.served_for, taken: 0 }
    }

    fn next(&mut self) -> Option<Duration> {
        let part = PAUSES.get(self.taken)?;
        self.taken += 1;
        Some(self.whole * *part / 100)
    }

    /// Waits before the next question about what `context` says was written. False if the time is over.
    pub(super) async fn pause(&mut self, context: &RequestContext) -> bool {
        let Some(pause) = self.next() else { return false };
        tracing::info!(%context, ?pause, "not served yet, asking again");
        sleep(pause).await;
        true
    }
}

/// What a registry serves under a tag that was written to.
#[derive(Clone, Debug)]
pub enum Served {
    /// What was written.
    Written(FetchedManifest),
    /// What the tag pointed to before, all the time.
    Old(Digest),
    /// Nothing, all the time.
    Missing,
    /// Something else.
    Other(Digest),
}

impl RegistryClient {
    /// How long [`Self::served`] waits. 10 seconds, unless the client was made with another [`Timeouts::served_for`].
    #[must_use]
    pub fn served_for(&self) -> Duration {
        self.registry.timeouts().served_for
    }

    /// Asks what the registry serves under a tag or a digest, until it is what was `written` or the time is over. `before` is what
    /// the tag pointed to before the write.
    ///
    /// # Errors
    /// Every failure of the registry, and a document of more than 4 MiB.
    pub async fn served(
        &self,
        repository: &str,
        reference: &str,
        written: &Digest,
        before: Option<&Digest>,
    ) -> Result<Served, RegistryError> {
        let context = self.registry.context_of(repository, Step::FetchManifest(reference.to_owned()));
        let mut patience = Patience::new(self.registry.timeouts());
        loop {
            let served = match self.manifest(repository, reference).await? {
                Some(manifest) if written.matches(&manifest.bytes) => return Ok(Served::Written(manifest)),
                Some(manifest) if before == Some(&manifest.digest) => Served::Old(manifest.digest),
                // The old digest too where the first answer of the push came from a copy that was behind.
                Some(manifest) => Served::Other(manifest.digest),
                None => Served::Missing,
            };
            if !patience.pause(&context).await {
                return Ok(served);
            }
        }
    }

    /// What the registry serves under a tag or a digest after a write whose end is not known: as soon as that is something else
    /// than `before`, and at the latest when the time is over.
    ///
    /// # Errors
    /// As [`Self::served`].
    pub async fn settled(
        &self,
        repository: &str,
        reference: &str,
        before: Option<&Digest>,
    ) -> Result<Option<FetchedManifest>, RegistryError> {
        let context = self.registry.context_of(repository, Step::FetchManifest(reference.to_owned()));
        let mut patience = Patience::new(self.registry.timeouts());
        loop {
            let after = self.manifest_before_push(repository, reference).await?;
            if after.as_ref().map(|after| &after.digest) != before || !patience.pause(&context).await {
                return Ok(after);
            }
        }
    }

    /// A manifest whose acknowledgement leaves a `doubt` must be served under its digest.
    pub(super) async fn must_be_served(&self, repository: &str, manifest: &PinnedManifest, doubt: &str) -> Result<(), RegistryError> {
        let digest = manifest.descriptor.digest.as_str();
        let context = self.registry.context_of(repository, Step::PutManifest(digest.to_owned()));
        let mut patience = Patience::new(self.registry.timeouts());
        while self.manifest_before_push(repository, digest).await?.is_none() {
            if !patience.pause(&context).await {
                return Err(RegistryError::BadAnswer { context, problem: format!("{doubt}, and does not serve the manifest") });
            }
        }
        Ok(())
    }

    /// Whether the registry has a blob that was sent.
    pub(super) async fn keeps_blob(&self, repository: &str, blob: &Descriptor) -> Result<bool, RegistryError> {
        let context = self.registry.context_of(repository, Step::LookUpBlob(blob.digest.clone()));
        let mut patience = Patience::new(self.registry.timeouts());
        while !self.has_blob(repository, blob).await? {
            if !patience.pause(&context).await {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes sure that the registry has a blob that it acknowledged.
    pub(super) async fn must_keep_blob(&self, repository: &str, blob: &Descriptor) -> Result<(), RegistryError> {
        if self.keeps_blob(repository, blob).await? {
            return Ok(());
        }
        let context = self.registry.context_of(repository, Step::LookUpBlob(blob.digest.clone()));
        Err(RegistryError::BadAnswer { context, problem: "the registry acknowledged the blob and does not have it".to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_ten_seconds_in_all() {
        let mut patience = Patience::new(&Timeouts::default());
        let pauses: Vec<Duration> = std::iter::from_fn(|| patience.next()).collect();
        assert!(pauses.is_sorted() && pauses.len() > 4, "{pauses:?}");
        assert!(pauses[0] <= Duration::from_millis(100), "{pauses:?}");
        assert_eq!(pauses.iter().sum::<Duration>(), Duration::from_secs(10));
        assert_eq!(patience.next(), None);
    }
}
