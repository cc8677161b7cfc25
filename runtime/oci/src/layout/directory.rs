//! Opening files of a layout, and nothing else.
//!
//! `File::open(layout.join("blobs").join(…))` follows links: a layout whose blob is a link to a private file would have that file pushed
//! to a public registry (CVE-2025-62725 and its kind), and one that holds a FIFO would block for ever. Here the directory is opened once;
//! below it every component is opened relative to its parent and without following links, what is opened must be a regular file, and the
//! names are constants or the digits of a checked digest. A link at the layout's own path is the caller's and is followed.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, open, openat, statat};

use crate::blob::{BlobReader, Files, Reading};
use crate::digest::Digest;
use crate::link::IsLink;

/// A layout's directory.
#[derive(Debug)]
pub(super) struct Directory {
    root: OwnedFd,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// Without `NONBLOCK`, opening a FIFO would wait for a writer. It means nothing for regular files.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

impl Directory {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { root: open(path, FOLDER, Mode::empty())? })
    }
}

impl Files for Directory {
    fn open_file(&self, name: &'static str) -> io::Result<(BlobReader, u64)> {
        regular(self.root.open_below(name, FILE)?)
    }

    fn open_blob(&self, digest: &Digest) -> io::Result<(BlobReader, u64)> {
        let folder = FOLDER.union(OFlags::NOFOLLOW);
        let blobs = self.root.open_below("blobs", folder)?;
        let algorithm = blobs.open_below(digest.algorithm().as_str(), folder)?;
        regular(algorithm.open_below(digest.hexadecimal(), FILE)?)
    }
}

/// Opens one component below a folder.
trait OpenBelow {
    fn open_below(&self, name: &str, flags: OFlags) -> io::Result<OwnedFd>;
}

impl OpenBelow for OwnedFd {
    /// What the system says of a link - too many of them, or no directory - says nothing to a person.
    fn open_below(&self, name: &str, flags: OFlags) -> io::Result<OwnedFd> {
        openat(self, name, flags, Mode::empty()).map_err(|error| {
            let status = statat(self, name, AtFlags::SYMLINK_NOFOLLOW);
            let is_link = status.is_ok_and(|status| FileType::from_raw_mode(status.st_mode) == FileType::Symlink);
            if is_link { io::Error::new(io::ErrorKind::InvalidInput, IsLink { in_archive: false }) } else { error.into() }
        })
    }
}

fn regular(descriptor: OwnedFd) -> io::Result<(BlobReader, u64)> {
    let file = pushgate_files::regular(File::from(descriptor))?;
    Ok((BlobReader(Reading::File(file.file)), file.metadata.len()))
}
