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

use rustix::fs::{Mode, OFlags, open, openat};

use crate::content::BlobReader;
use crate::digest::Digest;
use crate::layout::Files;

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
        regular(openat(&self.root, name, FILE, Mode::empty())?)
    }

    fn open_blob(&self, digest: &Digest) -> io::Result<(BlobReader, u64)> {
        let folder = FOLDER.union(OFlags::NOFOLLOW);
        let blobs = openat(&self.root, "blobs", folder, Mode::empty())?;
        let algorithm = openat(blobs, digest.algorithm().as_str(), folder, Mode::empty())?;
        regular(openat(algorithm, digest.hexadecimal(), FILE, Mode::empty())?)
    }
}

fn regular(descriptor: OwnedFd) -> io::Result<(BlobReader, u64)> {
    let file = pushgate_files::regular(File::from(descriptor))?;
    Ok((BlobReader::File(file.file), file.metadata.len()))
}
