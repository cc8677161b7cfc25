//! Upload sessions: opening them, asking how far they got, and giving them up.
//!
//! A registry keeps the bytes of a session until it is closed or forgotten, so every session that is open is known here, and a push gives up
//! what is left of them when it ends, however it ends.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use http::header::{CONTENT_LENGTH, HeaderValue, LOCATION, RANGE};
use http::{Method, StatusCode};
use url::{Url, form_urlencoded};

use crate::client::authorise::Access;
use crate::client::error::{RegistryError, Step};
use crate::client::transport::{Answer, Outgoing};
use crate::client::{Call, RegistryClient, origin, reply};
use crate::digest::Digest;

/// The most bytes of an answer that nobody reads: 64 KiB.
pub(super) const LIMIT: u64 = 64 * 1024;
/// The largest chunk that a registry may ask for: 1 GiB.
const MAX_CHUNK_MINIMUM: u64 = 1 << 30;

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    /// Its place among the open ones.
    number: u64,
    /// Where it goes on. Opaque: the registry may give another one with every reply.
    pub(super) location: Url,
    /// The fewest bytes of a chunk that is not the last (`OCI-Chunk-Min-Length`).
    pub(super) chunk_minimum: u64,
}

/// What a request to open a session came to.
pub(super) enum Started {
    /// The registry has the blob.
    Mounted,
    /// The blob is to be sent.
    Session(Session),
}

/// The sessions that were opened and not closed.
#[derive(Default)]
pub(super) struct Sessions(Mutex<Open>);

#[derive(Default)]
struct Open {
    count: u64,
    sessions: HashMap<u64, (String, Digest, Url)>,
}

impl Sessions {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, repository: &str, digest: &Digest, location: &Url) -> u64 {
        let mut open = self.open();
        open.count += 1;
        let number = open.count;
        open.sessions.insert(number, (repository.to_owned(), digest.clone(), location.clone()));
        number
    }

    fn moved(&self, session: &Session) {
        if let Some((_, _, location)) = self.open().sessions.get_mut(&session.number) {
            *location = session.location.clone();
        }
    }

    /// The registry closed it, or has lost it.
    pub(super) fn closed(&self, session: &Session) {
        self.open().sessions.remove(&session.number);
    }

    fn take_all(&self) -> Vec<(String, Digest, Url)> {
        self.open().sessions.drain().map(|(_, session)| session).collect()
    }
}

impl RegistryClient {
    /// Opens a session for a blob. With `from`, the registry may take the blob from that repository instead; from the
    /// repository itself nobody asked for that, so it is not tried again.
    pub(super) async fn start_upload(&self, repository: &str, digest: &Digest, from: Option<&str>) -> Result<Started, RegistryError> {
        let step = Step::StartUpload(digest.clone());
        // A token for the repository alone does not let the registry look into another one.
        let also_pull = from.filter(|from| *from != repository);
        let call = Call { method: Method::POST, repository, step, access: Access::Push, also_pull, limit: LIMIT };
        let mut path = format!("/v2/{repository}/blobs/uploads/");
        if let Some(from) = from {
            let query =
                form_urlencoded::Serializer::new(String::new()).append_pair("mount", digest.as_str()).append_pair("from", from).finish();
            path = format!("{path}?{query}");
        }
        let outgoing = || {
            let mut outgoing = bare(&call, path.clone());
            outgoing.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            outgoing
        };
        let answer =
            if from == Some(repository) { self.attempt_at_once(&call, &outgoing).await? } else { self.call(&call, outgoing).await? };
        match answer.status {
            StatusCode::ACCEPTED => {}
            StatusCode::CREATED if from.is_some() => {
                self.must_be_ours(&call, &answer, digest)?;
                return Ok(Started::Mounted);
            }
            _ => return Err(self.unexpected(&call, &answer).await),
        }
        let location = self.location(&call, &self.origin.url(&path), &answer).await?.ok_or_else(|| {
            let problem = "the registry does not say where the upload goes on".to_owned();
            RegistryError::BadAnswer { place: self.place(&call), problem }
        })?;
        let chunk_minimum = answer.header("oci-chunk-min-length").and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        let number = self.sessions.add(repository, digest, &location);
        Ok(Started::Session(Session { number, location, chunk_minimum: u64::min(chunk_minimum, MAX_CHUNK_MINIMUM) }))
    }

    /// Refuses an acknowledgement that is for another blob.
    pub(super) fn must_be_ours(&self, call: &Call<'_>, answer: &Answer, digest: &Digest) -> Result<(), RegistryError> {
        match reply::other_digest(answer, digest) {
            None => Ok(()),
            Some(theirs) => {
                let problem = format!("the registry took the blob {digest} for {theirs}");
                Err(RegistryError::BadAnswer { place: self.place(call), problem })
            }
        }
    }

