//! `pushgate check` against `zenml container-registry describe`: the least that each needs to say something about a registry, whole process.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::measure::{figures, median, rounded, time};
use crate::Outcome;
use crate::build::{ensure_wasm_target, programs};
use crate::parts;

/// The registry of both, and an image in it.
const URI: &str = "registry.example.com/team";
const IMAGE: &str = "registry.example.com/team/app:v1";
/// How many times faster it must be.
const AT_LEAST: f64 = 300.0;

/// Both take turns. ZenML has a local store, and is warm: its database is made, its modules are compiled.
pub(crate) fn run(rounds: usize) -> Outcome {
    ensure_wasm_target()?;
    let python = parts::zenml()?;
    let pushgate = programs(&["pushgate"], true)?.join("pushgate");
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let at = |name: &str| folder.path().join(name);
    let pushgate = |words: &[&str]| {
        let mut command = Command::new(&pushgate);
        command.args(words).env("PUSHGATE_CONFIG", at("catalog.toml"));
        command.env("PUSHGATE_DATA_DIR", at("data")).env("PUSHGATE_CACHE_DIR", at("cache"));
        command
    };
    let zenml = |words: &[&str]| {
        let mut command = Command::new(python.with_file_name("zenml"));
        command.current_dir(folder.path()).arg("container-registry").args(words);
        command.env("ZENML_CONFIG_PATH", at("zenml")).env("ZENML_ANALYTICS_OPT_IN", "false");
        command
    };
    time(&mut pushgate(&["registry", "register", "bench", "--uri", URI, "--flavor", "forbid-tags"]))?;
    // ZenML takes `--uri URI` for two arguments.
    time(&mut zenml(&["register", "bench", "-f", "default", &format!("--uri={URI}")]))?;
    let (check, describe) = (["check", IMAGE, "--registry", "bench"], ["describe", "bench"]);
    time(&mut pushgate(&check))?;
    time(&mut zenml(&describe))?;
    let (mut checks, mut descriptions) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        checks.push(time(&mut pushgate(&check))?);
        descriptions.push(time(&mut zenml(&describe))?);
    }
    println!("{:#}", compared(&version(&python)?, &checks, &descriptions));
    Ok(())
}

fn compared(version: &str, checks: &[Duration], descriptions: &[Duration]) -> serde_json::Value {
    json!({
        "zenml": version,
        "pushgate_check": figures(checks),
        "zenml_container_registry_describe": figures(descriptions),
        "times_faster": rounded(median(descriptions) / median(checks)),
        "at_least": AT_LEAST,
    })
}

fn version(python: &Path) -> Outcome<String> {
    let mut command = Command::new(python);
    command.args(["-c", "from importlib.metadata import version; print(version('zenml'))"]);
    crate::command::output(&mut command).map(|printed| printed.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_that_of_the_medians() {
        let milliseconds = |times: [u64; 3]| times.map(Duration::from_millis);
        let figures = compared("1.0", &milliseconds([2, 900, 1]), &milliseconds([1000, 1, 3000]));
        assert_eq!((figures["times_faster"].as_f64(), figures["zenml"].as_str()), (Some(500.0), Some("1.0")));
    }
}
