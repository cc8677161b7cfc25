//! The direction of dependencies, and where a library may be named (ARCHITECTURE.md, "Invariants").

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the root of the workspace")
}

/// Each crate's dependencies, those of its tests left out.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--no-deps", "--format-version", "1", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut found = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let names = package["dependencies"].as_array().expect("dependencies").iter();
        let names = names
            .filter(|dependency| dependency["kind"].is_null())
            .map(|dependency| dependency["name"].as_str().expect("a name").to_owned());
        found.insert(package["name"].as_str().expect("a name").to_owned(), names.collect());
    }
    found
}

#[test]
fn dependencies_point_one_way() {
    let dependencies = dependencies();
    for (package, ours) in [
        ("pushgate-reference", vec![]),
        ("pushgate-sandbox", vec![]),
        ("pushgate-oci", vec!["pushgate-reference"]),
        ("pushgate", vec!["pushgate-oci", "pushgate-reference", "pushgate-sandbox"]),
        ("pushgate-flavor", vec![]),
    ] {
        let found: Vec<&str> = dependencies[package].iter().map(String::as_str).filter(|name| name.starts_with("pushgate")).collect();
        assert_eq!(found, ours, "the dependencies of {package}");
    }
}

#[test]
fn the_reference_crate_depends_on_thiserror_alone() {
    assert_eq!(dependencies()["pushgate-reference"], BTreeSet::from(["thiserror".to_owned()]));
}

#[test]
fn heavy_libraries_have_one_owner() {
    for (library, owners) in [
        ("wasmtime", vec!["pushgate-sandbox"]),
        ("jsonschema", vec!["pushgate-sandbox"]),
        ("bollard", vec!["pushgate"]),
        ("clap", vec!["pushgate", "xtask"]),
        ("clap_complete", vec!["pushgate"]),
        ("clap_mangen", vec!["pushgate"]),
        ("rustls", vec!["pushgate", "pushgate-oci", "pushgate-test-registry"]),
    ] {
        let found: Vec<String> =
            dependencies().into_iter().filter(|(_, names)| names.contains(library)).map(|(package, _)| package).collect();
        assert_eq!(found, owners, "the owners of {library}");
    }
}

/// The lines of code, comments left out, of every source file of the runtime.
fn lines() -> Vec<(String, usize, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                walk(&entry, files);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                files.push(entry);
            }
        }
    }
    let root = root();
    let mut files = Vec::new();
    for package in ["reference", "sandbox", "oci", "pushgate"] {
        walk(&root.join("runtime").join(package).join("src"), &mut files);
    }
    assert!(files.len() > 50, "the sources were found");
    let mut lines = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).expect("below the root").to_str().expect("UTF-8").to_owned();
        for (number, line) in std::fs::read_to_string(&file).expect("a source file").lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default().to_owned();
            lines.push((name.clone(), number + 1, code));
        }
    }
    lines
}

/// The program: it hands its arguments to the command line.
const MAIN: &str = "runtime/pushgate/src/main.rs";

#[test]
fn libraries_are_named_only_where_they_live() {
    let lines = lines();
    for (words, home) in [
        (vec!["wasmtime::", "use wasmtime"], "runtime/sandbox/src/"),
        (vec!["bollard::", "use bollard"], "runtime/pushgate/src/engine/"),
        (
            vec!["clap::", "use clap", "clap_complete", "clap_mangen", "anstream::", "println!", "print!(", "io::stdout()", "io::stderr()"],
            "runtime/pushgate/src/cli/",
        ),
        (vec!["env::var", "env::args", "env::current_dir"], "runtime/pushgate/src/cli/"),
    ] {
        let named: Vec<_> = lines.iter().filter(|(_, _, code)| words.iter().any(|word| code.contains(word))).collect();
        assert!(named.iter().any(|(file, _, _)| file.starts_with(home)), "{words:?} is named somewhere in {home}");
        let elsewhere: Vec<_> =
            named.into_iter().filter(|(file, _, _)| !file.starts_with(home) && !file.contains("tests") && file != MAIN).collect();
        assert!(elsewhere.is_empty(), "{words:?} belongs into {home}, and stands in {elsewhere:#?}");
    }
}

/// The files that start other programs, and what keeps `DOCKER_AUTH_CONFIG` from those.
const STARTERS: [(&str, &str); 2] = [
    ("runtime/oci/src/credentials/helper.rs", ".env_remove(auth_variable::NAME)"),
    ("runtime/sandbox/src/worker/process.rs", ".env_clear()"),
];

#[test]
fn other_programs_are_started_without_credentials_in_their_environment() {
    let lines = lines();
    let starts = |code: &str| ["Command::new(", "posix_spawn", "fork()", "execv"].iter().any(|word| code.contains(word));
    let in_tests = |file: &str, number: usize| {
        let is_test = |(other, at, code): &&(String, usize, String)| other == file && *at < number && code.contains("#[cfg(test)]");
        file.contains("tests") || lines.iter().any(|line| is_test(&line))
    };
    let mut found: Vec<&str> =
        lines.iter().filter(|(file, number, code)| starts(code) && !in_tests(file, *number)).map(|(file, ..)| file.as_str()).collect();
    found.sort_unstable();
    // One line in each, so that there is no second way past the other.
    assert_eq!(found, STARTERS.map(|(file, _)| file));
    for (file, kept_out) in STARTERS {
        assert!(lines.iter().any(|(other, _, code)| other == file && code.contains(kept_out)), "{file} keeps the variable out");
    }
}
