//! How long a whole process takes, and how much memory it had.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Outcome;
use crate::command::{output, shown};

/// The wall time of one run, which must succeed; what it prints is thrown away.
pub(super) fn time(command: &mut Command) -> Outcome<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let status = command.status().map_err(|error| format!("cannot run {}: {error}", shown(command)))?;
    let taken = started.elapsed();
    if status.success() { Ok(taken) } else { Err(format!("{} ended with {status}", shown(command))) }
}

/// The middle one, in milliseconds.
pub(super) fn median(times: &[Duration]) -> f64 {
    let mut sorted: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    if sorted.len().is_multiple_of(2) { f64::midpoint(at(middle.saturating_sub(1)), at(middle)) } else { at(middle) }
}

/// Minimum, median and maximum in milliseconds.
pub(super) fn figures(times: &[Duration]) -> Value {
    let milliseconds = |time: Option<&Duration>| time.map(|time| rounded(time.as_secs_f64() * 1000.0));
    json!({ "minimum_ms": milliseconds(times.iter().min()), "median_ms": rounded(median(times)), "maximum_ms": milliseconds(times.iter().max()) })
}

pub(super) fn rounded(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}

pub(super) fn mebibytes(bytes: u64) -> f64 {
    rounded(bytes as f64 / f64::from(1 << 20))
}

/// The largest resident set of a command, in bytes.
///
/// The system counts the largest of all children that were waited for, so a fresh process of this program, [`memory_of`], runs it as its only child.
pub(super) fn peak_memory(command: &Command) -> Outcome<u64> {
    let this = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    let mut wrapped = Command::new(this);
    wrapped.arg("memory-of").arg(command.get_program()).args(command.get_args());
    for (variable, value) in command.get_envs() {
        if let Some(value) = value {
            wrapped.env(variable, value);
        }
    }
    let printed = output(&mut wrapped)?;
    printed.trim().parse().map_err(|error| format!("memory-of printed {printed:?}: {error}"))
}

/// Runs a command and prints the largest resident set that it had, in bytes.
pub(crate) fn memory_of(words: &[String]) -> Outcome {
    let [program, arguments @ ..] = words else {
        return Err("memory-of needs a command".to_owned());
    };
    time(Command::new(program).args(arguments))?;
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    println!("{}", usage.max_rss() * 1024);
    Ok(())
}
