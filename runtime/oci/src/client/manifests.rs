//! Manifests: fetching and sending them.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};

use crate::client::authorise::Access;
use crate::client::error::{RegistryError, Step};
use crate::client::retry::{Retries, Verdict};
use crate::client::sessions::bare;
use crate::client::{Call, RegistryClient, names, reply};
use crate::content::PinnedManifest;
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::manifest::Document;
use crate::media_type::MANIFESTS;
use crate::strict_json::{DocumentError, MAX_DOCUMENT};

/// A manifest or index, as the registry serves it.
#[derive(Clone, Debug)]
pub struct FetchedManifest {
    /// Computed over [`Self::bytes`]: the SHA-256, or the digest that was asked for. What the registry says about it plays no part.
    pub digest: Digest,
    /// What the registry says that it is, without parameters.
    pub media_type: String,
    /// The whole document.
    pub bytes: Bytes,
}

impl FetchedManifest {
    /// Reads the document.
    ///
    /// # Errors
    /// If it is not what its media type says, or could be read in two ways.
    pub fn document(&self) -> Result<Document, DocumentError> {
        Document::parse(&self.media_type, &self.bytes)
    }
}

impl RegistryClient {
    /// Fetches a manifest by tag or digest; none if the registry has no such manifest, or no such repository.
    ///
    /// # Errors
    /// Every failure of the registry, and an answer that is larger than 4 MiB or does not have the digest that was asked for.
    pub async fn manifest(&self, repository: &str, tag_or_digest: &str) -> Result<Option<FetchedManifest>, RegistryError> {
        self.fetch_manifest(repository, tag_or_digest, Access::Pull).await
    }

    /// The same as the first step of a push, so that one token does for all of it.
    pub(crate) async fn manifest_before_push(&self, repository: &str, tag: &str) -> Result<Option<FetchedManifest>, RegistryError> {
        self.fetch_manifest(repository, tag, Access::Push).await
    }

    /// What the tag of a push points to, and whether the repository has a blob, if that was asked too: that goes out
    /// with the first request that has a token, for which the push had to wait. For a tag that points to `pushed`
    /// already the blob is of no interest.
    ///
    /// Passwords are not shown twice before it is known whether they are good: some servers count.
    pub(crate) async fn look_before_push(
        &self,
        repository: &str,
        tag: &str,
        pushed: &Digest,
        blob: Option<&Descriptor>,
    ) -> Result<(Option<FetchedManifest>, Option<bool>), RegistryError> {
        let is_there = async {
            // The sender lives as long as the client.
            let _ = self.with_token.subscribe().wait_for(|sent| *sent).await;
            match blob {
                // What is wrong will show when it is asked for again.
                Some(blob) => self.has_blob(repository, blob).await.ok(),
                None => None,
            }
        };
        let tag = self.manifest_before_push(repository, tag);
        tokio::pin!(is_there, tag);
        let known = tokio::select! {
            biased;
            before = &mut tag => {
                let before = before?;
                let is_unchanged = before.as_ref().is_some_and(|before| pushed.matches(&before.bytes));
                let known = if *self.with_token.borrow() && !is_unchanged { is_there.await } else { None };
                return Ok((before, known));
            }
            known = &mut is_there => known,
        };
        Ok((tag.await?, known))
    }

