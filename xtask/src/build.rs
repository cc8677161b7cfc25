//! Builds what the tasks run: the command, the registry of the tests, the flavors.

use std::path::PathBuf;
use std::process::Command;

use crate::Outcome;
use crate::command::{cargo, output, root, run};

const TARGET: &str = "wasm32-wasip2";

/// Adds the target that flavors are compiled for, if it is missing.
pub(crate) fn ensure_wasm_target() -> Outcome {
    let installed = output(Command::new("rustup").args(["target", "list", "--installed"]).current_dir(root()))?;
    if installed.lines().any(|line| line == TARGET) {
        return Ok(());
    }
    eprintln!("xtask: adding the target {TARGET}");
    run(Command::new("rustup").args(["target", "add", TARGET]).current_dir(root()))
        .map_err(|error| format!("{error}; flavors are compiled for {TARGET}: `rustup target add {TARGET}` must work"))
}

/// Builds packages of the workspace and returns the folder of their programs.
pub(crate) fn programs(packages: &[&str], release: bool) -> Outcome<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--locked", "--bins"]);
    for package in packages {
        build.args(["--package", package]);
    }
    if release {
        build.arg("--release");
    }
    run(&mut build)?;
    Ok(target()?.join(if release { "release" } else { "debug" }))
}

/// Builds pushgate for a release, and returns the folder of the components that are part of it: `NAME.wasm`, and packed `NAME.wasm.gz`.
pub(crate) fn embedded_flavors() -> Outcome<PathBuf> {
    let messages = output(cargo().args(["build", "--locked", "--release", "--package", "pushgate", "--message-format=json"]))?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut folders = messages.filter_map(|message| message.get("out_dir")?.as_str().map(PathBuf::from));
    folders
        .rfind(|folder| folder.join("builtin_flavors.rs").is_file())
        .ok_or_else(|| "cargo names no folder of the build script".to_owned())
}

/// The folder that Cargo builds in.
pub(crate) fn target() -> Outcome<PathBuf> {
    let metadata = output(cargo().args(["metadata", "--locked", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let folder = metadata.get("target_directory").and_then(|value| value.as_str());
    folder.map(PathBuf::from).ok_or_else(|| "cargo metadata names no target_directory".to_owned())
}
