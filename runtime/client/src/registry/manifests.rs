//! Manifests: fetching and sending them, each in one request that is as good as its answer.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use pushgate_json::{DocumentError, MAX_DOCUMENT};
use pushgate_net::message;
use pushgate_oci::media_type::MANIFESTS;
use pushgate_oci::{Digest, Document, PinnedManifest};

use crate::auth::Access;
use crate::error::{RegistryError, Step};
use crate::registry::client::{Call, RegistryClient};
use crate::registry::names;
use crate::reply;

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
    pub(super) async fn manifest_before_push(&self, repository: &str, tag: &str) -> Result<Option<FetchedManifest>, RegistryError> {
        self.fetch_manifest(repository, tag, Access::Push).await
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
            let mut outgoing = call.bare(target.clone());
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
            _ => return Err(self.unexpected(&call, &answer)),
        }
        let content_type = answer.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_owned();
        let digest = match asked {
            Some(asked) if asked.matches(&answer.body) => asked,
            Some(_) => {
                let problem = format!("the registry serves other bytes, with the digest {}", Digest::sha256(&answer.body));
                return Err(RegistryError::BadAnswer { context: self.context(&call), problem });
            }
            None => Digest::sha256(&answer.body),
        };
        Ok(Some(FetchedManifest { digest, media_type, bytes: answer.body }))
    }

    /// Sends a manifest to a tag or under its own digest, in one request.
    pub(super) async fn put_manifest_once(
        &self,
        repository: &str,
        name: &str,
        manifest: &PinnedManifest,
    ) -> Result<Accepted, RegistryError> {
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
            let mut outgoing = call.bare(target.clone());
            // A descriptor's media type was checked when it was read.
            if let Ok(media_type) = HeaderValue::try_from(&manifest.descriptor.media_type) {
                outgoing.headers.insert(CONTENT_TYPE, media_type);
            }
            outgoing.body = message::full(manifest.bytes.clone());
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
            _ => return Err(self.unexpected(&call, &answer)),
        };
        let subject = answer.header("oci-subject").and_then(|text| Digest::parse(text).ok());
        let is_listed = subject.is_some_and(|subject| manifest.link.as_ref().is_some_and(|link| link.subject.digest == subject));
        Ok(Accepted { is_listed, doubt })
    }
}

/// Any 2xx to a manifest. What is served decides: for a tag always, for a manifest under its own digest where the
/// answer leaves a doubt.
pub(super) struct Accepted {
    /// Whether the registry keeps the list of what is about the manifest's subject.
    pub(super) is_listed: bool,
    /// Why it is not certain that the registry has the manifest.
    pub(super) doubt: Option<String>,
}
