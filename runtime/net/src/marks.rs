//! Bytes of a file that go from the kernel's cache to a socket without passing through this process.
//!
//! In clear - to a registry on loopback or in a trusted network - nothing has to be done to the bytes of a blob, and copying them in and out
//! costs more processor time than everything else in a push. So the body of such a request holds no bytes but marks, and the stream below
//! the HTTP library (see `direct`) answers to each mark with `sendfile`. A mark is a slice of one fixed array, known by its address, so
//! that the library, which counts and queues slices and never looks into them, needs to know nothing of it. Whoever did copy a mark would
//! send zeros, which the registry refuses, since their digest is another.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;

use bytes::{Buf, Bytes};

/// The longest mark: 1 MiB. Nothing is ever written to the array, so it takes no memory.
const LONGEST: usize = 1024 * 1024;
static MARKS: [u8; LONGEST] = [0; LONGEST];

/// Whether a slice is a mark.
pub(crate) fn is_mark(slice: &[u8]) -> bool {
    MARKS.as_ptr_range().contains(&slice.as_ptr())
}

/// A piece of a request's body.
pub struct Piece(Kind);

enum Kind {
    Bytes(Bytes),
    /// So many bytes that the stream takes from the file.
    Mark(usize),
}

impl Piece {
    /// The next bytes of a file, as many of those that remain as one mark stands for.
    #[must_use]
    pub fn mark(remaining: u64) -> Self {
        Self(Kind::Mark(usize::try_from(remaining).unwrap_or(LONGEST).min(LONGEST)))
    }
}

impl From<Bytes> for Piece {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        match &self.0 {
            Kind::Bytes(bytes) => bytes.remaining(),
            Kind::Mark(length) => *length,
        }
    }

    fn chunk(&self) -> &[u8] {
        match &self.0 {
            Kind::Bytes(bytes) => bytes.chunk(),
            Kind::Mark(length) => MARKS.get(..*length).unwrap_or_default(),
        }
    }

    fn advance(&mut self, count: usize) {
        match &mut self.0 {
            Kind::Bytes(bytes) => bytes.advance(count),
            Kind::Mark(length) => *length = length.saturating_sub(count),
        }
    }
}

/// The bytes of a file that the marks of one body stand for, in their order.
pub trait Region: fmt::Debug + Send + Sync {
    /// Begins anew: the request goes out on another connection.
    fn rewind(&self);

    /// Hands the next bytes to `send`, which gets the file and an offset in it and says how many it took.
    ///
    /// # Errors
    /// What `send` says, and that the file has no more bytes.
    fn take(&self, send: &mut dyn FnMut(BorrowedFd<'_>, u64) -> io::Result<usize>) -> io::Result<usize>;
}
