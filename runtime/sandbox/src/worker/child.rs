//! The child's side: limits itself, does one job, and reports.

use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::stdio::stderr;
use serde::Serialize;

use super::limits::JobLimits;
use super::report::{Job, Order, Report};
use super::streams::standard;
use super::{compile, settings};

/// Descriptors: the standard three, and what a clock or a random number may open.
const OPEN_FILES: u64 = 16;

/// Does what the order says. The report is the last line on stderr.
pub(super) fn run(order: &str) -> ExitCode {
    let Ok(Order { parent, limits, job }) = serde_json::from_str(order) else {
        return ExitCode::from(2);
    };
    if let Err(error) = limit(parent, &limits) {
        return told(&Report::<()>::Broke(format!("it cannot limit itself: {error}")));
    }
    // What a panic says would stand before the report, and nobody would read it.
    std::panic::set_hook(Box::new(|_| {}));
    match job {
        Job::Compile { digest } => told(&caught(|| compile::in_worker(&digest))),
        Job::Settings => told(&caught(settings::in_worker)),
    }
}

/// A panic of a compiler is a report like any other.
fn caught<T>(work: impl FnOnce() -> Report<T>) -> Report<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Report::Broke(format!("it panicked: {}", text.unwrap_or_default()))
    })
}

fn told<T: Serialize>(report: &Report<T>) -> ExitCode {
    let Ok(mut line) = serde_json::to_vec(report) else { return ExitCode::from(2) };
    line.insert(0, b'\n');
    match standard(stderr()).and_then(|mut stderr| stderr.write_all(&line)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

/// Sets every limit, so that from here on nothing can be used without bound.
fn limit(parent: u32, limits: &JobLimits) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
        // The parent may have died before that.
        let is_there = rustix::process::getppid().is_some_and(|found| u32::try_from(found.as_raw_nonzero().get()) == Ok(parent));
        if !is_there {
            return Err(io::Error::other("nobody waits for it"));
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = parent;
    set(Resource::Core, 0, 0)?;
    set(Resource::Nofile, OPEN_FILES, 0)?;
    set(Resource::Fsize, limits.file, 0)?;
    // The signal at the soft limit says which limit it was; the hard one ends who does not listen.
    set(Resource::Cpu, limits.cpu, 1)?;
    // Not the address space: what allocators and stacks reserve without using it would count.
    set(Resource::Data, limits.memory, 0)
}

/// Lowers a limit; one that is lower already stays. The hard limit is the soft one and `more`.
fn set(resource: Resource, limit: u64, more: u64) -> io::Result<()> {
    let hard = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    Ok(setrlimit(resource, Rlimit { current: Some(limit.min(hard)), maximum: Some((limit + more).min(hard)) })?)
}
