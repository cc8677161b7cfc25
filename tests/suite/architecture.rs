//! The direction of dependencies, and where a library may be named (ARCHITECTURE.md, "Invariants").

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use pushgate_test_structure::House;

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
        ("pushgate-files", vec![]),
        ("pushgate-sandbox", vec!["pushgate-files"]),
        ("pushgate-json", vec![]),
        ("pushgate-oci", vec!["pushgate-files", "pushgate-json"]),
        ("pushgate-net", vec!["pushgate-files", "pushgate-reference"]),
        ("pushgate-credentials", vec!["pushgate-files", "pushgate-json", "pushgate-net", "pushgate-reference"]),
        ("pushgate-client", vec!["pushgate-credentials", "pushgate-json", "pushgate-net", "pushgate-oci", "pushgate-reference"]),
        ("pushgate-egress", vec!["pushgate-credentials", "pushgate-files", "pushgate-net", "pushgate-reference"]),
        (
            "pushgate-gate",
            vec![
                "pushgate-client",
                "pushgate-credentials",
                "pushgate-egress",
                "pushgate-files",
                "pushgate-net",
                "pushgate-oci",
                "pushgate-reference",
                "pushgate-sandbox",
            ],
        ),
        ("pushgate-builtin", vec!["pushgate-gate", "pushgate-sandbox"]),
        ("pushgate-engine", vec!["pushgate-credentials", "pushgate-files", "pushgate-json", "pushgate-oci", "pushgate-reference"]),
        (
            "pushgate-authoring",
            vec![
                "pushgate-credentials",
                "pushgate-files",
                "pushgate-gate",
                "pushgate-json",
                "pushgate-oci",
                "pushgate-reference",
                "pushgate-sandbox",
            ],
        ),
        ("pushgate-source", vec!["pushgate-engine", "pushgate-gate", "pushgate-oci", "pushgate-reference", "pushgate-sandbox"]),
        (
            "pushgate-explain",
            vec![
                "pushgate-authoring",
                "pushgate-client",
                "pushgate-credentials",
                "pushgate-egress",
                "pushgate-engine",
                "pushgate-files",
                "pushgate-gate",
                "pushgate-json",
                "pushgate-net",
                "pushgate-oci",
                "pushgate-reference",
                "pushgate-sandbox",
                "pushgate-source",
            ],
        ),
        (
            "pushgate",
            vec![
                "pushgate-authoring",
                "pushgate-builtin",
                "pushgate-client",
                "pushgate-credentials",
                "pushgate-engine",
                "pushgate-explain",
                "pushgate-files",
                "pushgate-gate",
                "pushgate-net",
                "pushgate-oci",
                "pushgate-reference",
                "pushgate-sandbox",
                "pushgate-source",
            ],
        ),
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

/// Documents, and where they lie, are read without a network.
#[test]
fn the_documents_know_no_network() {
    let dependencies = dependencies();
    for package in ["pushgate-json", "pushgate-oci"] {
        for library in ["tokio", "hyper", "http", "rustls"] {
            assert!(!dependencies[package].contains(library), "{package} depends on {library}");
        }
    }
}

#[test]
fn heavy_libraries_have_one_owner() {
    for (library, owners) in [
        ("wasmtime", vec!["pushgate-sandbox"]),
        ("jsonschema", vec!["pushgate-sandbox"]),
        ("bollard", vec!["pushgate-engine"]),
        ("clap", vec!["pushgate", "xtask"]),
        ("clap_complete", vec!["pushgate"]),
        ("clap_mangen", vec!["pushgate"]),
        ("rustls", vec!["pushgate-client", "pushgate-engine", "pushgate-net", "pushgate-test-registry"]),
        ("aws-sigv4", vec!["pushgate-egress"]),
        ("aho-corasick", vec!["pushgate-credentials"]),
    ] {
        let found: Vec<String> =
            dependencies().into_iter().filter(|(_, names)| names.contains(library)).map(|(package, _)| package).collect();
        assert_eq!(found, owners, "the owners of {library}");
    }
}

