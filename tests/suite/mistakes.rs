//! Mistakes in flavors that no compiler sees: Python, JavaScript and TypeScript. None approves, and each is answered with its line and what to do instead.
//!
//! The flavors are those of `tests/faults`, which do what the tag of a push says. A line that ends with a tag, as a comment, is where its message points to.

use std::fs;
use std::path::{Path, PathBuf};

use pushgate_test_images::{Image, Layout};

use crate::accidents::the_clock_is_the_time_of_the_push;
use crate::languages::Faults;
use crate::support::{Home, Ran, built, type_in};

/// What a flavor has instead of what it asks for, by the words that its sentence has in every language.
const INSTEAD: [(&str, &[&str]); 9] = [
    ("a flavor has no network: it asks a server by pushgate", &["network-"]),
    ("a flavor has no files: what it needs is in its settings, ", &["files-"]),
    ("a flavor has no environment: what differs from registry to registry is in its settings, push.settings", &["environment"]),
    ("a flavor cannot wait: it decides by the time of the push, push.requested", &["waiting"]),
    ("a flavor has no threads: it calls one function after the other", &["threads"]),
    ("a flavor runs no programs: it decides by the push, its settings and its capabilities", &["programs"]),
    ("a flavor has no random numbers: it decides by the push, ", &["randomness"]),
    (
        "a flavor has no event loop: it answers before it returns: remove `async` and `await`",
        &["event-loop", "forgotten-async", "forgotten-promise", "forgotten-then", "forgotten-microtask"],
    ),
    ("a flavor has what is part of JavaScript itself, and nothing of Node.js or a browser", &["others"]),
];

/// How else a refusal is forgotten, by its tag: the word before the place, and what follows it.
const LOST: [(&str, &str, &str); 4] = [
    ("forgotten-violation", "a violation was made at ", " and never given: raise Denied([...]) with it, or drop it with drop()"),
    ("forgotten-after-drop", "a refusal was made at ", ", dropped, raised again and never given: raise it, or drop it with drop()"),
    (
        "forgotten-lazily-generator",
        "",
        ": `check_each` was called and has not run: ask for its values, as a `for` statement does, or close() it",
    ),
    ("forgotten-lazily-context", "", ": `inside` was called and has not run: ask for its values, as a `for` statement does, or close() it"),
];

/// What is said of an iterator that nobody asks for its values, after its place.
const LAZILY: &str = ": an iterator was made and has not run: ask for its values, ";

/// Why a name does not exist, by its tag.
const UNKNOWN: [(&str, &str); 7] = [
    ("unknown-of-push", "`push` has no member `tags`: did you mean `push.tag`? There is reference, registry, "),
    ("unknown-of-image", "`image` has no member `size`: did you mean `image.compressedSize`? There is platform, labels, "),
    ("unknown-of-labels", "a label is read with `image.labels.get(\"org.opencontainers.image.title\")`. There is get, has, "),
    ("unknown-of-config", "`image.config` has no member `Env`: did you mean `image.config.config.Env`? There is architecture, "),
    ("unknown-of-log", "`log` has no member `warning`: did you mean `log.warn`? There is trace, debug, info, warn, error"),
    (
        "unknown-of-config-in-python",
        "`image.config` has no member `Env`: did you mean `image.config[\"config\"][\"Env\"]`? There is architecture, ",
    ),
    ("unknown-in-python", "'Push' object has no attribute 'tags': there is digest, dry_run, images, reference, registry, "),
];

/// The flavor of a language, and an image to ask it about.
struct Asked {
    language: &'static str,
    home: Home,
    component: String,
}

