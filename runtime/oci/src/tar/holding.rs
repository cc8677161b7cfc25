//! What a tar file holds, for those who took it for something else.

use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, statat};

use crate::holding::Holding;
use crate::tar::error::ArchiveError;
use crate::tar::index::TarArchive;

impl Holding {
    /// Looks at a folder or a file.
    pub(crate) fn of_path(path: &Path) -> Self {
        match statat(CWD, path, AtFlags::empty()).map(|status| FileType::from_raw_mode(status.st_mode)) {
            Ok(FileType::RegularFile) => match TarArchive::open(path) {
                Ok(archive) => Self::of_archive(&archive),
                Err(ArchiveError::Compressed { format }) => Self::Compressed(format),
                Err(_) => Self::OtherFile,
            },
            _ => Self::of_irregular(path),
        }
    }

    pub(crate) fn of_archive(archive: &TarArchive) -> Self {
        Self::by_names(|name| archive.has(name)).unwrap_or(if archive.is_empty() { Self::EmptyArchive } else { Self::OtherArchive })
    }
}
