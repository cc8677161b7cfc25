//! What each flavor that ships costs: its size, its part of the program, a call.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::Outcome;
use crate::build::{embedded_flavors, ensure_wasm_target, programs};
use crate::command::{output, root};
use crate::projects::tested;

/// What all of them together may take of the program, in bytes.
const AT_MOST: u64 = 3 << 19;

/// Prints a table. A call is from the start of the instance to its answer, as `flavor test` tells it.
pub(crate) fn run(rounds: usize) -> Outcome {
    ensure_wasm_target()?;
    let pushgate = programs(&["pushgate"], true)?.join("pushgate");
    let embedded = embedded_flavors()?;
    println!("| flavor | size, bytes | in the program, bytes | cases | hook call, us (median) | memory of a call, KiB (most) |");
    println!("|---|---|---|---|---|---|");
    let mut total = 0;
    for flavor in shipped(&pushgate)? {
        let component = embedded.join(format!("{flavor}.wasm"));
        let (size, packed) = (length(&component)?, length(&embedded.join(format!("{flavor}.wasm.gz")))?);
        let mut cases = Vec::new();
        for _ in 0..rounds {
            cases.extend(tested(
                Command::new(&pushgate).args(["flavor", "test", "--component"]).arg(&component).arg(root().join("flavors").join(&flavor)),
            )?);
        }
        let mut times: Vec<f64> = cases.iter().filter_map(|case| case.get("time_ms")?.as_f64()).filter(|time| *time > 0.0).collect();
        times.sort_by(f64::total_cmp);
        let median = times.get(times.len() / 2).copied().unwrap_or(f64::NAN) * 1000.0;
        let memory = cases.iter().filter_map(|case| case.get("memory_bytes")?.as_u64()).max().unwrap_or_default() / 1024;
        println!("| {flavor} | {size} | {packed} | {} | {median:.0} | {memory} |", cases.len() / rounds.max(1));
        total += packed;
    }
    println!("| together | | {total} (at most {AT_MOST}) | | | |");
    Ok(())
}

fn shipped(pushgate: &Path) -> Outcome<Vec<String>> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let listed = output(
        Command::new(pushgate).args(["flavor", "list", "--output", "json"]).env("PUSHGATE_CONFIG", folder.path().join("none.toml")),
    )?;
    let listed: Value = serde_json::from_str(&listed).map_err(|error| format!("pushgate flavor list: {error}"))?;
    let flavors = listed.get("flavors").and_then(Value::as_array).into_iter().flatten();
    Ok(flavors.filter_map(|flavor| flavor.get("name")?.as_str().map(str::to_owned)).collect())
}

fn length(file: &Path) -> Outcome<u64> {
    fs::metadata(file).map(|metadata| metadata.len()).map_err(|error| format!("{}: {error}", file.display()))
}