impl Asked {
    fn new(language: &'static str) -> Self {
        let home = Home::new();
        Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new(), Some("it"))).expect("a layout");
        Self { language, home, component: Faults::new(language).component().to_owned() }
    }

    fn about(&self, tag: &str) -> Ran {
        let image = format!("registry.example.com/app:{tag}");
        let flavor = format!("--flavor {} --from oci:image:it --output json", self.component);
        self.home.run(&format!("check {image} --uri registry.example.com {flavor}"))
    }

    /// The marked lines of the flavor's files, as `FILE:LINE`, and the tags.
    fn marked(&self) -> Vec<(String, String)> {
        let folder = faults(self.language);
        let mut marked = Vec::new();
        for file in fs::read_dir(&folder).expect("the sources").map(|entry| entry.expect("a source").path()) {
            let name = file.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            for (number, line) in fs::read_to_string(&file).expect("a source").lines().enumerate() {
                let comment = line.rsplit_once("// ").or_else(|| line.rsplit_once("  # ")).map(|(_, comment)| comment);
                let tag = comment.filter(|tag| tag.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'));
                marked.extend(tag.map(|tag| (format!("{name}:{}", number + 1), tag.to_owned())));
            }
        }
        assert!(marked.len() > 10, "{marked:?}");
        marked
    }

    /// The call breaks, with this line and this text once.
    fn breaks(&self, tag: &str, place: &str, text: &str) {
        let ran = self.about(tag);
        assert_eq!(ran.code, 5, "{tag}: {ran:?}");
        let message = ran.json()["error"]["message"].as_str().expect("a message").to_owned();
        for once in [place, text] {
            assert_eq!(message.matches(once).count(), 1, "{tag}: `{once}` once in: {message}");
        }
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn faults(language: &str) -> PathBuf {
    repository().join("tests/faults").join(language)
}

fn every_mistake_is_answered(language: &'static str, verb: &str, least: usize) {
    let asked = Asked::new(language);
    let mut answered = 0;
    for (place, tag) in asked.marked() {
        let instead = INSTEAD.iter().find(|(_, tags)| tags.iter().any(|of| tag.starts_with(of)));
        let unknown = UNKNOWN.iter().find(|(name, _)| *name == tag);
        let lost = LOST.iter().find(|(of, ..)| *of == tag).map(|(_, before, after)| format!("{before}{place}{after}"));
        let lost = lost.or_else(|| tag.starts_with("forgotten-lazily").then(|| format!("{place}{LAZILY}")));
        match (instead.map(|(text, _)| *text), unknown.map(|(_, text)| *text)) {
            (Some(text), _) | (_, Some(text)) => asked.breaks(&tag, &format!("{place}: "), text),
            _ => {
                let text =
                    lost.unwrap_or_else(|| format!("a refusal was made at {place} and never given: {verb} it, or drop it with drop()"));
                asked.breaks(&tag, &place, &text);
            }
        }
        answered += 1;
    }
    assert!(answered >= least, "{answered}");

    let dropped = asked.about("dropped");
    assert_eq!(dropped.code, 0, "{dropped:?}");
    let given = asked.about("another-given");
    assert_eq!((given.code, &given.json()["hooks"][0]["violations"][0]["code"]), (4, &"tag.early".into()), "{given:?}");
    let run = asked.about("run-lazily");
    assert_eq!(run.code, 0, "{run:?}");
    let known = asked.about("known-to-all");
    assert_eq!(known.code, 0, "{known:?}");
    the_clock_is_the_time_of_the_push(language);
}

/// What is said of a refusal that is made before the hook is called.
const EARLY: &str = "a refusal is made before the hook is called: make it in the hook, where it is ";

/// A project of a language with another hook, and what its tools have installed for the one that `flavor new` wrote.
pub(crate) fn project_with(home: &Home, language: &str, file: &str, source: &str) -> PathBuf {
    let (plain, folder) = (built("PUSHGATE_TEST_PROJECTS").join(language).join("plain"), home.join("project"));
    fs::create_dir(&folder).expect("a folder");
    for entry in fs::read_dir(plain).expect("a project").map(|entry| entry.expect("an entry")) {
        std::os::unix::fs::symlink(entry.path(), folder.join(entry.file_name())).expect("a link");
    }
    for name in [file, "build"] {
        fs::remove_file(folder.join(name)).expect("a link");
    }
    fs::write(folder.join(file), source).expect("a source");
    folder
}

/// The build of a project in JavaScript or TypeScript says this, and makes no component.
fn is_not_built(language: &str, file: &str, source: &str, reasons: &[&str]) {
    let home = Home::new();
    let folder = project_with(&home, language, file, source);
    let ran = type_in(&folder, "npm run --silent build");
    assert_ne!(ran.code, 0, "{ran:?}");
    for reason in reasons {
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains(reason), "{reason}: {ran:?}");
    }
    assert!(!folder.join("build").exists(), "{source}");
}

/// What is wrong by its types is no component, whether they are written in TypeScript or in JSDoc.
fn the_build_checks_types(language: &str, file: &str, head: &str) {
    let hook = |body: &str| format!("import {{ approved, deny }} from 'pushgate-flavor';\n{head}\n  {body}\n  return approved;\n}}\n");
    for (body, error) in [
        (
            "if (push.tags) throw deny('a', 'b');",
            "Property 'tags' does not exist on type 'Push<Record<string, unknown>>'. Did you mean 'tag'?",
        ),
        ("if (push.tag.startsWith('v')) throw deny('a', 'b');", "'push.tag' is possibly 'null'."),
        (
            "for (const image of push.images()) if (image.config.Env) throw deny('a', 'b');",
            "Property 'Env' does not exist on type 'ImageConfig'.",
        ),
        ("if (push.tag) throw deny('a', 3);", "Argument of type 'number' is not assignable to parameter of type 'string'."),
        ("if (push.tag) return deny('a', 'b');", "Property '[approval]' is missing in type 'Denied' but required in type 'Approval'."),
    ] {
        is_not_built(language, file, &hook(body), &[&format!("{file}({},", head.lines().count() + 2), error]);
    }
    let early = "const LATEST = deny('a', 'b');\n";
    let source = hook("if (push.tag) throw LATEST;").replacen('\n', &format!("\n{early}"), 1);
    is_not_built(language, file, &source, &[&format!("{file}:2: {EARLY}thrown")]);
    for (import, body, error) in [
        ("import { readFileSync } from 'node:fs';", "readFileSync('x');", "`node:fs` is a module of Node.js: a flavor has no files: "),
        (
            "import { get } from 'node:https';",
            "get('https://example.com');",
            "`node:https` is a module of Node.js: a flavor has no network: ",
        ),
        (
            "import { execSync } from 'child_process';",
            "execSync('true');",
            "`child_process` is a module of Node.js: a flavor runs no programs: ",
        ),
        ("const early = await Promise.resolve(true);", "if (early) throw deny('a', 'b');", "a flavor has no event loop: "),
    ] {
        is_not_built(language, file, &format!("{import}\n{}", hook(body)), &[&format!("{file}:1:"), error]);
    }
}

#[test]
#[ignore = "needs projects in every language: cargo xtask test"]
fn in_python_every_mistake_is_answered() {
    every_mistake_is_answered("python", "raise", 25);
}

#[test]
#[ignore = "needs projects in every language: cargo xtask test"]
fn in_javascript_every_mistake_is_answered() {
    every_mistake_is_answered("javascript", "throw", 20);
}

#[test]
#[ignore = "needs projects in every language: cargo xtask test"]
fn in_typescript_every_mistake_is_answered() {
    every_mistake_is_answered("typescript", "throw", 20);
}

#[test]
#[ignore = "needs projects in every language: cargo xtask test"]
fn in_javascript_the_build_checks_what_jsdoc_says() {
    the_build_checks_types("javascript", "flavor.js", "/** @type {import('pushgate-flavor').Prepare} */\nexport function prepare(push) {");
}

#[test]
#[ignore = "needs projects in every language: cargo xtask test"]
fn in_typescript_the_build_checks_types() {
    let head = "import type { Approval, Push } from 'pushgate-flavor';\nexport function prepare(push: Push): Approval {";
    the_build_checks_types("typescript", "flavor.ts", head);
}

#[test]
#[ignore = "needs projects in every language: cargo xtask test"]
fn in_python_a_refusal_of_the_module_is_not_built() {
    let home = Home::new();
    for made in ["deny('a', 'b')", "Violation('a', 'b')"] {
        let source = format!(
            "from pushgate_flavor import APPROVED, Approval, Push, Violation, deny\n\nLATEST = {made}\n\ndef prepare(push: Push) -> Approval:\n    \
             return APPROVED\n"
        );
        let folder = project_with(&home, "python", "flavor.py", &source);
        let ran = type_in(&folder, ".venv/bin/python -m pushgate_flavor build");
        assert!(ran.code != 0 && ran.stderr.contains("flavor.py\", line 3") && ran.stderr.contains(&format!("{EARLY}raised")), "{ran:?}");
        assert!(!folder.join("build").exists());
        fs::remove_dir_all(folder).expect("the project");
    }
}

/// In Python, types are checked by those who want to: those of the SDK, of what `flavor new` writes, and of the flavors here.
#[test]
#[ignore = "needs mypy: cargo xtask test"]
fn in_python_mypy_finds_the_types_that_ship() {
    let (mypy, home) = (built("PUSHGATE_TEST_MYPY"), Home::new());
    let cache = home.join("cache");
    let check = |folder: &Path, files: &str| {
        let options = format!("--strict --cache-dir {}", cache.display());
        type_in(folder, &format!("{} {options} {files}", mypy.display()))
    };
    let sdk = check(&repository().join("guest-sdk/python"), "src tests");
    assert_eq!(sdk.code, 0, "{sdk:?}");
    for project in ["plain", "everything", "conformance", "faults"] {
        let ran = check(&built("PUSHGATE_TEST_PROJECTS").join("python").join(project), "--python-executable .venv/bin/python flavor.py");
        assert_eq!(ran.code, 0, "{project}: {ran:?}");
    }
    let wrong = "from pushgate_flavor import APPROVED, Approval, Push, deny\n\ndef prepare(push: Push) -> Approval:\n    if push.tags:\n        raise deny(3, \"b\")\n    \
                 if push.tag:\n        return deny(\"a\", \"b\")\n    return APPROVED\n";
    let folder = project_with(&home, "python", "flavor.py", wrong);
    let ran = check(&folder, "--python-executable .venv/bin/python flavor.py");
    for error in [
        "flavor.py:4: error: \"Push\" has no attribute \"tags\"",
        "flavor.py:5: error: Argument 1 to \"deny\" has incompatible type \"int\"; expected \"str\"",
        "flavor.py:7: error: Incompatible return value type (got \"Denied\", expected \"Approval\")",
    ] {
        assert!(ran.stdout.contains(error), "{error}: {ran:?}");
    }
}
