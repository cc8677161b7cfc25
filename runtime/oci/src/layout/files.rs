//! Reading the files of a layout.

use std::io;

use crate::blob::{Files, read_bounded};
use crate::digest::Digest;

/// Reads a file beside `blobs` whole, if it is not larger than `limit`.
pub(super) fn read_file(files: &dyn Files, name: &'static str, limit: u64) -> io::Result<Vec<u8>> {
    let (reader, size) = files.open_file(name)?;
    read_bounded(reader, size, limit)
}

/// Reads a blob whole, if it is not larger than `limit`.
pub(super) fn read_blob(files: &dyn Files, digest: &Digest, limit: u64) -> io::Result<Vec<u8>> {
    let (reader, size) = files.open_blob(digest)?;
    read_bounded(reader, size, limit)
}
