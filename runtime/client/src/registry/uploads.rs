//! Sending a blob.
//!
//! The shortest way is one `PUT` with everything ("POST then PUT" of the distribution specification); the digest in it makes the registry
//! refuse other bytes. Where a registry, or what stands before it, takes less at a time, the blob goes in chunks. Where a connection
//! breaks, the registry is asked how far it got, and the upload goes on from there, or begins anew if the session is lost.

use std::sync::{Mutex, PoisonError};

use http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use pushgate_net::{Outgoing, Reply, message};
use pushgate_oci::{BlobError, Descriptor, PinnedBlob};
use tokio::sync::watch;
use url::Url;

use crate::auth::Access;
use crate::error::{RegistryError, Said, Step};
use crate::progress::{LayerOutcome, Progress};
use crate::registry::blobs::Found;
use crate::registry::body::Sending;
use crate::registry::client::{Call, RegistryClient, UNREAD};
use crate::registry::failure::Failure;
use crate::registry::handed::Handed;
use crate::registry::mounting::Mounting;
use crate::registry::names;
use crate::registry::open::Session;
use crate::registry::questions::{Question, Questions, Rank};
use crate::registry::retry::Retries;
use crate::registry::upload::Upload;

/// Why a blob is not at the registry.
#[derive(Debug)]
pub(super) enum UploadError {
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

/// What is the same for all blobs of a push.
pub(super) struct Asking<'a> {
    pub(super) repository: &'a str,
    /// Other repositories of the registry that may have them.
    pub(super) mount_from: &'a [String],
    pub(super) questions: &'a Questions,
}

