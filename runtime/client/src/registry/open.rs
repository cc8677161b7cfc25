//! The uploads of one push that are open.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pushgate_oci::Digest;
use url::Url;

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    /// Its place among the open ones.
    pub(super) number: u64,
    /// Where it goes on. Opaque: the registry may give another one with every reply.
    pub(super) location: Url,
    /// The fewest bytes of a chunk that is not the last (`OCI-Chunk-Min-Length`).
    pub(super) chunk_minimum: u64,
}

/// The sessions that were opened and not closed.
#[derive(Default)]
pub(super) struct UploadSessions(Mutex<Open>);

#[derive(Default)]
struct Open {
    count: u64,
    sessions: HashMap<u64, (String, Digest, Url)>,
}

impl UploadSessions {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, repository: &str, digest: &Digest, location: &Url) -> u64 {
        let mut open = self.open();
        open.count += 1;
        let number = open.count;
        open.sessions.insert(number, (repository.to_owned(), digest.clone(), location.clone()));
        number
    }

    pub(super) fn moved(&self, session: &Session) {
        if let Some((_, _, location)) = self.open().sessions.get_mut(&session.number) {
            *location = session.location.clone();
        }
    }

    /// The registry closed it or has lost it, or it was given up.
    pub(super) fn closed(&self, number: u64) {
        self.open().sessions.remove(&number);
    }

    /// Each with its number: the repository, the blob, and where it goes on.
    pub(super) fn all(&self) -> Vec<(u64, (String, Digest, Url))> {
        self.open().sessions.iter().map(|(number, session)| (*number, session.clone())).collect()
    }
}
