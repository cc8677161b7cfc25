//! Where the files of a layout are: in a directory, or in an archive.

use std::fmt;
use std::io::{self, Read as _};

use crate::content::BlobReader;
use crate::digest::Digest;

/// Opens what a layout consists of. An implementor opens nothing else, follows no links, and gives regular files only.
pub(crate) trait Files: fmt::Debug + Send + Sync {
    /// Opens a file beside `blobs`. Also gives its size.
    fn open_file(&self, name: &'static str) -> io::Result<(BlobReader, u64)>;

    /// Opens a blob. Also gives the size that it has now.
    fn open_blob(&self, digest: &Digest) -> io::Result<(BlobReader, u64)>;
}

/// A link in the place of a file or a folder: it could lead anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a link, not a regular file")]
pub(crate) struct IsLink {
    pub(crate) in_archive: bool,
}

impl IsLink {
    pub(crate) fn hint(&self) -> String {
        let how = if self.in_archive {
            "write the archive with the files themselves: `tar --dereference --hard-dereference`"
        } else {
            "copy the layout with the files themselves, `cp -rL DIR COPY`, and push `--from oci:COPY`"
        };
        how.to_owned()
    }
}

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

/// A file may grow while it is read.
pub(crate) fn read_bounded(reader: impl io::Read, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if size <= limit {
        reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    }
    if size > limit || u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than the {limit} bytes allowed")));
    }
    Ok(bytes)
}
