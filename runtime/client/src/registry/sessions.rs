//! Upload sessions: opening them, asking how far they got, and giving them up.
//!
//! A registry keeps the bytes of a session until it is closed or forgotten, so every session that is open is known here, and a push gives up
//! what is left of them when it ends, however it ends.

use std::time::Duration;

use futures_util::future::join_all;
use http::header::{CONTENT_LENGTH, HeaderValue, LOCATION, RANGE};
use http::{Method, StatusCode};
use pushgate_net::{Reply, message, permitted};
use pushgate_oci::Digest;
use url::{Url, form_urlencoded};

use crate::auth::Access;
use crate::error::{RegistryError, Step};
use crate::registry::client::{Call, RegistryClient, UNREAD};
use crate::registry::open::Session;
use crate::reply;

/// The largest chunk that a registry may ask for: 1 GiB.
const MAX_CHUNK_MINIMUM: u64 = 1 << 30;

/// What a request to open a session came to.
pub(super) enum Started {
    /// The registry has the blob.
    Mounted,
    /// The blob is to be sent.
    Session(Session),
}

impl RegistryClient {
    /// Opens a session for a blob. With `from`, the registry may take the blob from that repository instead; from the
    /// repository itself nobody asked for that, so it is not tried again.
    pub(super) async fn start_upload(&self, repository: &str, digest: &Digest, from: Option<&str>) -> Result<Started, RegistryError> {
        let step = Step::StartUpload(digest.clone());
        // A token for the repository alone does not let the registry look into another one.
        let also_pull = from.filter(|from| *from != repository);
        let call = Call { method: Method::POST, repository, step, access: Access::Push, also_pull, limit: UNREAD };
        let mut path = format!("/v2/{repository}/blobs/uploads/");
        if let Some(from) = from {
            let query =
                form_urlencoded::Serializer::new(String::new()).append_pair("mount", digest.as_str()).append_pair("from", from).finish();
            path = format!("{path}?{query}");
        }
        let outgoing = || {
            let mut outgoing = call.bare(path.clone());
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
            _ => return Err(self.unexpected(&call, &answer)),
        }
        let location = self.location(&call, &self.registry.origin().url(&path), &answer)?.ok_or_else(|| {
            let problem = "the registry does not say where the upload goes on".to_owned();
            RegistryError::BadAnswer { context: self.context(&call), problem }
        })?;
        let chunk_minimum = answer.header("oci-chunk-min-length").and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        let number = self.uploads.add(repository, digest, &location);
        Ok(Started::Session(Session { number, location, chunk_minimum: u64::min(chunk_minimum, MAX_CHUNK_MINIMUM) }))
    }

    /// Refuses an acknowledgement that is for another blob.
    pub(super) fn must_be_ours(&self, call: &Call<'_>, answer: &Reply, digest: &Digest) -> Result<(), RegistryError> {
        match reply::other_digest(answer, digest) {
            None => Ok(()),
            Some(theirs) => {
                let problem = format!("the registry took the blob {digest} for {theirs}");
                Err(RegistryError::BadAnswer { context: self.context(call), problem })
            }
        }
    }

    /// Where an answer says that the session goes on, if it does. It must stay at the registry.
    fn location(&self, call: &Call<'_>, request: &str, answer: &Reply) -> Result<Option<Url>, RegistryError> {
        let Some(location) = answer.header(LOCATION.as_str()) else { return Ok(None) };
        match permitted::upload_location(self.registry.origin(), request, location) {
            Ok(location) => Ok(Some(location)),
            Err(location) => {
                let location = self.registry.authenticator().without_secrets(location);
                Err(RegistryError::UploadElsewhere { context: self.context(call), location })
            }
        }
    }

    /// Takes in where the session goes on after a chunk, and gives how many bytes the registry has: as many as were `sent`, unless it says
    /// that it has fewer.
    pub(super) fn follow(&self, call: &Call<'_>, session: &mut Session, answer: &Reply, sent: u64) -> Result<u64, RegistryError> {
        if let Some(location) = self.location(call, session.location.as_str(), answer)? {
            session.location = location;
            self.uploads.moved(session);
        }
        match answer.header(RANGE.as_str()) {
            None => Ok(sent),
            Some(range) => received(range).filter(|received| *received <= sent).ok_or_else(|| {
                let problem = format!("the registry claims to have the bytes `{}` of {sent}", range.chars().take(80).collect::<String>());
                RegistryError::BadAnswer { context: self.context(call), problem }
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
        let call = Call { method: Method::GET, repository, step, access: Access::Push, also_pull: None, limit: UNREAD };
        let answer = self.call(&call, || call.bare(message::target(&session.location))).await?;
        // Without a range nobody knows where to go on.
        if answer.status != StatusCode::NO_CONTENT || answer.header(RANGE.as_str()).is_none() {
            self.uploads.closed(session.number);
            return Ok(None);
        }
        self.follow(&call, session, &answer, sent).map(Some)
    }

    /// Gives up a session. A courtesy: whether it works is of no consequence.
    async fn cancel(&self, repository: &str, digest: &Digest, location: &Url) {
        let step = Step::FollowUpload(digest.clone());
        let call = Call { method: Method::DELETE, repository, step, access: Access::Push, also_pull: None, limit: UNREAD };
        let cancelled = self.attempt(&call, async || Ok::<_, RegistryError>(call.bare(message::target(location))), |_| ()).await;
        if !cancelled.is_ok_and(|answer| answer.status.is_success()) {
            tracing::debug!(context = %self.context(&call), "the upload could not be given up");
        }
    }

    /// Gives up every upload of this client that is open, and none of another's: for a push that was dropped. One that ends does it by itself.
    /// Registries give up what is left in time, so this ends after `limit` in any case; what was not given up by then is when it is called again.
    pub async fn cancel_uploads(&self, limit: Duration) {
        let open = self.uploads.all();
        let cancels = open.iter().map(async |(number, (repository, digest, location))| {
            self.cancel(repository, digest, location).await;
            self.uploads.closed(*number);
        });
        if tokio::time::timeout(limit, join_all(cancels)).await.is_err() {
            tracing::debug!(open = self.uploads.all().len(), "uploads could not be given up in time");
        }
    }
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