impl RegistryClient {
    /// Makes sure that the registry has a blob. Once `stop` holds, nothing more is begun, and what is being sent is
    /// dropped; but an upload that is being opened is waited for, since nobody could give up one of which nobody heard.
    /// Gives the blob back if it was sent.
    pub(super) async fn push_blob<'a>(
        &self,
        asking: &Asking<'_>,
        blob: &'a PinnedBlob,
        rank: Rank,
        stop: &watch::Sender<bool>,
        progress: &dyn Progress,
    ) -> Result<Option<&'a Descriptor>, UploadError> {
        let Asking { repository, mount_from, questions } = *asking;
        names::repository(repository)?;
        if *stop.borrow() {
            return Ok(None);
        }
        let Descriptor { digest, size, .. } = &blob.descriptor;
        progress.layer_started(&blob.descriptor);
        // With other repositories to mount from, each blob is asked for in any case.
        let question = if mount_from.is_empty() { questions.about(rank).await } else { Question::IsThere };
        if *stop.borrow() {
            return Ok(None);
        }
        let found = self.find_blob(repository, &blob.descriptor, mount_from, question).await;
        questions.answered(rank, matches!(found, Ok(Found::There(_))));
        let found = found?;
        let send = async {
            let (session, doubtful) = match found {
                Found::There(how) => return Ok(how),
                Found::Missing(session) => (session, false),
                Found::Doubtful(session) => (session, true),
            };
            let handed = Handed::new(*size);
            let upload = async {
                let _turn = self.large_uploads.enter(*size).await;
                self.upload(repository, session, blob, &handed, progress).await
            };
            if doubtful { self.unless_there(repository, &blob.descriptor, &handed, upload).await } else { upload.await }
        };
        let mut stopped = stop.subscribe();
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => Ok(None),
            how = send => {
                let how = how?;
                progress.layer_finished(digest, how);
                Ok(Some(&blob.descriptor).filter(|_| how == LayerOutcome::Uploaded))
            }
        }
    }

    /// Sends a blob, unless the registry has it, which is asked while the upload waits for its turn, or is under way.
    /// Then the session stays open, until the push ends.
    async fn unless_there(
        &self,
        repository: &str,
        blob: &Descriptor,
        handed: &Handed,
        upload: impl Future<Output = Result<LayerOutcome, UploadError>>,
    ) -> Result<LayerOutcome, UploadError> {
        tokio::pin!(upload);
        let there = tokio::select! {
            // The upload gets the better connection.
            biased;
            uploaded = &mut upload => return uploaded,
            there = self.has_blob(repository, blob) => there,
        };
        match there {
            // It may have all of it from this upload, whose answer is late.
            Ok(true) if handed.is_whole() => upload.await,
            Ok(true) => {
                self.mounting.found(Mounting::USELESS);
                Ok(LayerOutcome::AlreadyThere)
            }
            Err(error @ RegistryError::BadAnswer { .. }) => Err(error.into()),
            // What is wrong will show in the upload.
            Ok(false) | Err(_) => upload.await,
        }
    }

    /// Sends a blob, whatever happens on the way, as long as it can still succeed.
    async fn upload(
        &self,
        repository: &str,
        session: Session,
        blob: &PinnedBlob,
        handed: &Handed,
        progress: &dyn Progress,
    ) -> Result<LayerOutcome, UploadError> {
        let mut upload = Upload::new(session, handed);
        let mut retries = Retries::new(self.registry.timeouts());
        loop {
            let error = match self.send(repository, &mut upload, blob, progress).await {
                Ok(()) => {
                    self.uploads.closed(upload.session.number);
                    return Ok(LayerOutcome::Uploaded);
                }
                Err(error) => error,
            };
            let UploadError::Registry(error) = error else { return Err(error) };
            if let Some(how) = self.resume(repository, &mut upload, &blob.descriptor, error, &mut retries).await? {
                return Ok(how);
            }
        }
    }

    /// Sends what is left of a blob, and closes the upload.
    async fn send(&self, repository: &str, upload: &mut Upload<'_>, blob: &PinnedBlob, progress: &dyn Progress) -> Result<(), UploadError> {
        let Descriptor { digest, size, .. } = &blob.descriptor;
        let call = |method| Call {
            method,
            repository,
            step: Step::SendBlob(digest.clone()),
            access: Access::Push,
            also_pull: None,
            limit: UNREAD,
        };
        let whole = upload.at == 0 && *size <= upload.chunk;
        while !whole && upload.at < *size {
            let call = call(Method::PATCH);
            let end = upload.at.saturating_add(upload.chunk).min(*size);
            upload.sent = end;
            let answer = self.send_range(&call, None, upload, blob, end, progress).await?;
            if !answer.status.is_success() {
                return Err(self.unexpected(&call, &answer).into());
            }
            let received = self.follow(&call, &mut upload.session, &answer, end)?;
            if received <= upload.at {
                let problem = format!("the registry took nothing of the bytes {}-{end}", upload.at);
                return Err(RegistryError::BadAnswer { context: self.context(&call), problem }.into());
            }
            upload.spent.short += u32::from(received < end);
            upload.at = received;
        }
        let call = call(Method::PUT);
        let mut url = upload.session.location.clone();
        url.query_pairs_mut().append_pair("digest", digest.as_str());
        upload.sent = *size;
        let answer = self.send_range(&call, Some(&url), upload, blob, *size, progress).await?;
        match answer.status {
            StatusCode::CREATED => Ok(self.must_be_ours(&call, &answer, digest)?),
            // As for manifests: then it counts whether it is there.
            status if status.is_success() && self.keeps_blob(repository, &blob.descriptor).await? => Ok(()),
            _ => Err(self.unexpected(&call, &answer).into()),
        }
    }

    /// Sends the bytes of a blob up to `end` in one request: to where the session goes on, or to the `url` that closes
    /// it.
    async fn send_range(
        &self,
        call: &Call<'_>,
        url: Option<&Url>,
        upload: &mut Upload<'_>,
        blob: &PinnedBlob,
        end: u64,
        progress: &dyn Progress,
    ) -> Result<Reply, UploadError> {
        let range = upload.at..end;
        if let Some(problem) = upload.excess(end, blob.descriptor.size) {
            return Err(RegistryError::BadAnswer { context: self.context(call), problem }.into());
        }
        let target = message::target(url.unwrap_or(&upload.session.location));
        let handed = upload.handed;
        // The failure of the attempt that is under way.
        let failure = Mutex::new(Failure::default());
        let outgoing = async || {
            let sending = Sending::open(blob, range.clone(), self.transport.is_direct(self.registry.origin())).await?;
            *failure.lock().unwrap_or_else(PoisonError::into_inner) = sending.failure;
            handed.attempt(sending.sent.clone());
            let mut headers = message::common_headers();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
            if call.method == Method::PATCH
                && let Ok(value) = HeaderValue::try_from(format!("{}-{}", range.start, range.end.saturating_sub(1)))
            {
                headers.insert(CONTENT_RANGE, value);
            }
            let (body, sent, region) = (sending.body, Some(sending.sent), sending.region);
            Ok::<_, UploadError>(Outgoing { method: call.method.clone(), target: target.clone(), headers, body, sent, region })
        };
        // A request that is challenged is sent twice, and its bytes are counted from the beginning.
        let (mut spent, mut reached) = (upload.spent.bytes, range.start);
        let advanced = |bytes: u64| {
            spent = spent.saturating_add(bytes.checked_sub(reached).unwrap_or(bytes.saturating_sub(range.start)));
            reached = bytes;
            progress.layer_advanced(&blob.descriptor.digest, bytes);
        };
        let answer = self.attempt(call, outgoing, advanced).await;
        upload.spent.bytes = spent;
        // A body that breaks off looks like a broken connection; what broke it is what counts.
        if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(UploadError::Source(error));
        }
        answer
    }

    /// After a failure: makes the upload ready to go on, or tells that the registry has the blob after all, or that there is no way.
    async fn resume(
        &self,
        repository: &str,
        upload: &mut Upload<'_>,
        blob: &Descriptor,
        error: RegistryError,
        retries: &mut Retries,
    ) -> Result<Option<LayerOutcome>, UploadError> {
        let may_be_too_much = match &error {
            RegistryError::Status { code: 413, .. } => true,
            // What registries say that know chunks only.
            RegistryError::Status { code: 405 | 411 | 415 | 501, .. } => upload.chunk == u64::MAX,
            _ => false,
        };
        let session_is_lost = matches!(error, RegistryError::NotFound { .. } | RegistryError::Status { code: 416, .. }) && upload.sent > 0;
        if may_be_too_much {
            let too_much = upload.smallest(blob.size);
            if !upload.shrink(blob.size) {
                return Err(still_too_much(error, too_much).into());
            }
        } else {
            let verdict = if session_is_lost { retries.at_once() } else { retries.after_error(&error, self.registry.reached()) };
            let context = self.registry.context_of(repository, Step::SendBlob(blob.digest.clone()));
            if !self.wait_as(verdict, &context).await? {
                return Err(error.into());
            }
        }
        let before = upload.at;
        match self.upload_status(repository, &blob.digest, &mut upload.session, upload.sent).await? {
            Some(received) => {
                upload.at = received;
                if received > before {
                    retries.progressed();
                }
                Ok(None)
            }
            // Lost, or closed: then the blob may be there.
            None => match self.ask_then_start(repository, blob).await? {
                Found::There(_) if upload.handed.is_whole() => Ok(Some(LayerOutcome::Uploaded)),
                Found::There(how) => Ok(Some(how)),
                Found::Missing(session) | Found::Doubtful(session) => {
                    *upload = Upload { chunk: upload.chunk, spent: upload.spent, ..Upload::new(session, upload.handed) };
                    Ok(None)
                }
            },
        }
    }
}

/// The error of a request that is too large, and cannot be smaller.
fn still_too_much(error: RegistryError, bytes: u64) -> RegistryError {
    match error {
        RegistryError::Status { context, code, said, retry_after } => {
            let text = Some(format!("a request of {bytes} bytes is too large for the registry, or for what stands before it{said}"));
            RegistryError::Status { context, code, said: Box::new(Said { text, ..*said }), retry_after }
        }
        error => error,
    }
}
