//! The contract: `pushgate wit`, and the gate that keeps old flavors working.

use std::fs;
use std::path::Path;

use wit_parser::Resolve;

use crate::support::Home;

#[test]
fn the_contract_is_printed_whole() {
    let ran = Home::new().must("wit");
    assert_eq!(ran.stderr, "");
    for item in
        ["package pushgate:flavor@0.1.2;", "interface types", "interface prepare-image-push", "world flavor", "world configurable-flavor"]
    {
        assert!(ran.stdout.contains(item), "{item}");
    }
    let json = Home::new().must("wit --output json").json();
    assert_eq!(json["wit"], ran.stdout);
}

/// Every interface of the contract, so that a change of any is seen.
const WORLD: &str = "world everything { include configurable-flavor; import registry; import http; }";

/// Whether a flavor that was built against the one text works on a host that has the other.
fn compatible(released: &str, working: &str) -> Result<(), String> {
    let mut resolve = Resolve::default();
    // One resolve holds no package twice; versions are of no account in what is compared.
    let mut world = |text: &str, version: &str| {
        let (head, rest) = text.split_once(";\n").expect("a package line");
        let package = head.rsplit_once('@').expect("a version").0;
        let text = format!("{package}@{version};\n{rest}\n{WORLD}");
        let package = resolve.push_str("flavor.wit", &text).map_err(|error| format!("{error:#}"))?;
        resolve.select_world(&[package], Some("everything")).map_err(|error| format!("{error:#}"))
    };
    let (released, working) = (world(released, "0.0.1")?, world(working, "0.0.2")?);
    wit_component::semver_check(resolve, released, working).map_err(|error| format!("{error:#}"))
}

fn working() -> String {
    Home::new().must("wit").stdout
}

/// The copies that are never edited.
fn released() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/released");
    let folders = fs::read_dir(folder).expect("wit/released").map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let released = folders.map(|path| {
        let version = path.file_name().and_then(|name| name.to_str()).expect("a version").to_owned();
        (version, fs::read_to_string(path.join("flavor.wit")).expect("a contract"))
    });
    released.collect()
}

#[test]
fn what_is_edited_is_compatible_with_everything_released() {
    let (working, released) = (working(), released());
    assert!(released.iter().any(|(version, _)| version == "0.1.0"), "{released:?}");
    for (version, text) in released {
        assert!(text.contains(&format!("package pushgate:flavor@{version};")), "{version}");
        compatible(&text, &working).unwrap_or_else(|error| panic!("a flavor of {version} would not load: {error}"));
    }
}

/// A project holds an SDK and the contract; where they named different versions, it would not build.
#[test]
fn the_sdks_name_the_version_that_is_edited() {
    let working = working();
    let version = working.lines().find_map(|line| line.strip_prefix("package pushgate:flavor@")?.strip_suffix(';')).expect("a version");
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guest-sdk")];
    let mut named = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            for line in text.lines().filter(|line| line.contains("pushgate:flavor")) {
                let number = |rest: &str| rest.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect::<String>();
                for number in line.split('@').skip(1).map(number).filter(|number| !number.is_empty()) {
                    let number = number.trim_end_matches('.');
                    assert_eq!(number, version, "{}: {line}", path.display());
                    named += 1;
                }
            }
        }
    }
    assert!(named > 50, "{named} places name it");
}

/// The gate is one that can fail: the table of `wit/README.md`, row by row.
#[test]
fn what_keeps_old_flavors_working_and_what_does_not() {
    let base = working();
    let edited = |from: &str, to: &str| {
        assert_eq!(base.matches(from).count(), 1, "{from}");
        base.replace(from, to)
    };
    let level = "  enum level {\n";
    let log = "log: func(level: level, message: string);";
    for (change, text) in [
        ("a function in an imported interface", edited(log, &format!("{log}\n  flush: func();"))),
        ("a method of an imported resource", edited("dry-run: func() -> bool;", "dry-run: func() -> bool;\n    size: func() -> u64;")),
        ("a new interface", format!("{base}\ninterface more {{ size: func() -> u64; }}\n")),
        ("a doc comment", edited(level, &format!("  /// How loud.\n{level}"))),
    ] {
        assert_eq!(compatible(&base, &text), Ok(()), "{change}");
    }
    for (change, text) in [
        ("a case of an enum", edited(level, &format!("{level}    fatal,\n"))),
        ("a case of a variant", edited("    not-found,\n", "    not-found,\n    too-many,\n")),
        ("a field of a record that only the host makes", edited("    status: u16,\n", "    status: u16,\n    version: u16,\n")),
        ("a field of a record", edited("    code: string,\n", "    code: string,\n    severity: u8,\n")),
        ("another type", edited("requested-at: func() -> u64;", "requested-at: func() -> u32;")),
        ("a function that is gone", edited(log, "")),
        ("borrow for own", edited("prepare: func(push: image-push)", "prepare: func(push: borrow<image-push>)")),
        (
            "a function in an exported interface",
            edited("schema: func() -> string;", "schema: func() -> string;\n  version: func() -> string;"),
        ),
    ] {
        assert!(compatible(&base, &text).is_err(), "{change}");
    }
}
