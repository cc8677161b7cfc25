//! The parent's side: starts a worker, waits for it, and ends it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;
use serde::de::DeserializeOwned;

use super::cancel::Cancelled;
use super::limits::JobLimits;
use super::report::{Job, Order, Report};
use crate::exceeded::Exceeded;
use crate::text::excerpt;
use crate::worker_program::{ASKED, Worker};

/// The most threads of a worker: more would only share its time limit, and each takes memory of its own.
const MAX_THREADS: usize = 4;
/// What is kept of a worker's stderr: its end, where the report is.
const STDERR_BYTES: usize = 128 << 10;
/// How often an ended worker is looked for that has closed its stderr.
const REAP_POLL: Duration = Duration::from_millis(1);
/// The longest text of a worker in an error.
const MESSAGE_BYTES: usize = 300;

/// Why a worker gave no answer.
#[derive(Debug)]
pub(super) enum Failed {
    /// It ran into a limit.
    Exceeded(Exceeded),
    /// Nobody wanted its answer any more.
    Cancelled,
    /// It could not be started, or broke.
    Broke(String),
}

/// Has a worker do a job, and waits for it. `input` is read from its beginning.
pub(super) fn run<T: DeserializeOwned>(
    worker: &Worker,
    job: Job,
    limits: &JobLimits,
    mut input: File,
    output: Option<&File>,
    cancelled: Option<&Cancelled>,
) -> Result<T, Failed> {
    let broke = |error: io::Error| Failed::Broke(format!("the worker process `{}` cannot be started: {error}", worker.program.display()));
    let order = Order { parent: std::process::id(), limits: limits.clone(), job };
    let order = serde_json::to_string(&order).map_err(|error| Failed::Broke(error.to_string()))?;
    input.rewind().map_err(broke)?;
    let output = match output {
        Some(file) => Stdio::from(file.try_clone().map_err(broke)?),
        None => Stdio::null(),
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
    let child = Command::new(&worker.program)
        .args([ASKED, &order])
        // Neither secrets nor switches of a library get there.
        .env_clear()
        .env("RAYON_NUM_THREADS", threads.to_string())
        // Each arena of the allocator keeps memory that the others could use.
        .env("MALLOC_ARENA_MAX", "2")
        .current_dir("/")
        // Ctrl-C goes to the parent, which ends the worker and says so.
        .process_group(0)
        .stdin(input)
        .stdout(output)
        .stderr(Stdio::piped())
        .spawn()
        .map_err(broke)?;
    let (status, said) = Running(child).wait(limits.wall, cancelled)?;
    answer(status, &said, limits)
}

/// A child that does not outlive this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, and was then waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// The child's end and the end of its stderr.
    fn wait(mut self, limit: Duration, cancelled: Option<&Cancelled>) -> Result<(ExitStatus, Vec<u8>), Failed> {
        let end = Instant::now() + limit;
        let too_long = || Failed::Exceeded(Exceeded::Wall(limit.as_secs()));
        let lost = |error: io::Error| Failed::Broke(format!("the worker process cannot be watched: {error}"));
        let mut stderr = self.0.stderr.take().ok_or_else(|| Failed::Broke("the worker process has no stderr".to_owned()))?;
        let mut said = Vec::new();
        loop {
            let left = end.checked_duration_since(Instant::now()).ok_or_else(too_long)?;
            match ready(&stderr, cancelled, left).map_err(lost)? {
                Ready::Cancelled => return Err(Failed::Cancelled),
                Ready::Nothing => {}
                Ready::Stderr if !more(&mut stderr, &mut said).map_err(lost)? => break,
                Ready::Stderr => {}
            }
        }
        loop {
            if let Some(status) = self.0.try_wait().map_err(lost)? {
                return Ok((status, said));
            }
            if Instant::now() >= end {
                return Err(too_long());
            }
            std::thread::sleep(REAP_POLL);
        }
    }
}

enum Ready {
    Stderr,
    Cancelled,
    Nothing,
}

/// Waits until there is something to do, or for so long.
fn ready(stderr: &ChildStderr, cancelled: Option<&Cancelled>, limit: Duration) -> io::Result<Ready> {
    let limit = Timespec { tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX), tv_nsec: limit.subsec_nanos().into() };
    let mut waited_for = vec![PollFd::new(stderr, PollFlags::IN)];
    waited_for.extend(cancelled.map(|cancelled| PollFd::new(&cancelled.pipe, PollFlags::IN)));
    match poll(&mut waited_for, Some(&limit)) {
        Ok(0) | Err(rustix::io::Errno::INTR) => Ok(Ready::Nothing),
        Ok(_) => {
            let mut happened = waited_for.iter().map(|entry| !entry.revents().is_empty());
            let stderr = happened.next();
            Ok(match (stderr, happened.next()) {
                (_, Some(true)) => Ready::Cancelled,
                (Some(true), _) => Ready::Stderr,
                _ => Ready::Nothing,
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes what is there; `false` at the end.
fn more(stderr: &mut ChildStderr, said: &mut Vec<u8>) -> io::Result<bool> {
    let mut buffer = [0; 4096];
    match stderr.read(&mut buffer) {
        Ok(0) => Ok(false),
        Ok(count) => {
            said.extend_from_slice(buffer.get(..count).unwrap_or_default());
            if said.len() > 2 * STDERR_BYTES {
                said.drain(..said.len() - STDERR_BYTES);
            }
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
        Err(error) => Err(error),
    }
}

/// What the end of a worker says. Whatever else it wrote - the words of an abort - stays here.
fn answer<T: DeserializeOwned>(status: ExitStatus, said: &[u8], limits: &JobLimits) -> Result<T, Failed> {
    let text = String::from_utf8_lossy(said);
    if let Some(number) = status.signal() {
        tracing::debug!(signal = number, stderr = excerpt(&text, 2_000), "a worker was ended");
        let is = |signal: Signal| number == signal.as_raw();
        return Err(if is(Signal::XCPU) {
            Failed::Exceeded(Exceeded::Cpu(limits.cpu))
        } else if is(Signal::XFSZ) {
            Failed::Exceeded(Exceeded::Output(limits.file))
        } else if text.contains("overflowed its stack") {
            Failed::Exceeded(Exceeded::Nesting)
        } else if is(Signal::ABORT) && text.contains("memory allocation of") {
            Failed::Exceeded(Exceeded::Memory(limits.memory))
        } else if is(Signal::KILL) {
            // The computing time's hard limit, or the system's own way to find memory.
            Failed::Exceeded(Exceeded::Memory(limits.memory))
        } else {
            Failed::Broke(format!("the worker process was ended by signal {number}"))
        });
    }
    let last = text.trim_end().lines().next_back().unwrap_or_default();
    match serde_json::from_str(last) {
        Ok(Report::Done(answer)) if status.success() => Ok(answer),
        Ok(Report::OutOfMemory) => Err(Failed::Exceeded(Exceeded::Memory(limits.memory))),
        Ok(Report::Broke(message)) => Err(Failed::Broke(excerpt(&message, MESSAGE_BYTES))),
        Ok(Report::Done(_)) | Err(_) => {
            tracing::debug!(%status, stderr = excerpt(&text, 2_000), "a worker did not report");
            Err(Failed::Broke(format!(
                "the worker process ended without a report ({status}): the program must begin with `worker::run_if_asked`"
            )))
        }
    }
}
