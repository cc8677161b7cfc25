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

    /// How to push it.
    pub(crate) fn hint(self) -> String {
        match self {
            Self::Layout => "push it with `--from oci:DIR`".to_owned(),
            Self::LayoutArchive => "push it with `--from oci-archive:FILE`".to_owned(),
            Self::DockerArchive => "push it with `--from docker-archive:FILE`".to_owned(),
            Self::UnpackedDockerArchive => {
                "push the archive itself with `--from docker-archive:FILE`, or pack the folder again: `tar -C DIR -cf FILE .`".to_owned()
            }
            Self::OldDockerArchive => "load it and save it again with a current Docker".to_owned(),
            Self::Directory => {
                "write an OCI layout instead: `podman save --format oci-dir`, or `skopeo copy dir:DIR oci:OTHER:TAG`; then push it with \
                 `--from oci:OTHER`"
                    .to_owned()
            }
            Self::Compressed(format) => {
                format!(
                    "decompress it first, for example with `{format} -d`, and push it with `--from oci-archive:FILE` or `--from docker-archive:FILE`"
                )
            }
            Self::EmptyFolder | Self::EmptyArchive => "is it the right path, and was the image written to its end?".to_owned(),
            Self::OtherFolder | Self::Unknown => {
                "an OCI layout is a directory that holds `oci-layout`, `index.json` and `blobs`".to_owned()
            }
            Self::OtherArchive => {
                "an image is written by `docker save`, `podman save` or `skopeo copy`; `docker export` writes the files of a container"
                    .to_owned()
            }
            Self::OtherFile => "an OCI layout is a directory; as a tar file it is `--from oci-archive:FILE`".to_owned(),
        }
    }
}

/// Whether a folder that can be read has no entry.
fn is_empty(path: &Path) -> bool {
    let opened = open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let entries = opened.and_then(rustix::fs::Dir::new).into_iter().flatten();
    entries.flatten().all(|entry| matches!(entry.file_name().to_bytes(), b"." | b".."))
}
