//! Whether a file is still the one that was read.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// What changes when a file is written or replaced: which file it is, its length in bytes, and when it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    written: (i64, i64),
}

impl Stamp {
    /// The stamp of a file that was looked at.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let written = (metadata.mtime(), metadata.mtime_nsec());
        Self { device: metadata.dev(), inode: metadata.ino(), length: metadata.len(), written }
    }

    /// The stamp of the regular file that a path leads to, through symbolic links. None if there is none, it cannot be looked at, or it is a
    /// pipe, which changes when it is read and cannot be read again.
    #[must_use]
    pub fn at(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| Self::of(&metadata))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_written_or_replaced_has_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        assert_eq!(Stamp::at(&path), None);
        assert_eq!(Stamp::at(folder.path()), None);
        fs::write(&path, "a").unwrap();
        let first = Stamp::at(&path);
        assert!(first.is_some());
        assert_eq!(Stamp::at(&path), first);
        fs::write(&path, "ab").unwrap();
        assert_ne!(Stamp::at(&path), first, "written");
        // As Kubernetes replaces what it mounts: another file of the same length and time.
        let other = folder.path().join("other.pem");
        fs::write(&other, "ab").unwrap();
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        fs::File::options().write(true).open(&other).unwrap().set_modified(time).unwrap();
        let written = Stamp::at(&path);
        fs::rename(&other, &path).unwrap();
        assert_ne!(Stamp::at(&path), written, "replaced");
    }
}
