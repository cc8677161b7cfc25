//! What the registry holds: blobs, manifests, tags, uploads.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use sha2::{Digest as _, Sha256};

use crate::names::{digest_like, hexadecimal};

/// A manifest as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredManifest {
    /// The digest by which it is known.
    pub digest: String,
    /// The `content-type` that it was pushed with.
    pub media_type: String,
    /// Exactly the bytes that were pushed.
    pub bytes: Bytes,
}

/// A blob: its size, and its bytes unless [`crate::Options::discard_blobs_over`] dropped them.
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    pub(crate) size: u64,
    pub(crate) bytes: Option<Bytes>,
}

#[derive(Default)]
pub(crate) struct Repository {
    pub(crate) blobs: BTreeSet<String>,
    pub(crate) manifests: BTreeMap<String, StoredManifest>,
    pub(crate) tags: BTreeMap<String, String>,
    /// What is served under a tag or digest instead of what is there, and how often.
    pub(crate) late: HashMap<String, (Option<StoredManifest>, u64)>,
}

impl Repository {
    /// A manifest by tag or digest.
    pub(crate) fn manifest(&self, reference: &str) -> Option<&StoredManifest> {
        let digest = self.tags.get(reference).map_or(reference, String::as_str);
        self.manifests.get(digest)
    }

    /// The same as it is served now, which counts.
    pub(crate) fn served(&mut self, reference: &str) -> Option<&StoredManifest> {
        match self.late.get_mut(reference) {
            Some((_, left)) if *left > 0 => {
                *left -= 1;
                self.late.get(reference)?.0.as_ref()
            }
            _ => self.manifest(reference),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blobs.is_empty() && self.manifests.is_empty() && self.tags.is_empty()
    }
}

/// The bytes of a blob on their way in.
pub(crate) struct Content {
    /// None once they have grown over what is kept.
    bytes: Option<BytesMut>,
    limit: Option<u64>,
    hash: Sha256,
    pub(crate) size: u64,
}

impl Content {
    /// `limit` is the most bytes that are kept; `expected` is a hint of how many will come.
    pub(crate) fn new(limit: Option<u64>, expected: Option<u64>) -> Self {
        let wanted = expected.filter(|bytes| limit.is_none_or(|limit| *bytes <= limit)).unwrap_or(0);
        // The hint is the client's word: no more than 512 MiB are set aside for it.
        let capacity = usize::try_from(wanted.min(512 << 20)).unwrap_or(0);
        Self { bytes: Some(BytesMut::with_capacity(capacity)), limit, hash: Sha256::new(), size: 0 }
    }

    /// Sets room aside for `expected` more bytes.
    pub(crate) fn reserve(&mut self, expected: u64) {
        if let (Some(bytes), true) = (&mut self.bytes, self.limit.is_none_or(|limit| self.size + expected <= limit)) {
            bytes.reserve(usize::try_from(expected.min(512 << 20)).unwrap_or(0));
        }
    }

    pub(crate) fn append(&mut self, chunk: &[u8]) {
        self.size += chunk.len() as u64;
        self.hash.update(chunk);
        if self.limit.is_some_and(|limit| self.size > limit) {
            self.bytes = None;
        }
        if let Some(bytes) = &mut self.bytes {
            bytes.extend_from_slice(chunk);
        }
    }

    /// The blob and its digest by the algorithm of `like`; no digest where that would need bytes that are gone.
    pub(crate) fn finish(self, like: &str) -> (Option<String>, Blob) {
        let bytes = self.bytes.map(BytesMut::freeze);
        let digest = match (&bytes, like.starts_with("sha512:")) {
            (_, false) => Some(format!("sha256:{}", hexadecimal(&self.hash.finalize()))),
            (Some(bytes), true) => Some(digest_like(like, bytes)),
            (None, true) => None,
        };
        (digest, Blob { size: self.size, bytes })
    }
}

/// A [`Content`] that a request adds to while the session lies in the storage.
#[derive(Clone)]
pub(crate) struct SharedContent(Arc<Mutex<Content>>);

impl SharedContent {
    pub(crate) fn new(content: Content) -> Self {
        Self(Arc::new(Mutex::new(content)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn size(&self) -> u64 {
        self.lock().size
    }

    /// Takes what came so far; the session begins anew.
    pub(crate) fn take(&self) -> Content {
        let mut content = self.lock();
        let limit = content.limit;
        std::mem::replace(&mut *content, Content::new(limit, None))
    }
}

/// An upload session.
pub(crate) struct Upload {
    pub(crate) repository: String,
    /// What the location of the session must carry; it changes with each chunk, so that a client has to follow the locations.
    pub(crate) state: u64,
    /// A chunk smaller than the announced minimum came: no further one may follow.
    pub(crate) short_chunk: bool,
    /// Shared, so that one upload does not make the others wait while it is hashed.
    pub(crate) content: SharedContent,
}

#[derive(Default)]
pub(crate) struct Holdings {
    pub(crate) blobs: HashMap<String, Blob>,
    pub(crate) repositories: BTreeMap<String, Repository>,
    pub(crate) uploads: HashMap<String, Upload>,
    pub(crate) uploads_started: u64,
}

impl Holdings {
    /// A blob, as far as this repository has it.
    pub(crate) fn blob(&self, repository: &str, digest: &str) -> Option<&Blob> {
        if self.repositories.get(repository)?.blobs.contains(digest) { self.blobs.get(digest) } else { None }
    }

    pub(crate) fn repository(&mut self, name: &str) -> &mut Repository {
        self.repositories.entry(name.to_owned()).or_default()
    }

    pub(crate) fn add_blob(&mut self, repository: &str, digest: String, blob: Blob) {
        self.repository(repository).blobs.insert(digest.clone());
        self.blobs.insert(digest, blob);
    }

    pub(crate) fn remove_blob(&mut self, repository: &str, digest: &str) -> bool {
        let removed = self.repositories.get_mut(repository).is_some_and(|repository| repository.blobs.remove(digest));
        if !self.repositories.values().any(|repository| repository.blobs.contains(digest)) {
            self.blobs.remove(digest);
        }
        removed
    }
}

/// The holdings, shared by the connections.
#[derive(Default)]
pub(crate) struct Storage(Mutex<Holdings>);

impl Storage {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Holdings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