    /// Where an answer says that the session goes on, if it does. It must stay at the registry.
    async fn location(&self, call: &Call<'_>, request: &str, answer: &Answer) -> Result<Option<Url>, RegistryError> {
        let Some(location) = answer.header(LOCATION.as_str()) else { return Ok(None) };
        match origin::upload_location(&self.origin, request, location) {
            Ok(location) => Ok(Some(location)),
            Err(location) => {
                let location = self.authoriser.without_secrets(location).await;
                Err(RegistryError::UploadElsewhere { place: self.place(call), location })
            }
        }
    }

    /// Takes in where the session goes on after a chunk, and gives how many bytes the registry has: as many as were `sent`, unless it says
    /// that it has fewer.
    pub(super) async fn follow(&self, call: &Call<'_>, session: &mut Session, answer: &Answer, sent: u64) -> Result<u64, RegistryError> {
        if let Some(location) = self.location(call, session.location.as_str(), answer).await? {
            session.location = location;
            self.sessions.moved(session);
        }
        match answer.header(RANGE.as_str()) {
            None => Ok(sent),
            Some(range) => received(range).filter(|received| *received <= sent).ok_or_else(|| {
                let problem = format!("the registry claims to have the bytes `{}` of {sent}", range.chars().take(80).collect::<String>());
                RegistryError::BadAnswer { place: self.place(call), problem }
            }),
        }
    }

    /// How many bytes of a session the registry has, at most `sent`; none if it has lost it.
    pub(super) async fn upload_status(
        &self,
        repository: &str,
        digest: &Digest,
        session: &mut Session,
        sent: u64,
    ) -> Result<Option<u64>, RegistryError> {
        let step = Step::FollowUpload(digest.clone());
        let call = Call { method: Method::GET, repository, step, access: Access::Push, also_pull: None, limit: LIMIT };
        let answer = self.call(&call, || bare(&call, reply::target(&session.location))).await?;
        // Without a range nobody knows where to go on.
        if answer.status != StatusCode::NO_CONTENT || answer.header(RANGE.as_str()).is_none() {
            self.sessions.closed(session);
            return Ok(None);
        }
        self.follow(&call, session, &answer, sent).await.map(Some)
    }

    /// Gives up a session. A courtesy: whether it works is of no consequence.
    async fn cancel(&self, repository: &str, digest: &Digest, location: &Url) {
        let step = Step::FollowUpload(digest.clone());
        let call = Call { method: Method::DELETE, repository, step, access: Access::Push, also_pull: None, limit: LIMIT };
        let cancelled = self.attempt(&call, async || Ok::<_, RegistryError>(bare(&call, reply::target(location))), |_| ()).await;
        if !cancelled.is_ok_and(|answer| answer.status.is_success()) {
            tracing::debug!(place = %self.place(&call), "the upload could not be given up");
        }
    }

    /// Gives up every upload that is open: for a push that was dropped. One that ends does it by itself. Registries give up what is left in
    /// time, so this ends after `limit` in any case.
    pub async fn cancel_uploads(&self, limit: Duration) {
        let open = self.sessions.take_all();
        let cancels = open.iter().map(|(repository, digest, location)| self.cancel(repository, digest, location));
        if tokio::time::timeout(limit, join_all(cancels)).await.is_err() {
            tracing::debug!(open = open.len(), "uploads could not be given up in time");
        }
    }
}

/// A request without a body.
pub(super) fn bare(call: &Call<'_>, target: String) -> Outgoing {
    Outgoing { method: call.method.clone(), target, headers: reply::common_headers(), body: reply::empty(), sent: None, region: None }
}

/// `0-N`, both inclusive, as a number of bytes. Registries write `0-0` of nothing as well as of one byte: that is taken for nothing, since
/// sending a byte twice is refused where losing one is not noticed before the end.
fn received(range: &str) -> Option<u64> {
    let (first, last) = range.trim().trim_start_matches("bytes=").split_once('-')?;
    let last: u64 = last.parse().ok()?;
    match first.parse() {
        Ok(0_u64) => Some(if last == 0 { 0 } else { last.checked_add(1)? }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (range, expected) in [
            ("0-9", Some(10)),
            ("bytes=0-9", Some(10)),
            (" 0-0 ", Some(0)),
            ("1-9", None),
            ("0-", None),
            ("-1", None),
            ("0--1", None),
            ("0-18446744073709551615", None),
            ("nonsense", None),
        ] {
            assert_eq!(received(range), expected, "{range}");
        }
    }
}
