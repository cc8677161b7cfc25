//! Network namespaces of our own: made, entered, and taken away again.

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::Outcome;
use crate::command::{find, output};

/// What the names of our namespaces begin with; the id of the process that made it follows.
const PREFIX: &str = "pushgate-bench-";
const FOLDER: &str = "/run/netns";

/// A network namespace; it goes when this goes.
pub(super) struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes one whose loopback device is up.
    pub(super) fn create(role: &str) -> Outcome<Self> {
        let name = format!("{PREFIX}{}-{role}", std::process::id());
        ip(&["netns", "add", &name])?;
        let namespace = Self { name };
        namespace.ip(&["link", "set", "lo", "up"])?;
        Ok(namespace)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Runs `ip` on what is in the namespace.
    pub(super) fn ip(&self, words: &[&str]) -> Outcome<String> {
        let mut all = vec!["-n", &self.name];
        all.extend(words);
        ip(&all)
    }

    /// Does something inside; the processes, sockets and devices that it makes belong to the namespace.
    pub(super) fn enter<T: Send>(&self, work: impl FnOnce() -> Outcome<T> + Send) -> Outcome<T> {
        enter(&self.name, work)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = ip(&["netns", "delete", &self.name]);
    }
}

/// Does something inside the namespace of this name, on a thread of its own: threads, not processes, are in network namespaces.
pub(super) fn enter<T: Send>(name: &str, work: impl FnOnce() -> Outcome<T> + Send) -> Outcome<T> {
    let path = Path::new(FOLDER).join(name);
    let namespace = File::open(&path).map_err(|error| format!("cannot open the namespace {}: {error}", path.display()))?;
    std::thread::scope(|scope| {
        let inside = scope.spawn(|| {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))
                .map_err(|error| format!("cannot enter the namespace {name}: {error}"))?;
            work()
        });
        inside.join().map_err(|_| format!("what ran in the namespace {name} ended early"))?
    })
}

/// Takes away the namespaces that a killed run left, and the processes in them.
pub(in crate::bench::push) fn sweep() -> Outcome {
    let Ok(entries) = fs::read_dir(FOLDER) else {
        // No namespace was ever made here.
        return Ok(());
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    for name in names.filter(|name| abandoned(name, PREFIX)) {
        for process in ip(&["netns", "pids", &name])?.lines().filter_map(|line| Pid::from_raw(line.trim().parse().ok()?)) {
            let _ = kill_process(process, Signal::KILL);
        }
        ip(&["netns", "delete", &name])?;
    }
    Ok(())
}

/// Whether a name consists of the prefix and the id of a process that is no more, perhaps with something after it.
pub(in crate::bench::push) fn abandoned(name: &str, prefix: &str) -> bool {
    let process = name.strip_prefix(prefix).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
    process.is_some_and(|process| !PathBuf::from(format!("/proc/{process}")).exists())
}

fn ip(words: &[&str]) -> Outcome<String> {
    let program = find("ip").ok_or("ip not found (on Debian: apt-get install iproute2)")?;
    output(Command::new(program).args(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_living_process_made_is_left_alone() {
        assert!(!abandoned(&format!("{PREFIX}{}-client", std::process::id()), PREFIX));
        // Beyond the largest id that Linux gives.
        assert!(abandoned(&format!("{PREFIX}4194305-client"), PREFIX));
        assert!(!abandoned("pushgate-bench-client", PREFIX));
        assert!(!abandoned("somebody-4194305-client", PREFIX));
    }
}
