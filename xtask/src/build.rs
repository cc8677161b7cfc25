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

/// Builds the flavors that ship and returns the folder of their components.
pub(crate) fn flavors() -> Outcome<PathBuf> {
    let target = target()?.join("flavors");
    run(cargo()
        .args(["build", "--locked", "--release", "--target", TARGET, "--manifest-path", "flavors/Cargo.toml", "--target-dir"])
        .arg(&target))?;
    Ok(target.join(TARGET).join("release"))
}

/// The folder that Cargo builds in.
pub(crate) fn target() -> Outcome<PathBuf> {
    let metadata = output(cargo().args(["metadata", "--locked", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let folder = metadata.get("target_directory").and_then(|value| value.as_str());
    folder.map(PathBuf::from).ok_or_else(|| "cargo metadata names no target_directory".to_owned())
}
