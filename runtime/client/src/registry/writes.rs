//! Manifests and tags that are written, until it is known what became of them.

use pushgate_oci::{Descriptor, Digest, PinnedManifest};

use crate::error::{RegistryError, Step};
use crate::registry::client::RegistryClient;
use crate::registry::manifests::{Accepted, FetchedManifest};
use crate::registry::retry::{NextAttempt, Retries};

impl RegistryClient {
    /// What the tag of a push points to, and whether the repository has a blob, if that was asked too: that goes out
    /// with the first request that has a token, for which the push had to wait. For a tag that points to `pushed`
    /// already the blob is of no interest.
    ///
    /// Passwords are not shown twice before it is known whether they are good: some servers count.
    pub(super) async fn look_before_push(
        &self,
        repository: &str,
        reference: &str,
        pushed: &Digest,
        blob: Option<&Descriptor>,
    ) -> Result<(Option<FetchedManifest>, Option<bool>), RegistryError> {
        let is_there = async {
            // The sender lives as long as the client.
            let _ = self.registry.with_token.subscribe().wait_for(|sent| *sent).await;
            match blob {
                // What is wrong will show when it is asked for again.
                Some(blob) => self.has_blob(repository, blob).await.ok(),
                None => None,
            }
        };
        let tag = self.manifest_before_push(repository, reference);
        tokio::pin!(is_there, tag);
        let known = tokio::select! {
            biased;
            before = &mut tag => {
                let before = before?;
                let is_unchanged = before.as_ref().is_some_and(|before| pushed.matches(&before.bytes));
                let known = if *self.registry.with_token.borrow() && !is_unchanged { is_there.await } else { None };
                return Ok((before, known));
            }
            known = &mut is_there => known,
        };
        Ok((tag.await?, known))
    }

    /// Sends a manifest under its own digest. That may be repeated: there is only one document with it. Where the
    /// acknowledgement leaves a doubt, the manifest must be served. Says whether the registry keeps the list of what is
    /// about its subject.
    pub(super) async fn put_manifest(&self, repository: &str, manifest: &PinnedManifest) -> Result<bool, RegistryError> {
        let mut retries = Retries::new(self.registry.timeouts());
        let digest = manifest.descriptor.digest.as_str();
        loop {
            let error = match self.put_manifest_once(repository, digest, manifest).await {
                Ok(Accepted { is_listed, doubt }) => {
                    if let Some(doubt) = doubt {
                        self.must_be_served(repository, manifest, &doubt).await?;
                    }
                    return Ok(is_listed);
                }
                Err(error) => error,
            };
            let context = self.registry.context_of(repository, Step::PutManifest(digest.to_owned()));
            if !self.wait_as(retries.after_error(&error, self.registry.reached()), &context).await? {
                return Err(error);
            }
        }
    }

    /// Sends a manifest to a tag, or under its digest where there is none. After a failure that leaves open what became of it, the registry is
    /// asked what the tag points to: if that is the manifest, it arrived; if it is still what it was `before`, it may be sent again.
    ///
    /// Success is an acknowledgement: whoever wants to know what the tag points to asks what is served. An error with
    /// `true` leaves open whether the tag changed.
    pub(super) async fn put_reference(
        &self,
        repository: &str,
        reference: &str,
        manifest: &PinnedManifest,
        before: Option<&Digest>,
    ) -> Result<(), (RegistryError, bool)> {
        let mut retries = Retries::new(self.registry.timeouts());
        loop {
            let Err(error) = self.put_manifest_once(repository, reference, manifest).await else { return Ok(()) };
            let verdict = retries.after_error(&error, self.registry.reached());
            let mut is_open = false;
            if !error.changed_nothing() {
                // Without a refusal, the request may still be under way, or done and not served yet.
                is_open = !error.is_refusal();
                let after = match verdict {
                    NextAttempt::Again(_) => self.manifest_before_push(repository, reference).await,
                    _ if is_open => self.settled(repository, reference, before).await,
                    _ => self.manifest_before_push(repository, reference).await,
                };
                match after {
                    Ok(Some(after)) if manifest.descriptor.digest.matches(&after.bytes) => return Ok(()),
                    Ok(after) if after.as_ref().map(|after| &after.digest) == before => {}
                    Ok(_) | Err(_) => return Err((error, true)),
                }
            }
            let context = self.registry.context_of(repository, Step::PutManifest(reference.to_owned()));
            match self.wait_as(verdict, &context).await {
                Ok(true) => {}
                Ok(false) => return Err((error, is_open)),
                Err(too_long) => return Err((too_long, is_open)),
            }
        }
    }
}
