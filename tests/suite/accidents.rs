//! What flavors in compiled languages do by accident: each is caught, with its line and what to do instead.
//!
//! The flavors are those of `tests/faults`, which do what the tag of a push says. The line that a report has to name ends with `line: TAG`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::languages::Faults;
use crate::mistakes::project_with;
use crate::support::{Home, type_in};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs()
}

/// The message of the one violation that it denies with.
fn said(faults: &Faults, tag: &str) -> String {
    let ran = faults.check(tag, "--output json");
    assert_eq!(ran.code, 4, "{ran:?}");
    let report = ran.json();
    let violations = report["hooks"][0]["violations"].as_array().expect("violations");
    assert_eq!(violations.len(), 1, "{report}");
    violations[0]["message"].as_str().expect("a message").to_owned()
}

/// The language's own clock stands at the time of the push, or of the case; its random numbers are the same in every call.
pub(crate) fn the_clock_is_the_time_of_the_push(language: &str) {
    let faults = Faults::new(language);
    let before = now();
    let shown: u64 = said(&faults, "clock").parse().expect("seconds");
    assert!((before..=now()).contains(&shown), "{before} {shown}");
    assert_eq!(said(&faults, "random"), said(&faults, "random"));

    let home = Home::new();
    let times = [0_u64, 1, 1_772_150_400, 4_102_444_800];
    for time in times {
        let expected = format!("[expect]\nverdict = \"denied\"\n[[expect.violations]]\ncode = \"clock\"\nmessage = \"{time}\"\n");
        let case = format!("image = \"registry.example.com/app:clock\"\nrequested-at = {time}\n{expected}");
        home.write(&format!("cases/{time}.toml"), case);
    }
    let tested = home.must(&format!("flavor test . --component {} --output json", faults.component())).json();
    assert_eq!(tested["cases"].as_array().map(Vec::len), Some(times.len()));
}

/// The place of the line that is marked with the tag: `main.go:12`.
fn marked(language: &str, tag: &str) -> String {
    let mark = format!("line: {tag}");
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/faults").join(language)];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).expect("a source");
            let ends = |line: &str| line.trim_end_matches("*/").trim_end().ends_with(&mark);
            if let Some(index) = source.lines().position(ends) {
                return format!("{}:{}", path.file_name().expect("a name").to_string_lossy(), index + 1);
            }
        }
    }
    panic!("no line of {language} is marked with {tag}");
}

