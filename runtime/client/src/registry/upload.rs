//! An upload on its way: how far it is, and how it goes on.

use crate::registry::handed::Handed;
use crate::registry::open::Session;

/// The first chunks where not everything is taken at once: 32 MiB.
const FIRST_CHUNK: u64 = 32 * 1024 * 1024;
/// The smallest chunks, unless the registry wants larger ones: 64 KiB.
const SMALLEST_CHUNK: u64 = 64 * 1024;
/// The most bytes that are sent of a blob, in sizes of it: as many as attempts at one request.
const MOST_SENT: u64 = 5;
/// How often a registry may have less of a chunk than it acknowledged. An honest one has all of it.
const MOST_SHORT: u32 = 3;

/// An upload on its way.
pub(super) struct Upload<'a> {
    pub(super) session: Session,
    /// What was sent in all attempts.
    pub(super) handed: &'a Handed,
    /// So many bytes are at the registry.
    pub(super) at: u64,
    /// So many may have reached it.
    pub(super) sent: u64,
    /// The most bytes of one request.
    pub(super) chunk: u64,
    pub(super) spent: Spent,
}

/// What all requests for one blob took together, whatever became of them.
#[derive(Clone, Copy, Default)]
pub(super) struct Spent {
    /// Bytes that were handed to connections.
    pub(super) bytes: u64,
    /// Chunks of which the registry acknowledged less.
    pub(super) short: u32,
}

impl<'a> Upload<'a> {
    pub(super) fn new(session: Session, handed: &'a Handed) -> Self {
        Self { session, handed, at: 0, sent: 0, chunk: u64::MAX, spent: Spent::default() }
    }

    /// Chooses smaller chunks; not if they are as small as they may be.
    pub(super) fn shrink(&mut self, size: u64) -> bool {
        let smallest = self.session.chunk_minimum.max(SMALLEST_CHUNK);
        if self.chunk <= smallest {
            return false;
        }
        self.chunk = (self.chunk / 2).min(size.div_ceil(2)).min(FIRST_CHUNK).max(smallest);
        true
    }

    /// What is too much for a registry that takes no chunk, in bytes.
    pub(super) fn smallest(&self, size: u64) -> u64 {
        self.chunk.min(size)
    }

    /// Why no more bytes are sent: a registry that asks for the same bytes again and again gets them a few times.
    pub(super) fn excess(&self, until: u64, size: u64) -> Option<String> {
        if self.spent.short > MOST_SHORT {
            return Some(format!("the registry acknowledged chunks and had less of them, {} times", self.spent.short));
        }
        let bytes = self.spent.bytes.saturating_add(until.saturating_sub(self.at));
        (bytes > size.saturating_mul(MOST_SENT))
            .then(|| format!("the registry was sent {} bytes, and has {} of {size}", self.spent.bytes, self.at))
    }
}
