//! What lies at a path, for those who took it for something else.
//!
//! Images are kept in many forms that look alike from outside: a folder, a tar file. The names of a few entries tell
//! them apart.

use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, open, statat};

/// A form in which images are kept, or what is in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// `oci:`, a folder with an OCI image layout.
    Layout,
    /// `oci-archive:`, a tar file with one.
    LayoutArchive,
    /// `docker-archive:`, what `docker save` writes.
    DockerArchive,
    /// The same, unpacked into a folder.
    UnpackedDockerArchive,
    /// What Docker wrote before 1.10, which had no list of images.
    OldDockerArchive,
    /// Skopeo's `dir:`, which Podman calls `docker-dir`: a folder with a manifest and blobs, or a tar file with such a
    /// folder.
    Directory,
    /// A tar file that is compressed as a whole, with this program.
    Compressed(&'static str),
    /// A folder without entries.
    EmptyFolder,
    /// A tar file without entries.
    EmptyArchive,
    /// A folder of which nothing is known.
    OtherFolder,
    /// A tar file of which nothing is known.
    OtherArchive,
    /// A file that is no tar file.
    OtherFile,
    /// Nothing that can be looked into.
    Unknown,
}

impl Holding {
    /// Looks at what is no regular file, as far as that is a folder.
    pub(crate) fn of_irregular(path: &Path) -> Self {
        match statat(CWD, path, AtFlags::empty()).map(|status| FileType::from_raw_mode(status.st_mode)) {
            Ok(FileType::Directory) => Self::of_folder(path),
            _ => Self::Unknown,
        }
    }

    fn of_folder(path: &Path) -> Self {
        let has = |name: &str| statat(CWD, path.join(name), AtFlags::SYMLINK_NOFOLLOW).is_ok();
        match Self::by_names(has) {
            Some(Self::LayoutArchive) => Self::Layout,
            Some(Self::DockerArchive) => Self::UnpackedDockerArchive,
            Some(other) => other,
            None if is_empty(path) => Self::EmptyFolder,
            None => Self::OtherFolder,
        }
    }

    /// What entries with these names make of it, of a tar file.
    pub(crate) fn by_names(has: impl Fn(&str) -> bool) -> Option<Self> {
        if has("oci-layout") {
            Some(Self::LayoutArchive)
        } else if has("manifest.json") {
            Some(if has("version") { Self::Directory } else { Self::DockerArchive })
        } else {
            has("repositories").then_some(Self::OldDockerArchive)
        }
    }

    /// What it is, to be put after `is` or `holds`.
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Layout => "a folder with an OCI layout",
            Self::LayoutArchive => "a tar file with an OCI layout",
            Self::DockerArchive => "what `docker save` writes",
            Self::UnpackedDockerArchive => "an unpacked archive of `docker save`",
            Self::OldDockerArchive => "what `docker save` wrote before Docker 1.10",
            Self::Directory => "a folder of skopeo's `dir:`, which Podman calls `docker-dir`",
            Self::Compressed(_) => "a compressed file",
            Self::EmptyFolder => "an empty folder",
            Self::EmptyArchive => "an empty tar file",
            Self::OtherFolder => "a folder without an image",
            Self::OtherArchive => "a tar file without an image",
            Self::OtherFile => "a file that is no tar file",
            Self::Unknown => "nothing that can be read",
        }
    }
}

/// Whether a folder that can be read has no entry.
fn is_empty(path: &Path) -> bool {
    let opened = open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let entries = opened.and_then(rustix::fs::Dir::new).into_iter().flatten();
    entries.flatten().all(|entry| matches!(entry.file_name().to_bytes(), b"." | b".."))
}
