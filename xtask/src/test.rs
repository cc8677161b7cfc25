//! Every test, with real parts.
//!
//! A test that needs a part carries `#[ignore]` with the reason, so that `cargo test` alone names it as ignored. Here the parts are made
//! sure of, and the ignored tests run too; those whose part cannot be had are named as skipped.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::build::{ensure_wasm_target, target};
use crate::command::{self, cargo, output, shown};
use crate::parts::{self, DOCKER_ENGINE, Dockerd, Part};

/// What the tests came to.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    broken: Vec<String>,
}

pub(crate) fn run(require_all: bool, filter: Option<&str>) -> Outcome {
    ensure_wasm_target()?;
    // Compiled as the tests will be, so that nothing is compiled twice; the program is among what the tests need.
    command::run(workspace().arg("--no-run"))?;
    let parts::Ensured { mut missing, variables } = parts::ensure(&target()?.join("debug/pushgate"));
    let dockerd = if missing.iter().any(|(part, _)| part.name == DOCKER_ENGINE.name) {
        None
    } else {
        Dockerd::start().map_err(|error| missing.push((&DOCKER_ENGINE, error))).ok()
    };

    let mut tally = Tally::default();
    run_tests(cargo().args(["test", "--locked", "--manifest-path", "flavors/Cargo.toml"]), filter, &mut tally)?;
    let mut tests = workspace();
    tests.envs(variables);
    if let Some(dockerd) = &dockerd {
        tests.env("PUSHGATE_TEST_DOCKER_HOST", format!("unix://{}", dockerd.socket().display()));
    }
    tests.args(filter).args(["--", "--include-ignored"]);
    for module in missing.iter().flat_map(|(part, _)| part.modules) {
        tests.args(["--skip", module]);
    }
    run_tests(&mut tests, None, &mut tally)?;
    drop(dockerd);

    let skipped = skipped(&missing)?;
    for (name, why) in &skipped {
        println!("skipped: {name}: {why}");
    }
    for command in &tally.broken {
        println!("failed: {command}");
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, skipped.len());
    if !tally.broken.is_empty() {
        return Err("there were failures".to_owned());
    }
    if require_all && !missing.is_empty() {
        let parts: Vec<String> = missing.iter().map(|(part, why)| format!("{}: {why}", part.name)).collect();
        return Err(format!("not every part could be had: {}", parts.join("; ")));
    }
    Ok(())
}

/// The crates whose tests need neither the wasm target nor a real part.
const FAST: [&str; 14] = [
    "pushgate-reference",
    "pushgate-files",
    "pushgate-json",
    "pushgate-oci",
    "pushgate-net",
    "pushgate-credentials",
    "pushgate-client",
    "pushgate-egress",
    "pushgate-gate",
    "pushgate-engine",
    "pushgate-authoring",
    "pushgate-source",
    "pushgate-explain",
    "pushgate-test-structure",
];

/// The tests of the libraries: what a person who changes one runs between two thoughts.
pub(crate) fn run_fast(filter: Option<&str>) -> Outcome {
    let mut tests = cargo();
    tests.args(["test", "--locked", "--lib", "--no-fail-fast"]);
    for package in FAST {
        tests.args(["--package", package]);
    }
    let mut tally = Tally::default();
    run_tests(&mut tests, filter, &mut tally)?;
    println!("{} passed, {} failed; `cargo xtask test` runs all", tally.passed, tally.failed);
    if tally.broken.is_empty() { Ok(()) } else { Err("there were failures".to_owned()) }
}

fn workspace() -> Command {
    let mut command = cargo();
    command.args(["test", "--locked", "--workspace", "--no-fail-fast"]);
    command
}

/// Runs a test command, shows what it prints, and counts.
fn run_tests(command: &mut Command, filter: Option<&str>, tally: &mut Tally) -> Outcome {
    command.args(filter).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot run {}: {error}", shown(command)))?;
    let lines = child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
    for line in lines.map_while(Result::ok) {
        println!("{line}");
        if let Some(counts) = line.strip_prefix("test result: ") {
            tally.passed += number_before(counts, " passed");
            tally.failed += number_before(counts, " failed");
        }
    }
    let status = child.wait().map_err(|error| format!("cannot wait for {}: {error}", shown(command)))?;
    if !status.success() {
        tally.broken.push(shown(command));
    }
    Ok(())
}

fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split(word).next().unwrap_or_default();
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The tests that were left out, each with its reason.
fn skipped<'a>(missing: &'a [(&Part, String)]) -> Outcome<Vec<(String, &'a str)>> {
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let listed = output(workspace().args(["--", "--list", "--include-ignored"]))?;
    let names = listed.lines().filter_map(|line| line.strip_suffix(": test"));
    let why = |name: &str| missing.iter().find(|(part, _)| part.modules.iter().any(|module| name.contains(module)));
    Ok(names.filter_map(|name| why(name).map(|(_, reason)| (name.to_owned(), reason.as_str()))).collect())
}
