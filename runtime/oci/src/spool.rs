//! A temporary file for what is made once and read several times.
//!
//! The file has no name from the start, or loses it at once: nobody else can open it, and it goes with the last descriptor, however the
//! process ends. Only its owner may read it while it has a name. Parts are written at places far enough apart, so that several threads can
//! write at once; the gaps take no space on the disk.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An unnamed temporary file.
#[derive(Debug)]
pub(crate) struct Spool {
    file: Arc<File>,
    next: AtomicU64,
}

impl Spool {
    /// In a directory: `$TMPDIR`, most of the time.
    pub(crate) fn create(directory: &Path) -> io::Result<Self> {
        Ok(Self { file: Arc::new(tempfile::tempfile_in(directory)?), next: AtomicU64::new(0) })
    }

    /// A part of its own for at most `limit` bytes.
    pub(crate) fn part(&self, limit: u64) -> SpoolWriter {
        let offset = self.next.fetch_add(limit, Ordering::Relaxed);
        SpoolWriter { file: Arc::clone(&self.file), offset, size: 0, limit }
    }
}

/// Writes one part.
#[derive(Debug)]
pub(crate) struct SpoolWriter {
    file: Arc<File>,
    offset: u64,
    size: u64,
    limit: u64,
}

impl SpoolWriter {
    /// What was written.
    pub(crate) fn finish(self) -> SpoolPart {
        SpoolPart { file: self.file, offset: self.offset, size: self.size }
    }
}

impl io::Write for SpoolWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = u64::try_from(bytes.len()).map_err(io::Error::other)?;
        let size = self.size.saturating_add(length);
        if size > self.limit {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "more than the part of the temporary file has room for"));
        }
        self.file.write_all_at(bytes, self.offset.saturating_add(self.size))?;
        self.size = size;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One part, complete.
#[derive(Clone, Debug)]
pub(crate) struct SpoolPart {
    file: Arc<File>,
    offset: u64,
    size: u64,
}

impl SpoolPart {
    /// Where it begins in the file.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// From its start. Any number of readers can be there at once.
    pub(crate) fn reader(&self) -> SpoolReader {
        SpoolReader { part: self.clone(), position: 0 }
    }
}

/// The file, in which the part begins at its offset.
impl AsFd for SpoolPart {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// Reads one part.
#[derive(Debug)]
pub(crate) struct SpoolReader {
    part: SpoolPart,
    position: u64,
}

impl SpoolReader {
    /// What is read.
    pub(crate) fn into_part(self) -> SpoolPart {
        self.part
    }

    /// Goes on `count` bytes later; `false` if there are fewer.
    pub(crate) fn skip(&mut self, count: u64) -> bool {
        self.position = self.position.saturating_add(count);
        self.position <= self.part.size
    }
}

impl io::Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let remaining = self.part.size.saturating_sub(self.position);
        let wanted = usize::try_from(remaining).map_or(buffer.len(), |remaining| remaining.min(buffer.len()));
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        let read = self.part.file.read_at(buffer, self.part.offset.saturating_add(self.position))?;
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the temporary file became shorter"));
        }
        self.position = self.position.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn parts_do_not_touch() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::create(folder.path()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it has no name");
        let (mut one, mut two) = (spool.part(10), spool.part(1 << 40));
        two.write_all(b"second").unwrap();
        one.write_all(b"first").unwrap();
        two.write_all(b" part").unwrap();
        assert_eq!(one.write(b"more than is left").unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        let (one, two) = (one.finish(), two.finish());
        for (part, expected) in [(&one, "first"), (&two, "second part"), (&one, "first")] {
            let mut text = String::new();
            part.reader().read_to_string(&mut text).unwrap();
            assert_eq!(text, expected);
        }
        let mut reader = two.reader();
        assert!(reader.skip(7) && reader.read(&mut [0; 9]).is_ok_and(|count| count == 4));
        assert!(!two.reader().skip(12));
        drop(spool);
        assert!(one.reader().read(&mut [0; 3]).is_ok(), "a part keeps the file");
    }

    #[test]
    fn no_directory_no_file() {
        assert!(Spool::create(Path::new("/nonexistent/folder")).is_err());
    }
}
