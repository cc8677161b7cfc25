//! What the sandbox costs: hook calls against bare wasmtime, a cold check, and what a compile bomb comes to.

mod bomb;
mod compile;
mod languages;
mod processes;

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use serde_json::{Map, Value, json};

use super::cold_check;
use crate::Outcome;
use crate::build::{ensure_wasm_target, programs, target};
use crate::command::{cargo, output, run as run_command};
use crate::projects::{Language, Project};

/// What `cargo xtask bench sandbox` takes.
#[derive(Debug, Args)]
pub(crate) struct SandboxArguments {
    /// Rounds of the cold check
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Seconds of hook calls for each flavor and number of threads
    #[arg(long, default_value_t = 12.0)]
    seconds: f64,
}

pub(crate) use languages::run as run_languages;

pub(crate) fn run(arguments: &SandboxArguments) -> Outcome {
    ensure_wasm_target()?;
    let pushgate = programs(&["pushgate"], true)?.join("pushgate");
    let components = components(&pushgate)?;
    let mut cold = Map::new();
    for (language, component) in &components {
        cold.insert((*language).to_owned(), cold_check::measure(&pushgate, component, cold_at_most(language), arguments.rounds)?);
    }
    let figures = json!({
        "hook_calls": hook_calls(&components, arguments.seconds)?,
        "cold_check": cold,
        "compile": compile::measure(&pushgate, &components)?,
        "compile_bomb": bomb::measure(&pushgate)?,
    });
    println!("{figures:#}");
    Ok(())
}

/// The same flavor in each language, the smallest first: the one with settings that `flavor new` writes.
fn components(pushgate: &Path) -> Outcome<Vec<(&'static str, PathBuf)>> {
    let built = |language: Language| {
        language.build(pushgate).and_then(|()| language.component(Project::Settings)).map(|path| (language.word(), path))
    };
    Language::ALL.into_iter().map(built).collect()
}

/// The milliseconds that a cold check of a flavor in this language may take over the start of a process.
fn cold_at_most(language: &str) -> Option<u32> {
    match language {
        "rust" => Some(3),
        "python" => Some(20),
        _ => None,
    }
}

/// `runtime/sandbox/examples/hook_calls` holds both contenders.
fn hook_calls(components: &[(&'static str, PathBuf)], seconds: f64) -> Outcome<Value> {
    run_command(cargo().args(["build", "--locked", "--release", "--package", "pushgate-sandbox", "--example", "hook_calls"]))?;
    let mut command = Command::new(target()?.join("release/examples/hook_calls"));
    command.arg(seconds.to_string()).args(components.iter().map(|(_, component)| component));
    let printed = output(&mut command)?;
    let mut figures = Map::new();
    for ((language, _), line) in components.iter().zip(printed.lines()) {
        let measured: Value = serde_json::from_str(line).map_err(|error| format!("hook_calls printed {line:?}: {error}"))?;
        figures.insert((*language).to_owned(), measured);
    }
    Ok(json!({ "time_over_bare_at_most": 1.15, "gain_over_bare_at_least": 0.9, "languages": figures }))
}

/// `pushgate` with folders of its own.
fn command(pushgate: &Path, home: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(pushgate);
    command.args(words).env("PUSHGATE_CONFIG", home.join("catalog.toml"));
    command.env("PUSHGATE_DATA_DIR", home.join("data")).env("PUSHGATE_CACHE_DIR", home.join("cache"));
    command
}
