//! The lock of a writer.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::lock::{has_name, lock_holder};
use rustix::fs::OFlags;

use super::{FileError, folder_of, system};

/// How long a writer waits for another one.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// How often a waiting writer looks again. A write takes a few milliseconds.
const LOCK_POLL: Duration = Duration::from_millis(5);

/// An exclusive lock, held until it is dropped or the process ends.
///
/// It is the lock of a file and of the folder that the file lies in. With the file alone, deleting it would let in a second writer, who makes a new
/// one. A folder cannot be deleted as long as there is something in it to write to. Some network file systems have no locks of folders; there
/// the file has to do.
#[derive(Debug)]
pub struct Lock {
    // Dropped in this order: the process that gets the file next finds the folder free.
    _folder: Option<File>,
    _file: File,
}

impl Lock {
    /// Takes the lock, waiting for its holder for at most ten seconds.
    ///
    /// # Errors
    /// Another process holds it for longer, or something else stands there.
    pub fn acquire(path: &Path) -> Result<Self, FileError> {
        Self::acquire_within(path, LOCK_WAIT)
    }

    pub(super) fn acquire_within(path: &Path, wait: Duration) -> Result<Self, FileError> {
        let started = Instant::now();
        loop {
            match Self::attempt(path)? {
                Attempt::Taken(lock) => return Ok(lock),
                Attempt::Held(open) if started.elapsed() >= wait => {
                    return Err(FileError::Locked { path: path.to_owned(), waited: wait, holder: lock_holder(&open) });
                }
                Attempt::Held(_) => std::thread::sleep(LOCK_POLL),
            }
        }
    }

    /// One look. The file is opened anew each time: a process that waits for the lock of a deleted file would get it beside the new one's holder.
    fn attempt(path: &Path) -> Result<Attempt, FileError> {
        let file = loop {
            let file = open(path)?;
            match file.try_lock() {
                Ok(()) if has_name(&file, path) => break file,
                // It was deleted between opening and locking.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Attempt::Held(file)),
                Err(TryLockError::Error(error)) => return Err(system("lock", path)(error)),
            }
        };
        let Ok(folder) = File::open(folder_of(path)) else { return Ok(Attempt::Taken(Self { _folder: None, _file: file })) };
        let folder = match folder.try_lock() {
            Ok(()) => Some(folder),
            Err(TryLockError::WouldBlock) => return Ok(Attempt::Held(folder)),
            Err(TryLockError::Error(_)) => None,
        };
        Ok(Attempt::Taken(Self { _folder: folder, _file: file }))
    }
}

enum Attempt {
    Taken(Lock),
    /// What another process has locked.
    Held(File),
}

fn open(path: &Path) -> Result<File, FileError> {
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY).bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(flags)
        .open(path)
        .map_err(system("open the lock file", path))?;
    if !file.metadata().map_err(system("open the lock file", path))?.is_file() {
        return Err(FileError::Kind { path: path.to_owned(), expected: "regular file" });
    }
    Ok(file)
}
