//! Why a file cannot be used.

use std::fmt;
use std::fs::FileType;
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::time::Duration;

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
    pub(crate) fn of(kind: FileType) -> Option<Self> {
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
pub(crate) struct Size(pub(crate) u64);

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes > 0 && bytes.is_multiple_of(1 << 20) => write!(formatter, "{} MiB", bytes >> 20),
            bytes if bytes > 0 && bytes.is_multiple_of(1 << 10) => write!(formatter, "{} KiB", bytes >> 10),
            bytes => write!(formatter, "{bytes} bytes"),
        }
    }
}
