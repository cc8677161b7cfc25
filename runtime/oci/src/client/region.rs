//! Bytes of a file that go from the kernel's cache to a socket without passing through this process.
//!
//! In clear - to a registry on loopback or in a trusted network - nothing has to be done to the bytes of a blob, and copying them in and out
//! costs more processor time than everything else in a push. So the body of such a request holds no bytes but marks, and the stream below
//! the HTTP library (see `direct`) answers to each mark with `sendfile`. A mark is a slice of one fixed array, known by its address, so
//! that the library, which counts and queues slices and never looks into them, needs to know nothing of it. Whoever did copy a mark would
//! send zeros, which the registry refuses, since their digest is another.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use tokio::sync::watch;

use crate::client::body::{Aborted, Failure};
use crate::content::{BlobError, FilePlace};
use crate::digest::Digest;

/// The longest mark: 1 MiB. Nothing is ever written to the array, so it takes no memory.
const LONGEST: usize = 1024 * 1024;
static MARKS: [u8; LONGEST] = [0; LONGEST];

/// Whether a slice is a mark.
pub(super) fn is_mark(slice: &[u8]) -> bool {
    MARKS.as_ptr_range().contains(&slice.as_ptr())
}

/// A piece of a request's body.
pub(crate) enum Piece {
    Bytes(Bytes),
    /// So many bytes that the stream takes from the file.
    Mark(usize),
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.remaining(),
            Self::Mark(length) => *length,
        }
    }

    fn chunk(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes.chunk(),
            Self::Mark(length) => MARKS.get(..*length).unwrap_or_default(),
        }
    }

    fn advance(&mut self, count: usize) {
        match self {
            Self::Bytes(bytes) => bytes.advance(count),
            Self::Mark(length) => *length = length.saturating_sub(count),
        }
    }
}

/// The bytes that the marks of one body stand for.
#[derive(Clone, Debug)]
pub(crate) struct Region(Arc<Source>);

#[derive(Debug)]
struct Source {
    place: FilePlace,
    digest: Digest,
    size: u64,
    start: u64,
    /// Of the blob, up to which the stream has taken everything.
    taken: Mutex<u64>,
    failure: Failure,
}

impl Region {
    pub(super) fn new(place: FilePlace, digest: Digest, size: u64, start: u64, failure: Failure) -> Self {
        Self(Arc::new(Source { place, digest, size, start, taken: Mutex::new(start), failure }))
    }

    fn taken(&self) -> MutexGuard<'_, u64> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From the beginning: the request goes out on another connection.
    pub(super) fn rewind(&self) {
        *self.taken() = self.0.start;
    }

    /// Hands the next bytes to `send`, which gets the file and an offset in it and says how many it took.
    pub(super) fn take(&self, send: impl FnOnce(BorrowedFd<'_>, u64) -> io::Result<usize>) -> io::Result<usize> {
        let mut taken = self.taken();
        let count = send(self.0.place.as_fd(), self.0.place.start().saturating_add(*taken))?;
        if count == 0 {
            self.0.failure.set(BlobError::WrongSize { digest: self.0.digest.clone(), expected: self.0.size });
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, Aborted));
        }
        *taken = taken.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

/// A body of marks.
pub(super) struct MarkBody {
    region: Region,
    end: u64,
    remaining: u64,
    sent: watch::Sender<u64>,
}

impl MarkBody {
    pub(super) fn new(region: Region, end: u64, sent: watch::Sender<u64>) -> Self {
        let remaining = end.saturating_sub(region.0.start);
        Self { region, end, remaining, sent }
    }

    fn check(&self) -> Result<(), BlobError> {
        let Source { place, digest, size, .. } = &*self.region.0;
        match place.is_unchanged(*size) {
            Ok(true) => Ok(()),
            Ok(false) => Err(BlobError::WrongSize { digest: digest.clone(), expected: *size }),
            Err(source) => Err(BlobError::Unreadable { digest: digest.clone(), source }),
        }
    }
}

impl Body for MarkBody {
    type Data = Piece;
    type Error = Aborted;

    fn poll_frame(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Result<Frame<Piece>, Aborted>>> {
        let this = self.get_mut();
        if this.remaining == 0 {
            return Poll::Ready(None);
        }
        let length = usize::try_from(this.remaining).unwrap_or(LONGEST).min(LONGEST);
        let left = this.remaining.saturating_sub(u64::try_from(length).unwrap_or(u64::MAX));
        if left == 0
            && let Err(error) = this.check()
        {
            this.region.0.failure.set(error);
            this.remaining = 0;
            return Poll::Ready(Some(Err(Aborted)));
        }
        this.remaining = left;
        this.sent.send_replace(this.end.saturating_sub(left));
        Poll::Ready(Some(Ok(Frame::data(Piece::Mark(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
