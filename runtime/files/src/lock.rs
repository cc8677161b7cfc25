//! Locks of files and folders: whether an open file is still the one with its name, and which process holds its lock.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often is looked whether the holder of a lock has ended. A write takes milliseconds.
const POLL: Duration = Duration::from_millis(5);

/// Why there is no lock.
#[derive(Debug)]
pub enum LockProblem {
    /// Another process holds it; its ID, if the system names it.
    Held(Option<u32>),
    /// The system refused.
    System(io::Error),
}

/// Locks a folder, exclusively: until what is given is dropped, or the process ends. Nothing is left behind, as a lock file would be. Waits
/// for a process that holds the lock.
///
/// # Errors
/// See [`LockProblem`].
pub fn lock_folder(folder: &Path, wait: Duration) -> Result<File, LockProblem> {
    let started = Instant::now();
    loop {
        let open = File::open(folder).map_err(LockProblem::System)?;
        match open.try_lock() {
            Ok(()) if has_name(&open, folder) => return Ok(open),
            // The folder was replaced between opening and locking.
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if started.elapsed() >= wait => return Err(LockProblem::Held(lock_holder(&open))),
            Err(TryLockError::WouldBlock) => std::thread::sleep(POLL),
            Err(TryLockError::Error(error)) => return Err(LockProblem::System(error)),
        }
    }
}

/// Whether an open file or folder is the one that now has this name. The lock of one that is not keeps no other process out.
#[must_use]
pub fn has_name(file: &File, path: &Path) -> bool {
    match (file.metadata(), path.symlink_metadata()) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// The ID of the process that holds the exclusive `flock` of an open file or folder, if the system says so: Linux does, in `/proc`.
///
/// `/proc/locks` names the process that took a lock, which may have ended since, with its ID given to another one. So a process counts only if
/// it has the file open.
#[must_use]
pub fn lock_holder(file: &File) -> Option<u32> {
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let inode = file.metadata().ok()?.ino();
    locks.lines().filter_map(|line| exclusive(line, inode)).find(|process| has_open(*process, file).unwrap_or(false))
}

/// The process in a line of `/proc/locks` that is about an exclusive `flock` on this inode, of whatever device: what `stat` tells of the device is
/// another number on some file systems.
///
/// ```text
/// 1: FLOCK  ADVISORY  WRITE 17636 fe:00:9978145 0 EOF
/// 1: -> FLOCK  ADVISORY  WRITE 16436 fe:00:9978145 0 EOF      waits
/// ```
fn exclusive(line: &str, inode: u64) -> Option<u32> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, "FLOCK", _, "WRITE", process, place, ..] = words.as_slice() else { return None };
    let (_, number) = place.rsplit_once(':')?;
    (number.parse() == Ok(inode)).then(|| process.parse().ok()).flatten()
}

/// Whether a process has the same file open. A link is compared before the file is looked at: looking at any file of another process could wait for
/// a file system that does not answer.
fn has_open(process: u32, file: &File) -> Option<bool> {
    let name = |link: PathBuf| fs::read_link(link).ok();
    let wanted = name(PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd())))?;
    let metadata = file.metadata().ok()?;
    let is_same = |link: PathBuf| {
        name(link.clone()).is_some_and(|name| name == wanted)
            && fs::metadata(link).is_ok_and(|other| (other.dev(), other.ino()) == (metadata.dev(), metadata.ino()))
    };
    let mut open = fs::read_dir(format!("/proc/{process}/fd")).ok()?.flatten();
    Some(open.any(|entry| is_same(entry.path())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_is_the_process_that_has_the_lock_and_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let (held, other) = (File::create(&path).unwrap(), File::open(&path).unwrap());
        assert_eq!(lock_holder(&other), None);
        held.lock_shared().unwrap();
        assert_eq!(lock_holder(&other), None, "others may share it");
        held.lock().unwrap();
        assert_eq!(lock_holder(&other), Some(std::process::id()));
        fs::remove_file(&path).unwrap();
        assert_eq!(lock_holder(&other), Some(std::process::id()), "the lock is the file's, not the name's");
        drop(held);
        assert_eq!(lock_holder(&other), None);
    }

    #[test]
    fn a_process_that_does_not_have_the_file_is_not_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create(folder.path().join("lock")).unwrap();
        assert_eq!(has_open(std::process::id(), &file), Some(true));
        // Whatever has the ID now of a process that ended.
        let mut child = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        assert_eq!(has_open(child.id(), &file), Some(false));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn lines_about_other_locks_do_not_count() {
        assert_eq!(exclusive("1: FLOCK  ADVISORY  WRITE 17636 fe:00:9978145 0 EOF", 9_978_145), Some(17_636));
        for line in [
            "1: FLOCK  ADVISORY  WRITE 17636 fe:00:9978146 0 EOF",
            "1: FLOCK  ADVISORY  READ 17636 fe:00:9978145 0 EOF",
            "1: POSIX  ADVISORY  WRITE 17636 fe:00:9978145 0 EOF",
            "1: -> FLOCK  ADVISORY  WRITE 17636 fe:00:9978145 0 EOF",
            "1: FLOCK  ADVISORY  WRITE -1 fe:00:9978145 0 EOF",
            "1: FLOCK",
            "",
        ] {
            assert_eq!(exclusive(line, 9_978_145), None, "{line}");
        }
    }

    #[test]
    fn a_file_whose_name_went_to_another_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let file = File::create(&path).unwrap();
        assert!(has_name(&file, &path));
        fs::remove_file(&path).unwrap();
        assert!(!has_name(&file, &path));
        File::create(&path).unwrap();
        assert!(!has_name(&file, &path));
    }
}
