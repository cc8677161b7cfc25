//! Folders that are used once.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::line::abandoned;
use crate::Outcome;

/// What the names of our folders begin with; the id of the process that made it follows.
const PREFIX: &str = "pushgate-bench-";
const MEMORY: &str = "/dev/shm";
/// What the largest case stores, twice, and room for the uploads of a contender that failed.
const ROOM: u64 = 4 << 30;

/// How long a process that was killed may take to go.
const PATIENCE: Duration = Duration::from_secs(10);

/// A folder for anything else.
pub(super) fn folder() -> Outcome<TempDir> {
    within(&std::env::temp_dir())
}

/// A folder for the data of a registry.
pub(super) fn registry_folder() -> Outcome<TempDir> {
    within(&registry_root())
}

/// In memory where there is room, because the disk would be what is measured otherwise.
pub(super) fn registry_root() -> PathBuf {
    let room = rustix::fs::statvfs(MEMORY).map_or(0, |space| space.f_bavail * space.f_frsize);
    if room >= ROOM { PathBuf::from(MEMORY) } else { std::env::temp_dir() }
}

/// Removes what a killed run left, and ends the processes that still work there.
pub(super) fn sweep() -> Outcome {
    for root in [std::env::temp_dir(), PathBuf::from(MEMORY)] {
        for entry in std::fs::read_dir(root).into_iter().flatten().filter_map(Result::ok) {
            if entry.file_name().to_str().is_some_and(|name| abandoned(name, PREFIX)) {
                let folder = entry.path();
                end_processes_of(&folder);
                unmount(&folder)?;
                std::fs::remove_dir_all(&folder).map_err(|error| format!("cannot remove {}: {error}", folder.display()))?;
            }
        }
    }
    Ok(())
}

/// Ends the daemons whose command line names the folder: a folder that only our own can know.
fn end_processes_of(folder: &Path) {
    let named = format!("{}/", folder.display());
    for entry in std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok) {
        let process = entry.file_name().to_str().and_then(|name| Pid::from_raw(name.parse().ok()?));
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if let Some(process) = process
            && String::from_utf8_lossy(&line).contains(&named)
        {
            let _ = kill_process(process, Signal::KILL);
            // Until it is gone it may still write; a zombie, whose command line is empty, does not.
            let killed = Instant::now();
            while killed.elapsed() < PATIENCE && std::fs::read(entry.path().join("cmdline")).is_ok_and(|line| !line.is_empty()) {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

/// Undoes the mounts below a folder: dockerd mounts its data onto itself.
fn unmount(folder: &Path) -> Outcome {
    let mounts = std::fs::read_to_string("/proc/self/mounts").map_err(|error| format!("cannot read the mounts: {error}"))?;
    let below = mounts.lines().filter_map(|line| line.split(' ').nth(1)).filter(|mount| Path::new(mount).starts_with(folder));
    // The last one first: it may lie within an earlier one.
    for mount in below.collect::<Vec<_>>().into_iter().rev() {
        rustix::mount::unmount(mount, rustix::mount::UnmountFlags::DETACH).map_err(|error| format!("cannot unmount {mount}: {error}"))?;
    }
    Ok(())
}

fn within(root: &Path) -> Outcome<TempDir> {
    let made = tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir_in(root);
    made.map_err(|error| format!("no temporary folder in {}: {error}", root.display()))
}
