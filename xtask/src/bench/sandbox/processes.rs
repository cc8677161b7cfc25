//! Watches a process and those that it starts: how long they take, and how large each becomes.

use std::fs;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::command::shown;

/// What was seen of a process and its children.
pub(super) struct Watched {
    pub(super) status: ExitStatus,
    pub(super) taken: Duration,
    /// The largest resident set of the process itself, in bytes.
    pub(super) peak: u64,
    /// The largest resident set of any of its children.
    pub(super) children_peak: u64,
}

/// Often enough for processes that live for tenths of a second and grow until they end.
const LOOK: Duration = Duration::from_millis(2);

pub(super) fn watch(command: &mut Command) -> Outcome<Watched> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("cannot run {}: {error}", shown(command)))?;
    let (mut peak, mut children_peak) = (0, 0);
    loop {
        peak = peak.max(high_water(child.id()));
        for process in children(child.id()) {
            children_peak = children_peak.max(high_water(process));
        }
        if let Some(status) = child.try_wait().map_err(|error| format!("cannot wait for {}: {error}", shown(command)))? {
            return Ok(Watched { status, taken: started.elapsed(), peak, children_peak });
        }
        std::thread::sleep(LOOK);
    }
}

/// The largest resident set so far, in bytes; 0 for a process that is gone.
fn high_water(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|rest| rest.trim().strip_suffix(" kB")).and_then(|number| number.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

/// The processes that the threads of one have started. Not all systems list children, so all processes are asked for their parent.
fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|process| parent_of(*process) == Some(parent)).collect()
}

/// The fourth field of `stat`, behind the name in parentheses, which may hold anything.
fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
