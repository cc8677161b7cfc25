//! Blobs: looking for them, and sending them whole ("POST then PUT" of the distribution specification).

use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use url::Url;

use crate::client::authorise::Access;
use crate::client::body::{BlobBody, Failure};
use crate::client::error::{RegistryError, Step};
use crate::client::transport::Outgoing;
use crate::client::{Call, RegistryClient, names, origin, reply};
use crate::content::{BlobError, PinnedBlob};
use crate::descriptor::Descriptor;
use crate::progress::{LayerOutcome, Progress};

/// The most bytes of an answer that nobody reads: 64 KiB.
const LIMIT: u64 = 64 * 1024;
/// How long is waited for a registry to give up an upload. It does so by itself in time.
const CANCEL_LIMIT: Duration = Duration::from_secs(5);

/// Why a blob is not at the registry.
#[derive(Debug)]
pub(crate) enum UploadError {
    Source(BlobError),
    Registry(RegistryError),
}

impl From<RegistryError> for UploadError {
    fn from(error: RegistryError) -> Self {
        Self::Registry(error)
    }
}

impl From<BlobError> for UploadError {
    fn from(error: BlobError) -> Self {
        Self::Source(error)
    }
}

impl RegistryClient {
    /// Makes sure that the registry has a blob.
    pub(crate) async fn push_blob(&self, repository: &str, blob: &PinnedBlob, progress: &dyn Progress) -> Result<(), UploadError> {
        names::repository(repository)?;
        let Descriptor { digest, size, .. } = &blob.descriptor;
        progress.layer_started(digest, *size);
        if self.has_blob(repository, &blob.descriptor).await? {
            progress.layer_finished(digest, LayerOutcome::AlreadyThere);
            return Ok(());
        }
        let session = self.start_upload(repository, &blob.descriptor).await?;
        if let Some(session) = session {
            let sent = self.send_blob(repository, &session, blob, progress).await;
            if sent.is_err() {
                self.cancel_upload(repository, &session, &blob.descriptor).await;
            }
            sent?;
            progress.layer_finished(digest, LayerOutcome::Uploaded);
        } else {
            progress.layer_finished(digest, LayerOutcome::AlreadyThere);
        }
        Ok(())
    }

    async fn has_blob(&self, repository: &str, descriptor: &Descriptor) -> Result<bool, RegistryError> {
        let digest = &descriptor.digest;
        let call = Call { method: Method::HEAD, repository, step: Step::LookUpBlob(digest.clone()), access: Access::Push, limit: LIMIT };
        let answer =
            self.call(&call, async || Ok::<_, RegistryError>(simple(&call, format!("/v2/{repository}/blobs/{digest}"))), |_| ()).await?;
        match answer.status {
            StatusCode::OK => {
                let length = answer.header(CONTENT_LENGTH.as_str()).and_then(|text| text.parse::<u64>().ok());
                match length {
                    Some(length) if length != descriptor.size => Err(RegistryError::BadAnswer {
                        place: self.place(&call),
                        problem: format!("the registry has the blob with {length} bytes, its descriptor says {}", descriptor.size),
                    }),
                    _ => Ok(true),
                }
            }
            StatusCode::NOT_FOUND => Ok(false),
            // Registries in front of an object store name the place where a blob is. We do not need to go there to know that it is.
            status if status.is_redirection() => Ok(true),
            _ => Err(self.unexpected(&call, &answer).await),
        }
    }

    /// Opens an upload, and says where it goes on; none if the registry had the blob after all.
    async fn start_upload(&self, repository: &str, descriptor: &Descriptor) -> Result<Option<Url>, RegistryError> {
        let call = Call {
            method: Method::POST,
            repository,
            step: Step::StartUpload(descriptor.digest.clone()),
            access: Access::Push,
            limit: LIMIT,
        };
        let path = format!("/v2/{repository}/blobs/uploads/");
        let outgoing = async || {
            let mut outgoing = simple(&call, path.clone());
            outgoing.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            Ok::<_, RegistryError>(outgoing)
        };
        let answer = self.call(&call, outgoing, |_| ()).await?;
        match answer.status {
            StatusCode::ACCEPTED => {}
            StatusCode::CREATED => return Ok(None),
            _ => return Err(self.unexpected(&call, &answer).await),
        }
        let place = self.place(&call);
        let Some(location) = answer.header(LOCATION.as_str()) else {
            return Err(RegistryError::BadAnswer { place, problem: "the registry does not say where the upload goes on".to_owned() });
        };
        match origin::upload_location(&self.origin, &self.origin.url(&path), location) {
            Ok(session) => Ok(Some(session)),
            Err(location) => {
                let location = self.authoriser.without_secrets(location).await;
                Err(RegistryError::UploadElsewhere { place, location })
            }
        }
    }

    /// Sends all of a blob with the request that closes the upload. The digest in it makes the registry refuse other bytes.
    async fn send_blob(&self, repository: &str, session: &Url, blob: &PinnedBlob, progress: &dyn Progress) -> Result<(), UploadError> {
        let Descriptor { digest, size, .. } = &blob.descriptor;
        let call = Call { method: Method::PUT, repository, step: Step::SendBlob(digest.clone()), access: Access::Push, limit: LIMIT };
        let mut url = session.clone();
        url.query_pairs_mut().append_pair("digest", digest.as_str());
        let target = reply::target(&url);
        // The failure of the attempt that is under way.
        let failure = std::sync::Mutex::new(Failure::default());
        let outgoing = async || {
            let sending = BlobBody::open(blob).await?;
            *failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = sending.failure;
            let mut headers = reply::common_headers();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(*size));
            let body = sending.body.boxed_unsync();
            Ok::<_, UploadError>(Outgoing { method: call.method.clone(), target: target.clone(), headers, body, sent: Some(sending.sent) })
        };
        let answer = self.call(&call, outgoing, |bytes| progress.layer_advanced(digest, bytes)).await;
        // A body that breaks off looks like a broken connection; what broke it is what counts.
        if let Some(error) = failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).take() {
            return Err(UploadError::Source(error));
        }
        let answer = answer?;
        if answer.status == StatusCode::CREATED { Ok(()) } else { Err(self.unexpected(&call, &answer).await.into()) }
    }

    /// Tells the registry that an upload will not be completed. A courtesy: whether it works is of no consequence.
    async fn cancel_upload(&self, repository: &str, session: &Url, descriptor: &Descriptor) {
        let call = Call {
            method: Method::DELETE,
            repository,
            step: Step::SendBlob(descriptor.digest.clone()),
            access: Access::Push,
            limit: LIMIT,
        };
        let cancel = self.call(&call, async || Ok::<_, RegistryError>(simple(&call, reply::target(session))), |_| ());
        if !matches!(tokio::time::timeout(CANCEL_LIMIT, cancel).await, Ok(Ok(_))) {
            tracing::debug!(repository, digest = %descriptor.digest, "the upload could not be cancelled");
        }
    }
}

fn simple(call: &Call<'_>, target: String) -> Outgoing {
    Outgoing { method: call.method.clone(), target, headers: reply::common_headers(), body: reply::empty(), sent: None }
}
