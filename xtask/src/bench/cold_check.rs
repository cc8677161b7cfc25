//! A cold `pushgate check` with a cached Rust flavor, against the least that a process costs.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::measure::{figures, median, peak_memory, rounded, time};
use crate::Outcome;

/// Short runs vary much, so there are many.
const RUNS_PER_ROUND: usize = 10;

pub(super) fn measure(pushgate: &Path, components: &Path, rounds: usize) -> Outcome<Value> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let command = |words: &[&str]| {
        let mut command = Command::new(pushgate);
        command.args(words).env("PUSHGATE_CONFIG", folder.path().join("catalog.toml"));
        command.env("PUSHGATE_DATA_DIR", folder.path().join("data")).env("PUSHGATE_CACHE_DIR", folder.path().join("cache"));
        command
    };
    let component = components.join("forbid_tags.wasm");
    time(command(&["flavor", "register", "--name", "forbid-tags"]).arg(&component))?;
    time(&mut command(&["registry", "register", "bench", "--uri", "registry.example.com/team", "--flavor", "forbid-tags"]))?;
    let check = ["check", "registry.example.com/team/app:v1", "--registry", "bench"];

    let (mut floor, mut checks) = (Vec::new(), Vec::new());
    time(&mut command(&check))?;
    for _ in 0..rounds * RUNS_PER_ROUND {
        floor.push(time(&mut Command::new("/bin/true"))?);
        checks.push(time(&mut command(&check))?);
    }
    Ok(json!({
        "floor": figures(&floor),
        "check": figures(&checks),
        "over_floor_ms": rounded(median(&checks) - median(&floor)),
        "at_most_ms": 5,
        "peak_memory_mib": rounded(peak_memory(&command(&check))? as f64 / f64::from(1 << 20)),
        "at_most_mib": 20,
    }))
}
