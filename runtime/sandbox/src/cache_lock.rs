//! One process compiles a component, and those that want the same meanwhile wait for it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::ownership::{NO_FOLLOW, PRIVATE_FILE};

/// How often a waiting process looks again. Compiling takes from tens of milliseconds to tens of seconds.
const POLL: Duration = Duration::from_millis(10);

/// The lock of one entry, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct EntryLock {
    path: PathBuf,
    _file: File,
}

impl Drop for EntryLock {
    fn drop(&mut self) {
        // While it is held: whoever waits for it sees that the name is gone, and makes a new one.
        let _ = std::fs::remove_file(&self.path);
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
                Ok(()) if is_at(&file, path) => return Ok(Self { path: path.to_owned(), _file: file }),
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

/// Whether an open file is what now has this name.
fn is_at(file: &File, path: &Path) -> bool {
    let same = |open: std::fs::Metadata, named: std::fs::Metadata| (open.dev(), open.ino()) == (named.dev(), named.ino());
    match (file.metadata(), path.symlink_metadata()) {
        (Ok(open), Ok(named)) => same(open, named),
        _ => false,
    }
}
