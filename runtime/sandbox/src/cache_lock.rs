//! One process compiles a component, and those that want the same meanwhile wait for it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pushgate_files::has_name;

use crate::ownership::{NO_FOLLOW, PRIVATE_FILE};

/// How often a waiting process looks again. Compiling takes from tens of milliseconds to tens of seconds.
const POLL: Duration = Duration::from_millis(10);

/// The lock of one entry, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct EntryLock {
    path: PathBuf,
    file: File,
}

impl Drop for EntryLock {
    fn drop(&mut self) {
        // While it is held: a process that waits for it sees that the name is gone, and makes a new one. Where the file was deleted meanwhile, the
        // name may be another process's lock by now, and stays.
        if has_name(&self.file, &self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl EntryLock {
    /// Takes the lock, waiting for its holder for at most `wait`, and no longer than `wanted` says.
    ///
    /// # Errors
    /// The file cannot be made or locked. [`io::ErrorKind::TimedOut`] when its holder keeps it, which then hinders nobody any more.
    pub(crate) fn acquire(path: &Path, wait: Duration, wanted: impl Fn() -> bool) -> io::Result<Self> {
        let started = Instant::now();
        loop {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(PRIVATE_FILE)
                .custom_flags(NO_FOLLOW)
                .open(path)?;
            let file = pushgate_files::regular(file)?.file;
            match file.try_lock() {
                Ok(()) if has_name(&file, path) => return Ok(Self { path: path.to_owned(), file }),
                // Its last holder took the name away between opening and locking.
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            if started.elapsed() >= wait || !wanted() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::sleep(POLL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_whose_file_was_deleted_leaves_the_next_one_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("entry.lock");
        let acquire = || EntryLock::acquire(&path, Duration::ZERO, || true);
        let first = acquire().unwrap();
        assert_eq!(acquire().unwrap_err().kind(), io::ErrorKind::TimedOut);
        std::fs::remove_file(&path).unwrap();
        let second = acquire().unwrap();
        drop(first);
        assert_eq!(acquire().unwrap_err().kind(), io::ErrorKind::TimedOut, "the second one still holds it");
        drop(second);
        assert!(!path.exists());
        drop(acquire().unwrap());
    }
}
