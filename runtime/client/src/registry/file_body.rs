//! The body of an upload whose bytes go from the file to the socket without passing through this process: it consists of marks (see
//! [`Region`]).

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Buf as _;
use http_body::{Body, Frame, SizeHint};
use pushgate_net::{Aborted, Piece, Region};
use pushgate_oci::{BlobError, Digest, FilePlace};
use tokio::sync::watch;

use crate::registry::failure::Failure;

/// The bytes that the marks of one body stand for.
#[derive(Debug)]
pub(super) struct FileRegion {
    place: FilePlace,
    digest: Digest,
    size: u64,
    start: u64,
    /// Of the blob, up to which the stream has taken everything.
    taken: Mutex<u64>,
    failure: Failure,
}

impl FileRegion {
    pub(super) fn new(place: FilePlace, digest: Digest, size: u64, start: u64, failure: Failure) -> Self {
        Self { place, digest, size, start, taken: Mutex::new(start), failure }
    }

    fn taken(&self) -> MutexGuard<'_, u64> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the file is still what it was when it was pinned.
    fn check(&self) -> Result<(), BlobError> {
        match self.place.is_unchanged(self.size) {
            Ok(true) => Ok(()),
            Ok(false) => Err(BlobError::WrongSize { digest: self.digest.clone(), expected: self.size }),
            Err(source) => Err(BlobError::Unreadable { digest: self.digest.clone(), source }),
        }
    }
}

impl Region for FileRegion {
    fn rewind(&self) {
        *self.taken() = self.start;
    }

    fn take(&self, send: &mut dyn FnMut(BorrowedFd<'_>, u64) -> io::Result<usize>) -> io::Result<usize> {
        let mut taken = self.taken();
        let count = send(self.place.as_fd(), self.place.start().saturating_add(*taken))?;
        if count == 0 {
            self.failure.set(BlobError::WrongSize { digest: self.digest.clone(), expected: self.size });
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, Aborted));
        }
        *taken = taken.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

/// A body of marks.
pub(super) struct FileBody {
    region: Arc<FileRegion>,
    end: u64,
    remaining: u64,
    sent: watch::Sender<u64>,
}

impl FileBody {
    pub(super) fn new(region: Arc<FileRegion>, end: u64, sent: watch::Sender<u64>) -> Self {
        let remaining = end.saturating_sub(region.start);
        Self { region, end, remaining, sent }
    }
}

impl Body for FileBody {
    type Data = Piece;
    type Error = Aborted;

    fn poll_frame(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Result<Frame<Piece>, Aborted>>> {
        let this = self.get_mut();
        if this.remaining == 0 {
            return Poll::Ready(None);
        }
        let mark = Piece::mark(this.remaining);
        let left = this.remaining.saturating_sub(u64::try_from(mark.remaining()).unwrap_or(u64::MAX));
        if left == 0
            && let Err(error) = this.region.check()
        {
            this.region.failure.set(error);
            this.remaining = 0;
            return Poll::Ready(Some(Err(Aborted)));
        }
        this.remaining = left;
        this.sent.send_replace(this.end.saturating_sub(left));
        Poll::Ready(Some(Ok(Frame::data(mark))))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