    async fn fetch_manifest(&self, repository: &str, name: &str, access: Access) -> Result<Option<FetchedManifest>, RegistryError> {
        names::repository(repository)?;
        let asked = names::tag_or_digest(name)?;
        let call = Call {
            method: Method::GET,
            repository,
            step: Step::FetchManifest(name.to_owned()),
            access,
            also_pull: None,
            limit: MAX_DOCUMENT,
        };
        let target = format!("/v2/{repository}/manifests/{name}");
        let outgoing = || {
            let mut outgoing = bare(&call, target.clone());
            // One line: some registries read the first alone, and then serve no index (keppel#181, spinifex#399,
            // cri-o#9902).
            if let Ok(accepted) = HeaderValue::try_from(MANIFESTS.join(", ")) {
                outgoing.headers.insert(ACCEPT, accepted);
            }
            outgoing
        };
        let answer = self.call(&call, outgoing).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            _ => return Err(self.unexpected(&call, &answer).await),
        }
        let content_type = answer.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_owned();
        let digest = match asked {
            Some(asked) if asked.matches(&answer.body) => asked,
            Some(_) => {
                let problem = format!("the registry serves other bytes, with the digest {}", Digest::sha256(&answer.body));
                return Err(RegistryError::BadAnswer { place: self.place(&call), problem });
            }
            None => Digest::sha256(&answer.body),
        };
        Ok(Some(FetchedManifest { digest, media_type, bytes: answer.body }))
    }

    /// Sends a manifest under its own digest. That may be repeated: there is only one document with it. Where the
    /// acknowledgement leaves a doubt, the manifest must be served. Says whether the registry keeps the list of what is
    /// about its subject.
    pub(crate) async fn put_manifest(&self, repository: &str, manifest: &PinnedManifest) -> Result<bool, RegistryError> {
        let mut retries = Retries::new(self.transport.timeouts());
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
            let place = self.place_of(repository, Step::PutManifest(digest.to_owned()));
            if !self.wait_as(retries.after_error(&error, self.reached()), &place).await? {
                return Err(error);
            }
        }
    }

    /// Sends a manifest to a tag. After a failure that leaves open what became of it, the registry is asked what the tag points to: if that
    /// is the manifest, it arrived; if it is still what it was `before`, it may be sent again.
    ///
    /// Success is an acknowledgement: whoever wants to know what the tag points to asks what is served. An error with
    /// `true` leaves open whether the tag changed.
    pub(crate) async fn put_tag(
        &self,
        repository: &str,
        tag: &str,
        manifest: &PinnedManifest,
        before: Option<&Digest>,
    ) -> Result<(), (RegistryError, bool)> {
        let mut retries = Retries::new(self.transport.timeouts());
        loop {
            let Err(error) = self.put_manifest_once(repository, tag, manifest).await else { return Ok(()) };
            let verdict = retries.after_error(&error, self.reached());
            let mut is_open = false;
            if !error.changed_nothing() {
                // Without a refusal, the request may still be under way, or done and not served yet.
                is_open = !error.is_refusal();
                let after = match verdict {
                    Verdict::Again(_) => self.manifest_before_push(repository, tag).await,
                    _ if is_open => self.settled(repository, tag, before).await,
                    _ => self.manifest_before_push(repository, tag).await,
                };
                match after {
                    Ok(Some(after)) if manifest.descriptor.digest.matches(&after.bytes) => return Ok(()),
                    Ok(after) if after.as_ref().map(|after| &after.digest) == before => {}
                    Ok(_) | Err(_) => return Err((error, true)),
                }
            }
            let place = self.place_of(repository, Step::PutManifest(tag.to_owned()));
            match self.wait_as(verdict, &place).await {
                Ok(true) => {}
                Ok(false) => return Err((error, is_open)),
                Err(too_long) => return Err((too_long, is_open)),
            }
        }
    }

    /// Sends a manifest to a tag or under its own digest, in one request.
    async fn put_manifest_once(&self, repository: &str, name: &str, manifest: &PinnedManifest) -> Result<Accepted, RegistryError> {
        names::repository(repository)?;
        names::tag_or_digest(name)?;
        let call = Call {
            method: Method::PUT,
            repository,
            step: Step::PutManifest(name.to_owned()),
            access: Access::Push,
            also_pull: None,
            limit: MAX_DOCUMENT,
        };
        let target = format!("/v2/{repository}/manifests/{name}");
        let outgoing = async || {
            let mut outgoing = bare(&call, target.clone());
            // A descriptor's media type was checked when it was read.
            if let Ok(media_type) = HeaderValue::try_from(&manifest.descriptor.media_type) {
                outgoing.headers.insert(CONTENT_TYPE, media_type);
            }
            outgoing.body = reply::full(manifest.bytes.clone());
            Ok::<_, RegistryError>(outgoing)
        };
        let answer = self.attempt(&call, outgoing, |_| ()).await?;
        let ours = &manifest.descriptor.digest;
        // Quay and others answer 202, or 200, and have stored it (containers/image#381).
        let doubt = match answer.status {
            StatusCode::CREATED => {
                reply::other_digest(&answer, ours).map(|theirs| format!("the registry took the manifest {ours} for {theirs}"))
            }
            status if status.is_success() => Some(format!("the registry answered {} instead of 201", status.as_u16())),
            _ => return Err(self.unexpected(&call, &answer).await),
        };
        let subject = answer.header("oci-subject").and_then(|text| Digest::parse(text).ok());
        let is_listed = subject.is_some_and(|subject| manifest.link.as_ref().is_some_and(|link| link.subject.digest == subject));
        Ok(Accepted { is_listed, doubt })
    }
}

/// Any 2xx to a manifest. What is served decides: for a tag always, for a manifest under its own digest where the
/// answer leaves a doubt.
struct Accepted {
    /// Whether the registry keeps the list of what is about the manifest's subject.
    is_listed: bool,
    /// Why it is not certain that the registry has the manifest.
    doubt: Option<String>,
}
