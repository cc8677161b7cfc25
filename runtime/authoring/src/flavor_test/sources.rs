//! The files that a project's component is built from: their content, and when they came to be as they are.
//!
//! A component that was not built from them is the flavor of before, and its cases would pass for one that the author no longer has. Which files count is in
//! [`file_names`](super::file_names), how the two are compared in [`build_record`](super::build_record).

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use pushgate_files::{Links, Regular};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::ProjectError;
use super::file_names::{is_beside_file, is_beside_folder};

/// More files than these are not looked at: a project of `flavor new` has some dozens.
const MAX_ENTRIES: usize = 20_000;

/// By how many seconds a file's last change may follow its writing where it lies as it was made: a build links it and sets its mode.
const FINISHED_WITHIN: i64 = 10;

/// Seconds and nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Moment(i64, i64);

impl Moment {
    /// When the content of a file or folder was written.
    pub(super) fn of_content(metadata: &Metadata) -> Self {
        Self(metadata.mtime(), metadata.mtime_nsec())
    }
}

/// A file's content, and when it came to be as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    /// The SHA-256 of the content.
    pub(super) digest: String,
    /// When the content was written, which a copy may keep.
    pub(super) written: Moment,
    /// When the file itself was last changed, or came here: no copy keeps that.
    changed: Moment,
}

impl Stamp {
    /// Reads a file. None where there is none that can be read.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let Regular { mut file, metadata } = pushgate_files::open(path, Links::Followed).ok()?;
        let mut hasher = Sha256::new();
        io::copy(&mut io::Read::take(&mut file, metadata.len()), &mut hasher).ok()?;
        Some(Self { digest: format!("{:x}", hasher.finalize()), ..Self::without_content(&metadata) })
    }

    /// What is known of a file that cannot be read.
    fn without_content(metadata: &Metadata) -> Self {
        Self { digest: String::new(), written: Moment::of_content(metadata), changed: Moment(metadata.ctime(), metadata.ctime_nsec()) }
    }

    /// Whether a source came to be as it is after this component was built. One that was moved or copied here, or unpacked, says when it was written
    /// elsewhere; then it counts when it came here, unless the component was put here too.
    pub(super) fn is_older_than(&self, source: &Self) -> bool {
        let lies_as_it_was_made = self.changed.0.saturating_sub(self.written.0) <= FINISHED_WITHIN;
        source.written > self.written || lies_as_it_was_made && source.changed > self.changed
    }
}

/// Files of a project that are none of its sources, wherever they lie and whatever they are called.
#[derive(Debug, Default)]
pub(super) struct Apart<'a> {
    /// Where components are built, within the project.
    pub(super) components: &'a [PathBuf],
    /// The files that this program's output goes to, by device and inode: a shell made them just now.
    pub(super) outputs: &'a [(u64, u64)],
}

/// The files that a project's component is built from.
#[derive(Debug)]
pub(super) struct Sources {
    /// The project's folder.
    pub(super) folder: PathBuf,
    /// By their paths within it.
    pub(super) files: BTreeMap<PathBuf, Stamp>,
}

impl Sources {
    /// Those in a project's folder. Folders behind symbolic links are not looked into: what is there is not the project's, and may lead back.
    ///
    /// # Errors
    /// A folder cannot be read, or there are too many files.
    pub(super) fn read(folder: &Path, apart: &Apart<'_>) -> Result<Self, ProjectError> {
        let mut found = Vec::new();
        let mut entries = 0;
        let mut folders = vec![PathBuf::new()];
        while let Some(below) = folders.pop() {
            let current = folder.join(&below);
            let failed = |cause| ProjectError::System { action: "list", path: current.clone(), cause };
            let is_top = below.as_os_str().is_empty();
            for entry in fs::read_dir(&current).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                entries += 1;
                if entries > MAX_ENTRIES {
                    return Err(ProjectError::TooManyFiles { folder: folder.to_owned(), limit: MAX_ENTRIES });
                }
                let (path, within) = (entry.path(), below.join(entry.file_name()));
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let Ok(kind) = entry.file_type() else { continue };
                if kind.is_dir() {
                    if !is_beside_folder(&path, &name, is_top, apart.components) {
                        folders.push(within);
                    }
                } else if !apart.components.contains(&within) && !is_beside_file(&path, &name, is_top) {
                    // A link to a file is that file; one that leads nowhere is none.
                    let Ok(metadata) = fs::metadata(&path) else { continue };
                    if metadata.is_file() && !apart.outputs.contains(&(metadata.dev(), metadata.ino())) {
                        found.push((within, metadata));
                    }
                }
            }
        }
        // What cannot be read has no content, until it can be.
        let stamp = |within: &PathBuf| Stamp::of(&folder.join(within));
        let files = found.into_iter().map(|(within, metadata)| {
            let stamp = stamp(&within).unwrap_or_else(|| Stamp::without_content(&metadata));
            (within, stamp)
        });
        let files = files.collect();
        Ok(Self { folder: folder.to_owned(), files })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::os::unix::fs::symlink;
    use std::time::{Duration, SystemTime};

    use super::*;

    /// A project with these files, each written a minute after the one before.
    pub(in super::super) fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (index, name) in files.iter().enumerate() {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let file = fs::File::create(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(60 * (index as u64 + 1))).unwrap();
        }
        folder
    }

    #[track_caller]
    fn found(folder: &tempfile::TempDir) -> Vec<PathBuf> {
        Sources::read(folder.path(), &Apart::default()).unwrap().files.into_keys().collect()
    }

    #[test]
    fn links_are_not_followed_in_circles() {
        let elsewhere = project(&["x", "x", "x", "new.c"]);
        let folder = project(&["first.c"]);
        symlink(".", folder.path().join("here")).unwrap();
        symlink(elsewhere.path(), folder.path().join("sdk")).unwrap();
        symlink("nowhere", folder.path().join("gone.c")).unwrap();
        assert_eq!(found(&folder), [Path::new("first.c")]);
        // A file that the project takes from elsewhere is one of its own.
        symlink(elsewhere.path().join("new.c"), folder.path().join("taken.c")).unwrap();
        assert_eq!(found(&folder), [Path::new("first.c"), Path::new("taken.c")]);
        let metadata = fs::metadata(elsewhere.path().join("new.c")).unwrap();
        let outputs = [(metadata.dev(), metadata.ino())];
        let found = Sources::read(folder.path(), &Apart { outputs: &outputs, ..Apart::default() }).unwrap();
        assert!(found.files.keys().eq([Path::new("first.c")]));
    }

    #[test]
    fn the_walk_ends() {
        let folder = project(&["first.c"]);
        for number in 0..MAX_ENTRIES {
            fs::File::create(folder.path().join(format!("{number}.c"))).unwrap();
        }
        assert!(matches!(Sources::read(folder.path(), &Apart::default()), Err(ProjectError::TooManyFiles { .. })));
    }
}
