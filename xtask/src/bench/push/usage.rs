//! What a push took: time, CPU time and memory of the contender's process alone.
//!
//! The system counts what all children took that were waited for, so a fresh process of this program runs the contender as its only child.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde_json::{Value, json};

use crate::Outcome;

/// What one push took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    /// From the start of the process to its end.
    pub(super) time: Duration,
    /// In the process and in the system on its behalf.
    pub(super) cpu: Duration,
    /// The largest resident set, in bytes.
    pub(super) peak_memory: u64,
}

/// Runs a command, which must succeed, with no other environment than its own, and says what it took.
pub(super) fn measure(command: &Command) -> Outcome<Usage> {
    let this = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    let mut wrapper = Command::new(this);
    wrapper.args(["bench-part", "measured"]).arg(command.get_program()).args(command.get_args()).env_clear().stdin(Stdio::null());
    wrapper.envs(command.get_envs().filter_map(|(variable, value)| Some((variable, value?))));
    let output = wrapper.output().map_err(|error| format!("cannot run {}: {error}", crate::command::shown(command)))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let last: Vec<&str> = errors.lines().rev().take(4).collect();
        return Err(last.into_iter().rev().collect::<Vec<_>>().join(" | "));
    }
    let printed: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    let number =
        |name: &str| printed.as_ref().and_then(|printed| printed.get(name)?.as_u64()).ok_or("the measuring process printed no figures");
    Ok(Usage {
        time: Duration::from_micros(number("time_us")?),
        cpu: Duration::from_micros(number("cpu_us")?),
        peak_memory: number("peak_memory")?,
    })
}

/// The measuring process.
pub(super) fn run(words: &[String]) -> Outcome {
    let [program, arguments @ ..] = words else {
        return Err("no command to measure".to_owned());
    };
    // Its words of distress go on to whoever reads ours.
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    let status = command.status().map_err(|error| format!("cannot run {program}: {error}"))?;
    let time = started.elapsed();
    if !status.success() {
        return Err(format!("{program} ended with {status}"));
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    let microseconds = |time: TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    println!(
        "{}",
        json!({
            "time_us": u64::try_from(time.as_micros()).unwrap_or(u64::MAX),
            "cpu_us": microseconds(usage.user_time()) + microseconds(usage.system_time()),
            "peak_memory": usage.max_rss() * 1024,
        })
    );
    Ok(())
}