/// The gate, and what it stands on, is under more than one front: it names nothing of the command line.
#[test]
fn no_library_knows_the_command_line() {
    /// What is part of the command line, or shows commands of other tools.
    const FRONT: [&str; 5] = ["authoring", "builtin", "explain", "pushgate", "source"];
    /// How this program starts itself, to compile flavors.
    const WORKER: &str = "runtime/sandbox/src/worker_program.rs";
    let dependencies = dependencies();
    for library in ["clap", "bollard", "indicatif", "anstream"] {
        assert!(!dependencies["pushgate-gate"].contains(library), "the gate depends on {library}");
    }
    let is_flag = |code: &str| code.split("--").skip(1).any(|rest| rest.starts_with(|next: char| next.is_ascii_lowercase()));
    let mut tested = String::new();
    let mut read = 0;
    let of_library = |file: &str| FRONT.iter().all(|name| !file.starts_with(&format!("runtime/{name}/"))) && file != WORKER;
    for (file, number, code) in lines().into_iter().filter(|(file, ..)| of_library(file)) {
        if code.contains("#[cfg(test)]") {
            tested.clone_from(&file);
        }
        if file == tested || file.contains("tests") || file.ends_with("properties.rs") {
            continue;
        }
        read += 1;
        assert!(!is_flag(&code) && !code.contains("`pushgate ") && !code.contains("docker login"), "{file}:{number}: {code}");
    }
    assert!(read > 15_000, "{read} lines were read");
}

/// The folders of the runtime's crates.
fn crates() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("runtime")).expect("the runtime").map(|entry| entry.expect("an entry").path());
    let crates: Vec<PathBuf> = entries.filter(|folder| folder.join("Cargo.toml").is_file()).collect();
    assert!(crates.len() >= 5, "{crates:?}");
    crates
}

/// The `use` lines of every file are read: no files use each other in a circle, and the modules of each file stand in the order in which they use
/// each other. `pushgate-test-structure` shows with texts of its own that it finds both.
#[test]
fn arrows_go_down_inside_of_crates_too() {
    for folder in crates() {
        let house = House::read(&folder.join("src")).expect("sources");
        assert!(house.circles().is_empty(), "files of {} use each other in a circle: {:#?}", folder.display(), house.circles());
        assert!(house.upward().is_empty(), "in {} the order of `mod` lines is not that of use: {:#?}", folder.display(), house.upward());
    }
}

/// A crate that takes more than a day to read is several.
#[test]
fn no_crate_has_more_than_six_thousand_lines() {
    for folder in crates() {
        let house = House::read(&folder.join("src")).expect("sources");
        let lines: usize = house.rooms().values().map(|room| room.lines).sum();
        assert!(lines <= 6_000, "{} has {lines} lines of code without its tests", folder.display());
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
    for folder in crates() {
        walk(&folder.join("src"), &mut files);
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
        (vec!["bollard::", "use bollard"], "runtime/engine/src/"),
        (vec!["clap::", "use clap", "clap_complete", "clap_mangen"], "runtime/pushgate/src/cli/"),
        (vec!["env::var", "env::args", "env::current_dir"], "runtime/pushgate/src/cli/"),
    ] {
        let named: Vec<_> = lines.iter().filter(|(_, _, code)| words.iter().any(|word| code.contains(word))).collect();
        assert!(named.iter().any(|(file, _, _)| file.starts_with(home)), "{words:?} is named somewhere in {home}");
        let elsewhere: Vec<_> =
            named.into_iter().filter(|(file, _, _)| !file.starts_with(home) && !file.contains("tests") && file != MAIN).collect();
        assert!(elsewhere.is_empty(), "{words:?} belongs into {home}, and stands in {elsewhere:#?}");
    }
}

/// The word is kept for a signed statement about a push; what there is today is a report. Frozen copies and decisions may name it.
#[test]
fn no_text_calls_a_report_a_receipt() {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>, read: &mut usize) {
        for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_left_out =
                name.starts_with('.') || ["target", "node_modules", "released", "decisions", "architecture.rs"].contains(&name);
            if is_left_out || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                walk(&path, found, read);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                *read += 1;
                if text.to_lowercase().contains("receipt") {
                    found.push(path);
                }
            }
        }
    }
    let (mut found, mut read) = (Vec::new(), 0);
    walk(&root(), &mut found, &mut read);
    assert!(read > 500, "{read} files were read");
    assert!(found.is_empty(), "{found:?}");
}

