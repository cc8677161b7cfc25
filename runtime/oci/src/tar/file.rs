//! One open file, read at many places.
//!
//! The file is opened once. Whoever replaces it by another under the same name changes nothing for us, and reads at given offsets share no
//! position, so that any number of layers can be read at once.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use pushgate_files::{FileProblem, Links};
use rustix::fs::{Stat, fstat};

use crate::holding::Holding;
use crate::tar::error::ArchiveError;

/// An archive, open for reading.
#[derive(Debug)]
pub(super) struct ArchiveFile {
    file: File,
    size: u64,
    written: Written,
}

/// When a file was last written. Whoever sets this on purpose escapes it: it is there for accidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    size: i64,
    seconds: i64,
    nanoseconds: i64,
}

impl ArchiveFile {
    pub(super) fn open(path: &Path) -> Result<Self, ArchiveError> {
        let not_opened = |source: io::Error| ArchiveError::NotOpened { path: path.to_owned(), source };
        // A link at the archive's own path is the caller's.
        let file = pushgate_files::open(path, Links::Followed).map_err(|problem| match problem {
            FileProblem::NotRegular(found) => ArchiveError::NotRegular { path: path.to_owned(), found, holds: Holding::of_irregular(path) },
            problem => not_opened(problem.into()),
        })?;
        let status = fstat(&file.file).map_err(|error| not_opened(error.into()))?;
        Self::of(file.file, &status).map_err(not_opened)
    }

    /// A regular file that is open already.
    pub(super) fn opened(file: File) -> Result<Self, ArchiveError> {
        let status = fstat(&file).map_err(io::Error::from);
        status.and_then(|status| Self::of(file, &status)).map_err(|source| ArchiveError::Unreadable { offset: 0, source })
    }

    fn of(file: File, status: &Stat) -> io::Result<Self> {
        let size = u64::try_from(status.st_size).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(Self { file, size, written: written(status) })
    }

    /// The size that it had when it was opened. Nothing beyond is read.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }

    fn unchanged(&self) -> io::Result<()> {
        if written(&fstat(&self.file)?) == self.written {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "the archive was written to while it was read"))
        }
    }
}

#[allow(clippy::unnecessary_cast, reason = "the fields have other types on other platforms")]
fn written(status: &Stat) -> Written {
    Written { size: status.st_size as i64, seconds: status.st_mtime as i64, nanoseconds: status.st_mtime_nsec as i64 }
}

/// A part of the file: the content of one entry.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    file: Arc<ArchiveFile>,
    offset: u64,
    size: u64,
}

impl Section {
    /// `offset` and `size` must lie inside the file; reads fail otherwise.
    pub(super) fn new(file: Arc<ArchiveFile>, offset: u64, size: u64) -> Self {
        Self { file, offset, size }
    }

    /// In bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Where it begins. Two names with one place have one content.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Fails if the archive was written to since it was opened.
    pub(crate) fn unchanged(&self) -> io::Result<()> {
        self.file.unchanged()
    }

    /// From its start.
    pub(crate) fn reader(&self) -> SectionReader {
        SectionReader { section: self.clone(), position: 0 }
    }

    /// The first bytes, fewer if there are not so many.
    pub(crate) fn start<const N: usize>(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(self.size).map_or(N, |size| size.min(N))];
        self.file.read_exact_at(&mut bytes, self.offset)?;
        Ok(bytes)
    }
}

/// The archive itself, in which the section begins at its offset.
impl AsFd for Section {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.file.as_fd()
    }
}

/// Reads a [`Section`]. Gives all of its bytes or an error, never fewer.
#[derive(Debug)]
pub(crate) struct SectionReader {
    section: Section,
    position: u64,
}

impl SectionReader {
    /// What is read.
    pub(crate) fn into_section(self) -> Section {
        self.section
    }

    /// Goes on `count` bytes later; `false` if there are fewer.
    pub(crate) fn skip(&mut self, count: u64) -> bool {
        self.position = self.position.saturating_add(count);
        self.position <= self.section.size
    }
}

impl io::Read for SectionReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Section { file, offset, size } = &self.section;
        let remaining = size.saturating_sub(self.position);
        if remaining == 0 {
            return Ok(0);
        }
        let wanted = usize::try_from(remaining).map_or(buffer.len(), |remaining| remaining.min(buffer.len()));
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        let read = file.file.read_at(buffer, offset.saturating_add(self.position))?;
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive became shorter while it was read"));
        }
        self.position = self.position.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        // Before the last bytes are handed on, so that nobody takes them for a whole.
        if self.position >= *size {
            file.unchanged()?;
        }
        Ok(read)
    }
}
