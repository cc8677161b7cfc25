//! Opening without waiting, and reading up to a limit.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use crate::pipe;
use crate::problem::{FileProblem, Kind};

/// Whether a symbolic link at the path itself is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// To the file whose kind and size then count.
    Followed,
    /// It is [`Kind::Link`].
    Refused,
}

/// A regular file that is open.
#[derive(Debug)]
pub struct Regular {
    /// The file, at its start.
    pub file: File,
    /// What `fstat` says about it.
    pub metadata: Metadata,
}

impl Regular {
    /// All of it, at most `limit` bytes, even if it grows.
    ///
    /// # Errors
    /// [`FileProblem::TooLarge`], and what the system refuses.
    pub fn read(&self, limit: u64) -> Result<Vec<u8>, FileProblem> {
        let mut bytes = Vec::new();
        if self.metadata.len() <= limit {
            (&self.file).take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(FileProblem::System)?;
        }
        if self.metadata.len() > limit || bytes.len() as u64 > limit {
            return Err(FileProblem::TooLarge { limit });
        }
        Ok(bytes)
    }
}

/// Opens a regular file for reading. Never blocks, and never opens a device.
///
/// # Errors
/// [`FileProblem::System`], [`FileProblem::NotRegular`].
pub fn open(path: &Path, links: Links) -> Result<Regular, FileProblem> {
    match find(path, links)? {
        Some(kind) => Err(FileProblem::NotRegular(kind)),
        None => regular(open_now(path, links)?),
    }
}

/// Proves that an open file is a regular one.
///
/// # Errors
/// As [`open`].
pub fn regular(file: File) -> Result<Regular, FileProblem> {
    let metadata = file.metadata().map_err(FileProblem::System)?;
    match Kind::of(metadata.file_type()) {
        Some(kind) => Err(FileProblem::NotRegular(kind)),
        None => Ok(Regular { file, metadata }),
    }
}

/// Reads a regular file of at most `limit` bytes. Links are followed.
///
/// # Errors
/// Those of [`open`] and of [`Regular::read`].
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileProblem> {
    open(path, Links::Followed)?.read(limit)
}

/// As [`read`], or a pipe: what a shell puts in the place of `<(…)`, for up to 60 seconds, or a FIFO with a name, for up to 5 seconds, since it may have
/// no writer. A pipe can be read once.
///
/// # Errors
/// Those of [`read`], and [`FileProblem::Endless`].
pub fn read_or_pipe(path: &Path, limit: u64) -> Result<Vec<u8>, FileProblem> {
    match find(path, Links::Followed)? {
        None => read(path, limit),
        Some(Kind::Fifo) => {
            let file = open_now(path, Links::Followed)?;
            let kind = file.metadata().map_err(FileProblem::System)?.file_type();
            if kind.is_fifo() { pipe::read(&file, limit, pipe::wait(path)) } else { regular(file)?.read(limit) }
        }
        Some(kind) => Err(FileProblem::NotRegular(kind)),
    }
}

/// What is at a path, without opening it: opening a device can act on it. Nothing is a regular file.
fn find(path: &Path, links: Links) -> Result<Option<Kind>, FileProblem> {
    let metadata = match links {
        Links::Followed => fs::metadata(path),
        Links::Refused => fs::symlink_metadata(path),
    };
    Ok(Kind::of(metadata.map_err(FileProblem::System)?.file_type()))
}

/// Without `NONBLOCK`, opening a FIFO that took the file's place waits for a writer.
pub(crate) fn open_now(path: &Path, links: Links) -> Result<File, FileProblem> {
    let links = match links {
        Links::Followed => OFlags::empty(),
        Links::Refused => OFlags::NOFOLLOW,
    };
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC | links;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path).map_err(FileProblem::System)
}
