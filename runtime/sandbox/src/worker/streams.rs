//! The streams of a worker.

use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;

/// One of the three standard streams, without the buffer that the library puts before it.
pub(super) fn standard(stream: BorrowedFd<'_>) -> io::Result<File> {
    Ok(stream.try_clone_to_owned()?.into())
}
