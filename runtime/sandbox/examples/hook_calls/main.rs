//! How many hook calls a second, each in a fresh instance: the sandbox against bare wasmtime with the same pool, epochs, limiter and imports.
//!
//! `hook_calls SECONDS COMPONENT...` prints one JSON object a component. The two take turns, so that a machine whose speed drifts is the
//! same for both. `cargo xtask bench sandbox` runs it.

#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "a program for measuring")]

mod bare;
mod ours;
mod turns;

use std::error::Error;
use std::process::ExitCode;

/// Calls at the same time for which there is room.
const POOL: u16 = 8;
const MEMORY: usize = 64 << 20;
/// The image that every call is about. No guest of the benchmark minds it.
const REFERENCE: [&str; 4] = ["registry.example.com/team/app:1.4.2", "registry.example.com", "team/app", "1.4.2"];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hook_calls: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds: f64 = arguments.next().ok_or("usage: hook_calls SECONDS COMPONENT...")?.parse()?;
    for path in arguments {
        let component = std::fs::read(&path)?;
        let (ours, bare) = (ours::Ours::new(&component)?, bare::Bare::new(&component)?);
        let one = turns::measure(seconds, 1, &ours, &bare)?;
        let two = turns::measure(seconds, 2, &ours, &bare)?;
        let (gain, bare_gain) = (two.ours / one.ours, two.bare / one.bare);
        println!(
            "{}",
            serde_json::json!({
                "component": path, "bytes": component.len(),
                "calls_per_second": one.ours.round(), "bare_calls_per_second": one.bare.round(), "time_over_bare": rounded(one.ratio),
                "two_threads": two.ours.round(), "bare_two_threads": two.bare.round(),
                "gain": rounded(gain), "bare_gain": rounded(bare_gain), "gain_over_bare": rounded(gain / bare_gain),
            })
        );
    }
    Ok(())
}

fn rounded(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}