/// Every way to a terminal that the standard library and the libraries in use have, and the files that may go it: none but the one that escapes
/// what it writes, and the worker processes, whose stdout and stderr are pipes to the process that started them.
#[test]
fn one_file_writes_to_stdout_and_stderr() {
    const STREAM: &str = "runtime/pushgate/src/cli/output/stream.rs";
    const WORKER: &str = "runtime/sandbox/src/worker/";
    let ways = [
        // The standard library's.
        "print!(",
        "println!(",
        "dbg!(",
        "stdout()",
        "stderr()",
        "io::Stdout",
        "io::Stderr",
        "from_raw_fd",
        "borrow_raw",
        "inherit()",
        // The system's.
        "stdio::",
        "libc::",
        "STDOUT_FILENO",
        "STDERR_FILENO",
        "/dev/tty",
        "/dev/stdout",
        "/dev/stderr",
        "/proc/self/fd/1",
        "/proc/self/fd/2",
        // anstream's and indicatif's; a bar draws on stderr where it is not told otherwise.
        "anstream",
        "ProgressDrawTarget",
        "TermLike",
        "ProgressBar::new",
        "ProgressBar::no_length",
        "ProgressBar::default",
        "MultiProgress::",
        // clap's.
        ".print()",
        "print_help",
        "print_long_help",
        ".exit()",
        "get_matches()",
        "Arguments::parse()",
        "Arguments::parse_from",
        // The log's.
        "MakeWriter",
        "with_test_writer",
        "fmt::init",
        "tracing_subscriber::fmt()",
    ];
    // The log's subscriber is set up with the writer of that file.
    let is_home = |file: &str, way: &str| {
        file == STREAM
            || file.starts_with(WORKER) && matches!(way, "stdio::" | "stdout()" | "stderr()")
            || file == "runtime/pushgate/src/cli/context.rs" && way == "tracing_subscriber::fmt()"
    };
    let mut found = Vec::new();
    let mut tested = String::new();
    for (file, number, code) in lines() {
        // The tests of a file stand at its end.
        if code.contains("#[cfg(test)]") {
            tested.clone_from(&file);
        }
        if file == tested || file.contains("tests") {
            continue;
        }
        found.extend(ways.iter().filter(|way| code.contains(*way)).map(|way| (*way, file.clone(), number)));
    }
    for way in ["stdout()", "stderr()", "anstream", "ProgressDrawTarget", "MakeWriter"] {
        assert!(found.iter().any(|(found, file, _)| *found == way && file == STREAM), "{way} is found where it is");
    }
    found.retain(|(way, file, _)| !is_home(file, way));
    assert!(found.is_empty(), "{STREAM} writes to stdout and stderr, and no other file: {found:#?}");
    let context = std::fs::read_to_string(root().join("runtime/pushgate/src/cli/context.rs")).expect("a source file");
    assert!(context.contains(".with_writer(output.log_writer())"), "log lines go through it");
}

/// Files that others name are opened in one crate. What is left opens what this program made, or writes; each with the reason.
#[test]
fn files_are_opened_in_one_crate() {
    let ways = ["File::open(", "OpenOptions::new()", "fs::read(", "fs::read_to_string(", "File::options()", "fs::open("];
    let allowed = [
        // Folders, to lock or flush them; lock files; new files.
        "runtime/oci/src/layout/directory.rs",
        "runtime/sandbox/src/cache.rs",
        "runtime/sandbox/src/cache_key.rs",
        "runtime/sandbox/src/cache_lock.rs",
        // Pipes and devices, to write a report to.
        "runtime/pushgate/src/cli/written.rs",
    ];
    let mut found = Vec::new();
    let mut tested = String::new();
    for (file, number, code) in lines() {
        if code.contains("#[cfg(test)]") {
            tested.clone_from(&file);
        }
        let is_test = file == tested || file.contains("tests") || file.contains("testing");
        let code = code.replace("ArchiveFile::open(", "");
        if !is_test && ways.iter().any(|way| code.contains(way)) {
            found.push((file, number));
        }
    }
    assert!(found.iter().any(|(file, _)| file == "runtime/files/src/open.rs"), "files are opened there");
    found.retain(|(file, _)| !file.starts_with("runtime/files/") && !allowed.contains(&file.as_str()));
    assert!(found.is_empty(), "pushgate-files opens files, and not: {found:#?}");
}

/// The files that start other programs, and what keeps `DOCKER_AUTH_CONFIG` from those.
const STARTERS: [(&str, &str); 3] = [
    ("runtime/authoring/src/flavor_test/build.rs", ".env_remove(\"DOCKER_AUTH_CONFIG\")"),
    ("runtime/credentials/src/helper.rs", ".env_remove(DOCKER_AUTH_CONFIG)"),
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
