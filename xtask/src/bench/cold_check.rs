//! A cold `pushgate check` with a cached flavor, against the least that a process costs.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::measure::{figures, mebibytes, median, peak_memory, rounded, time};
use crate::Outcome;

/// Short runs vary much, so there are many.
const RUNS_PER_ROUND: usize = 10;

/// `at_most` is how many milliseconds the check may take beyond the floor.
pub(super) fn measure(pushgate: &Path, component: &Path, at_most: Option<u32>, rounds: usize) -> Outcome<Value> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let command = |words: &[&str]| {
        let mut command = Command::new(pushgate);
        command.args(words).env("PUSHGATE_CONFIG", folder.path().join("catalog.toml"));
        command.env("PUSHGATE_DATA_DIR", folder.path().join("data")).env("PUSHGATE_CACHE_DIR", folder.path().join("cache"));
        command
    };
    time(command(&["flavor", "register", "--name", "bench"]).arg(component))?;
    time(&mut command(&["registry", "register", "bench", "--uri", "registry.example.com/team", "--flavor", "bench"]))?;
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
        "at_most_ms": at_most,
        "peak_memory_mib": mebibytes(peak_memory(&command(&check))?),
    }))
}
