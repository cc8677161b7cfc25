//! Files that a user, a variable, a catalog or a folder names.
//!
//! A path can lead to a FIFO without a writer, a device without an end, a terminal, or a file of terabytes. `File::open` blocks on the first, and reading
//! the others takes all memory. Here nothing blocks and everything has a limit:
//!
//! - [`open`] and [`read`] take regular files alone;
//! - [`read_or_pipe`] also takes a pipe, where a shell's `<(…)` makes sense, within a limit of bytes and of time;
//! - [`regular`] is the proof for a file that was opened in another way, below a folder for example.
//!
//! What an error says follows the path, which the caller names: `` `a.pem` is a device, not a regular file ``.

mod lock;
mod pipe;

use std::fmt;
use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;

pub use lock::{has_name, lock_holder};

/// Why a file cannot be used. Its text follows the path.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    /// The system refused.
    #[error("cannot be read: {0}")]
    System(#[source] io::Error),
    /// Something else is there.
    #[error("is {0}, not a regular file")]
    NotRegular(Kind),
    /// It has more bytes than it may have.
    #[error("exceeds the limit of {}", Size(*.limit))]
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// The writer of a pipe keeps it open.
    #[error("is a FIFO that did not end within {} seconds", .waited.as_secs())]
    Endless {
        /// How long was waited.
        waited: Duration,
    },
}

impl FileProblem {
    /// Whether there is no such file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::System(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory))
    }
}

/// For callers whose error holds the system's, and tells it as a cause.
impl From<FileProblem> for io::Error {
    fn from(problem: FileProblem) -> Self {
        let kind = match problem {
            FileProblem::System(error) => return error,
            FileProblem::NotRegular(_) => io::ErrorKind::InvalidInput,
            FileProblem::TooLarge { .. } => io::ErrorKind::FileTooLarge,
            FileProblem::Endless { .. } => io::ErrorKind::TimedOut,
        };
        Self::new(kind, format!("it {problem}"))
    }
}

/// What is at a path instead of a regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Folder,
    /// A FIFO, or the pipe of a shell.
    Fifo,
    /// A character or block device, a terminal among them.
    Device,
    /// A Unix socket.
    Socket,
    /// A symbolic link, where links are not followed.
    Link,
}

impl Kind {
    fn of(kind: FileType) -> Option<Self> {
        if kind.is_file() {
            None
        } else if kind.is_dir() {
            Some(Self::Folder)
        } else if kind.is_fifo() {
            Some(Self::Fifo)
        } else if kind.is_socket() {
            Some(Self::Socket)
        } else if kind.is_symlink() {
            Some(Self::Link)
        } else {
            Some(Self::Device)
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Folder => "a folder",
            Self::Fifo => "a FIFO",
            Self::Device => "a device",
            Self::Socket => "a socket",
            Self::Link => "a symbolic link",
        })
    }
}

/// A limit in the largest unit that fits.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes > 0 && bytes.is_multiple_of(1 << 20) => write!(formatter, "{} MiB", bytes >> 20),
            bytes if bytes > 0 && bytes.is_multiple_of(1 << 10) => write!(formatter, "{} KiB", bytes >> 10),
            bytes => write!(formatter, "{bytes} bytes"),
        }
    }
}

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
fn open_now(path: &Path, links: Links) -> Result<File, FileProblem> {
    let links = match links {
        Links::Followed => OFlags::empty(),
        Links::Refused => OFlags::NOFOLLOW,
    };
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC | links;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path).map_err(FileProblem::System)
}

#[cfg(test)]
mod tests;