/// A refusal that was made and never given fails the call where it would approve, unless it was dropped by the call for that.
fn a_refusal_that_is_forgotten_approves_nothing(language: &str, drop: &str, more: &[&str]) {
    let faults = Faults::new(language);
    let kinds = ["forgotten", "forgotten-helper", "forgotten-unavailable", "forgotten-misconfigured", "forgotten-other"];
    for tag in kinds.iter().chain(more) {
        let rest = format!("{} and never given: return it, or drop it with {drop}()", marked(language, tag));
        faults.breaks(tag, &["a refusal was made at ", &rest]);
    }
    assert_eq!(said(&faults, "forgotten-and-another"), "made and given");
    for tag in ["dropped", "v1"] {
        let ran = faults.check(tag, "");
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}

/// It breaks, and the report says once what a flavor has instead, after the line that is marked, if one is.
fn has_instead(faults: &Faults, place: Option<&str>, tag: &str, instead: &str) {
    let ran = faults.check(tag, "");
    assert_eq!(ran.code, 5, "{ran:?}");
    let report = ran.stderr.split_once("error: ").expect("an error").1;
    assert_eq!(report.matches(instead).count(), 1, "{ran:?}");
    if let Some(place) = place {
        let found = report.find(place).unwrap_or_else(|| panic!("{place}: {ran:?}"));
        assert!(found < report.find(instead).expect("what it has"), "{ran:?}");
    }
}

macro_rules! in_each_language {
    ($($module:ident: $language:literal, $drop:literal, $forgotten:expr, $absent:expr;)*) => {$(
        mod $module {
            #[test]
            #[ignore = "needs projects in every language: cargo xtask test"]
            fn the_clock_is_the_time_of_the_push() {
                super::the_clock_is_the_time_of_the_push($language);
            }

            #[test]
            #[ignore = "needs projects in every language: cargo xtask test"]
            fn a_refusal_that_is_forgotten_approves_nothing() {
                super::a_refusal_that_is_forgotten_approves_nothing($language, $drop, &$forgotten);
            }

            #[test]
            #[ignore = "needs projects in every language: cargo xtask test"]
            fn what_a_flavor_has_not_is_named_with_what_it_has_instead() {
                let absent: fn() = $absent;
                absent();
            }
        }
    )*};
}

in_each_language! {
    in_rust: "rust", "withdraw", ["forgotten-collected", "forgotten-images", "forgotten-in-a-list", "forgotten-of-the-same-words"], super::absent_in_rust;
    in_go: "go", "flavor.Drop", super::FORGOTTEN_IN_GO, super::absent_in_go;
    in_c: "c", "pushgate_drop", ["forgotten-also", "forgotten-after-drop"], super::absent_in_c;
}

const FORGOTTEN_IN_GO: [&str; 8] = [
    "forgotten-wrapped",
    "forgotten-settings",
    "forgotten-goroutine",
    "forgotten-recovered",
    "forgotten-behind",
    "forgotten-behind-group",
    "forgotten-behind-select",
    "forgotten-behind-timer",
];

fn absent_in_rust() {
    let faults = Faults::new("rust");
    for (tag, instead) in [
        ("network", "a flavor has no network: "),
        ("network-name", "a flavor has no network: "),
        ("files", "a flavor has no files: "),
        ("files-write", "a flavor has no files: "),
        ("environment", "a flavor has no environment: "),
        ("programs", "a flavor runs no programs: "),
    ] {
        has_instead(&faults, Some(&marked("rust", tag)), tag, instead);
    }
    // Std names its own line for a thread, and none for a sleep.
    has_instead(&faults, None, "threads", "a flavor has no threads: ");
    has_instead(&faults, None, "wait", "a flavor cannot wait: ");
}

fn absent_in_go() {
    let faults = Faults::new("go");
    let hook = marked("go", "hook");
    for (tag, instead) in [
        ("network", "a flavor has no network: "),
        ("network-address", "a flavor has no network: "),
        ("files", "a flavor has no files: "),
        ("files-write", "a flavor has no files: "),
        ("programs", "a flavor runs no programs: "),
    ] {
        // An error says nothing of the line that returned it.
        has_instead(&faults, Some(&hook), tag, instead);
    }
    has_instead(&faults, None, "network-unavailable", "a flavor has no network: ");
    has_instead(&faults, Some(&marked("go", "network-panic")), "network-panic", "a flavor has no network: ");
    for tag in ["wait", "wait-goroutine"] {
        has_instead(&faults, Some(&marked("go", tag)), tag, "a flavor cannot wait: ");
    }
    // The environment is empty.
    faults.breaks("environment", &[&marked("go", "environment"), "HOME is not set"]);
    // A plain error is the flavor's fault, as in Python, and not that of the image's author.
    for (tag, text) in [("plain-error", "no idea"), ("wrapped-error", "tags: no idea")] {
        faults.breaks(tag, &[&format!("{hook}: the hook returned an error that is no refusal: {text}")]);
    }
    // Threads of Go are goroutines, which a flavor has.
    assert_eq!(faults.check("goroutines", "").code, 0);
    assert_eq!(faults.check("done-behind", "").code, 0);
    faults.breaks("left-waiting", &[&marked("go", "left-waiting"), "a goroutine that the hook started has not ended"]);
    has_instead(&faults, Some(&marked("go", "left-sleeping")), "left-sleeping", "a flavor cannot wait: ");
    faults.breaks("deadlock", &[&marked("go", "deadlock"), "all goroutines are asleep"]);
    faults.breaks("throw-in-goroutine", &[&marked("go", "throw-in-goroutine"), "the tag is odd"]);
}

/// Whether a call that approves has forgotten what a package made when it began, nobody could tell.
#[test]
#[ignore = "needs projects in every language: cargo xtask test"]
fn in_go_a_refusal_of_the_package_fails_every_call() {
    let home = Home::new();
    let source = "package main\n\nimport \"pushgate/flavor\"\n\nvar errLatest = flavor.Deny(\"a\", \"b\")\n\nfunc init() { flavor.Register(prepare) }\n\n\
                  func main() {}\n\nfunc prepare(push *flavor.Push) error {\n\tif push.Tag() == \"latest\" {\n\t\treturn errLatest\n\t}\n\treturn nil\n}\n";
    let folder = project_with(&home, "go", "main.go", source);
    let made = type_in(&folder, concat!("make PUSHGATE=", env!("CARGO_BIN_EXE_pushgate")));
    assert!(made.code == 0, "{made:?}");
    for tag in ["latest", "v1"] {
        let ran = home.run(&format!(
            "check registry.example.com/app:{tag} --uri registry.example.com --flavor {} --output json",
            folder.join("build/plain.wasm").display()
        ));
        let message = ran.json()["error"]["message"].to_string();
        let expected = "main.go:5: a refusal was made before the hook was called: make it in the hook, where it is returned";
        assert!(ran.code == 5 && message.contains(expected), "{ran:?}");
    }
}

/// The runtimes of Go and C count nanoseconds in 64 bits, up to the year 2554. Beyond, the call ends, and shows no time of long ago.
#[test]
#[ignore = "needs projects in every language: cargo xtask test"]
fn a_clock_that_has_no_such_time_shows_none() {
    let tested = |language: &str, time: u64| {
        let (home, faults) = (Home::new(), Faults::new(language));
        let image = "image = \"registry.example.com/app:clock\"";
        home.write("cases/case.toml", format!("{image}\nrequested-at = {time}\n[expect]\nverdict = \"denied\"\n"));
        home.run(&format!("flavor test . --component {} --output json", faults.component()))
    };
    for time in [9_223_372_037_u64, 18_446_744_072] {
        for language in ["go", "c"] {
            let ran = tested(language, time);
            assert!(ran.code == 0, "{language} {time}: {ran:?}");
        }
    }
    for language in ["go", "c"] {
        let ran = tested(language, 18_446_744_073);
        assert_eq!(ran.json()["cases"][0]["verdict"], "broke", "{ran:?}");
    }
}

/// What C has and a flavor has not does not compile; what a library without the SDK's header calls finds nothing at run time.
fn absent_in_c() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/faults/c");
    for (standard, language) in [("c23", "c"), ("c++20", "c++")] {
        let compiled = compile(&sources.join("absent/absent.c"), standard, language);
        for (tag, instead) in [
            ("files", "a flavor has no files: "),
            ("files-open", "a flavor has no files: "),
            ("files-folder", "a flavor has no files: "),
            ("environment", "a flavor has no environment: "),
            ("network", "a flavor has no network: "),
            ("wait", "a flavor cannot wait: "),
            ("threads", "a flavor has no threads: "),
            ("programs", "a flavor runs no programs: "),
        ] {
            let place = marked("c", tag);
            let said = compiled.lines().filter(|line| line.contains(&place) && line.contains("error: ") && line.contains(instead)).count();
            assert_eq!(said, 1, "{standard} {place} {instead}\n{compiled}");
        }
        // A refusal that is not used is an error of the compiler.
        let place = marked("c", "unused");
        assert!(compiled.lines().any(|line| line.contains(&place) && line.contains("unused-result")), "{standard} {place}\n{compiled}");
    }
    let faults = Faults::new("c");
    for (tag, found) in [("library-file", "no file"), ("library-environment", "no variable")] {
        assert_eq!(said(&faults, tag), found);
    }
    has_instead(&faults, None, "library-wait", "a flavor cannot wait: ");
    for tag in ["also-of-an-approval", "also-of-another-kind"] {
        faults.breaks(tag, &[&marked("c", tag), "pushgate_also() was given an answer that is no denial: "]);
    }
}

/// What the compiler says of a file, with the options of a project.
fn compile(source: &Path, standard: &str, language: &str) -> String {
    let sdk = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../guest-sdk/c");
    let mut clang = Command::new("clang-19");
    clang.args(["--target=wasm32-wasi", "--sysroot=/usr", "-fsyntax-only", "-Wall", "-Wextra", "-Werror=unused-result", "-x", language]);
    let output = clang.arg(format!("-std={standard}")).arg("-I").arg(sdk).arg(source).output().expect("clang-19");
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}
