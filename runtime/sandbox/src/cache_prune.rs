//! Takes out of the cache what nobody uses any more: the machine code of flavors that were replaced, and of older versions.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, File};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an entry is kept that nobody reads.
const UNUSED: Duration = DAY.saturating_mul(30);

/// The beginning of the name of an entry that is being written.
pub(crate) const NEW: &str = ".new-";
/// The end of the name of an entry.
pub(crate) const ENTRY: &str = ".cwasm";
/// The end of the name of an entry's lock.
pub(crate) const LOCK: &str = ".lock";

/// Removes entries that were not used for 30 days, and what a process that died left behind. What is not ours by its name stays.
pub(crate) fn prune(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        if is_old(&entry).unwrap_or(false) {
            // Somebody else may be faster. Whoever has it open keeps what they have.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_old(entry: &DirEntry) -> Option<bool> {
    let limit = limit(&entry.file_name())?;
    let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    Some(age(metadata.modified().ok()?) > limit)
}

/// How old a file with this name may become.
fn limit(name: &OsStr) -> Option<Duration> {
    let name = name.as_bytes();
    if name.ends_with(ENTRY.as_bytes()) {
        Some(UNUSED)
    } else if name.starts_with(NEW.as_bytes()) || name.ends_with(LOCK.as_bytes()) {
        Some(DAY)
    } else {
        None
    }
}

/// A file from the future is new.
fn age(modified: SystemTime) -> Duration {
    SystemTime::now().duration_since(modified).unwrap_or_default()
}

/// Notes that an entry was read. The system's own access times are often switched off, so the time of change tells it, to the day.
pub(crate) fn used(entry: &File) {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    if modified.is_ok_and(|modified| age(modified) > DAY) {
        // It is then compiled again some day earlier.
        let _ = entry.set_modified(SystemTime::now());
    }
}
