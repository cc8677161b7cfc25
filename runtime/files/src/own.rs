//! Files that only this user writes: read with a bound, replaced whole, locked.
//!
//! - *Replaced whole*: the new bytes go to `NAME.new` in the same folder, are flushed to the disk, and take the old name in one step. Whoever is
//!   interrupted leaves the old file as it was, and at most one `NAME.new`, which the next writer removes.
//! - *Locked*: writers hold an exclusive `flock` on a file of its own, since the file that is replaced can't carry the lock, and on its folder. The
//!   lock file stays. The system frees the lock when its holder dies.
//! - *Only this user*: a file or folder of another owner, or one that the group or others may write, is refused. New files have mode 0600 and new
//!   folders 0700, whatever the umask.

mod lock;

use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use lock::Lock;

use crate::{FileProblem, ForeignOwner, Links, Regular, foreign_owner, remove_left, with_suffix, write_new};

/// The bits of a mode that let the group or others write.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// A file or folder that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("can't {action} `{}`", path.display())]
    System {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something else stands where a folder or a lock file should.
    #[error("`{}` is not a {expected}", path.display())]
    Kind {
        /// The path.
        path: PathBuf,
        /// What should stand there.
        expected: &'static str,
    },
    /// Something else than a regular file, or one with more bytes than anybody needs there.
    #[error("`{}` {problem}", path.display())]
    Unusable {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        problem: FileProblem,
    },
    /// It belongs to another user.
    #[error("`{}` belongs to user {owner}, not to user {user}", path.display())]
    ForeignOwner {
        /// The file or folder.
        path: PathBuf,
        /// The user ID of its owner.
        owner: u32,
        /// The user ID that pushgate runs with.
        user: u32,
    },
    /// Its mode lets the group or others write.
    #[error("`{}` can be written by others (mode {mode:04o})", path.display())]
    WritableByOthers {
        /// The file or folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Another process holds the lock for too long.
    #[error("`{}` has been locked by {} for {} seconds", path.display(), process(*holder), waited.as_secs())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// How long was waited.
        waited: Duration,
        /// The process, if the system names it.
        holder: Option<u32>,
    },
}

fn process(holder: Option<u32>) -> String {
    holder.map_or_else(|| "another process".to_owned(), |process| format!("process {process}"))
}

/// Makes the error of a failed system call.
fn system(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    move |source| FileError::System { action, path: path.to_owned(), source }
}

/// Reads a regular file of at most `limit` bytes; none if it does not exist. Symbolic links are followed, if at all, to the file whose owner and
/// mode then count: everything is checked on the open descriptor.
///
/// # Errors
/// See [`FileError`].
pub fn read(path: &Path, limit: u64, links: Links) -> Result<Option<OwnFile>, FileError> {
    let Some(opened) = open(path, limit, links)? else { return Ok(None) };
    let bytes = opened.read(limit).map_err(unusable("read", path))?;
    Ok(Some(OwnFile { bytes, metadata: opened.metadata }))
}

/// As [`read`], without reading: a file that grows from here on is the reader's matter.
///
/// # Errors
/// See [`FileError`].
pub fn open(path: &Path, limit: u64, links: Links) -> Result<Option<Regular>, FileError> {
    match crate::open(path, links) {
        Ok(opened) if opened.metadata.len() > limit => Err(unusable("open", path)(FileProblem::TooLarge { limit })),
        Ok(opened) => Ok(Some(opened)),
        Err(FileProblem::System(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(problem) => Err(unusable("open", path)(problem)),
    }
}

/// Makes the error of a file that cannot be used.
fn unusable(action: &'static str, path: &Path) -> impl FnOnce(FileProblem) -> FileError {
    move |problem| match problem {
        FileProblem::System(source) => FileError::System { action, path: path.to_owned(), source },
        problem => FileError::Unusable { path: path.to_owned(), problem },
    }
}

/// A file that was read.
#[derive(Debug)]
pub struct OwnFile {
    /// What it holds.
    pub bytes: Vec<u8>,
    metadata: Metadata,
}

impl OwnFile {
    /// The same file, proven to be written by this user alone.
    ///
    /// # Errors
    /// It belongs to another user, or others may write it.
    pub fn only_ours(self, path: &Path) -> Result<Self, FileError> {
        check_ours(path, &self.metadata)?;
        Ok(self)
    }
}

/// Refuses what others own or may write.
fn check_ours(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    if let Some(ForeignOwner { owner, user }) = foreign_owner(metadata) {
        return Err(FileError::ForeignOwner { path: path.to_owned(), owner, user });
    }
    let mode = metadata.mode() & 0o7777;
    if mode & WRITABLE_BY_OTHERS != 0 {
        return Err(FileError::WritableByOthers { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Makes sure of a folder and everything above it; what is missing is created with mode 0700.
///
/// # Errors
/// Something else stands there, or the system refuses.
pub fn create_folder(path: &Path) -> Result<(), FileError> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_folder(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(system("set the mode of", path)),
        // Another process was faster, or something else stands there.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(FileError::Kind { path: path.to_owned(), expected: "folder" }),
        Err(error) => Err(system("create the folder", path)(error)),
    }
}

/// As [`create_folder`], for a folder that belongs to pushgate: no link, and of no other user.
///
/// # Errors
/// It is another's, or what [`create_folder`] returns.
pub fn create_own_folder(path: &Path, links: Links) -> Result<(), FileError> {
    create_folder(path)?;
    let metadata = match links {
        Links::Followed => fs::metadata(path),
        Links::Refused => fs::symlink_metadata(path),
    };
    let metadata = metadata.map_err(system("open", path))?;
    if !metadata.is_dir() {
        return Err(FileError::Kind { path: path.to_owned(), expected: "folder" });
    }
    check_ours(path, &metadata)
}

/// Replaces a file whole, or creates it, with mode 0600. The caller holds the lock of that file.
///
/// # Errors
/// The system refuses.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let new = with_suffix(path, ".new");
    remove_left(&new).map_err(system("remove", &new))?;
    let result = write_new(&new, bytes).map_err(system("write", &new)).and_then(|()| fs::rename(&new, path).map_err(system("write", path)));
    if result.is_err() {
        // The error that matters is the first one; the next writer removes what is left.
        let _ = fs::remove_file(&new);
        return result;
    }
    flush_folder(path)
}

/// Flushes the folder of a file, so that the new name survives a power cut.
fn flush_folder(path: &Path) -> Result<(), FileError> {
    let folder = folder_of(path);
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems have no such operation.
        Err(error) if error.kind() != io::ErrorKind::InvalidInput => Err(system("flush the folder", folder)(error)),
        _ => Ok(()),
    }
}

/// The folder that a file lies in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests;
