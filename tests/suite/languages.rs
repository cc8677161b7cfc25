//! Flavors in every language: from the project that `flavor new` writes, through its cases, to the push that it lets through.
//!
//! `cargo xtask test` builds the projects, by the commands that `flavor new` prints.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry};
use serde_json::{Value, json};

use crate::support::{Home, Ran, built, type_in};

/// A project in a language, which is built.
pub(crate) struct Project(PathBuf);

impl Project {
    pub(crate) fn new(language: &str, name: &str) -> Self {
        Self(built("PUSHGATE_TEST_PROJECTS").join(language).join(name))
    }

    fn folder(&self) -> String {
        self.0.display().to_string()
    }

    /// What its flavor.toml says of a component.
    fn component(&self) -> String {
        let settings = fs::read_to_string(self.0.join("flavor.toml")).expect("flavor.toml");
        let line = settings.lines().find_map(|line| line.strip_prefix("component = ")).expect("a component");
        self.0.join(line.trim_matches('"')).display().to_string()
    }

    /// Its cases pass.
    fn passes(&self, home: &Home) -> Value {
        let ran = home.run(&format!("flavor test {} --output json", self.folder()));
        assert_eq!(ran.code, 0, "{ran:?}");
        let tested = ran.json();
        assert_eq!(tested["passed"], json!(true));
        tested
    }
}

/// The SDK's own tests, and those of projects, which need no component: typed in like by somebody who works on them.
fn own_tests(language: &str, sdk: &[&str], project: &[&str]) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let passes = |folder: &Path, line: &str| {
        let Ran { code, stdout, stderr } = type_in(folder, line);
        assert!(code == 0, "{line} in {}\n{stdout}{stderr}", folder.display());
    };
    assert!(!project.is_empty());
    sdk.iter().for_each(|line| passes(&repository.join("guest-sdk"), line));
    for name in ["plain", "everything"] {
        project.iter().for_each(|line| passes(&Project::new(language, name).0, line));
    }
}

/// What differs from run to run.
fn answers(tested: &Value) -> Value {
    let mut cases = tested["cases"].clone();
    for case in cases.as_array_mut().expect("cases") {
        let members = case.as_object_mut().expect("a case");
        assert!(members.remove("time_ms").is_some_and(|time| time.as_f64() > Some(0.0)), "{members:?}");
        assert!(members.remove("memory_bytes").is_some_and(|memory| memory.as_u64() > Some(0)), "{members:?}");
    }
    cases
}

fn from_its_cases_to_the_push(language: &str) {
    let (home, project) = (Home::new(), Project::new(language, "plain"));
    assert_eq!(project.passes(&home)["cases"].as_array().map(Vec::len), Some(2));

    home.must(&format!("flavor register {}", project.component()));
    let described = home.must("flavor describe plain --output json").json();
    assert_eq!(described["flavor"]["component"]["version"], json!("0.1.0"), "{described}");
    assert_eq!(described["flavor"]["capabilities"], json!([]), "what it does not use it does not ask for");
    assert_eq!(described["flavor"]["settings_schema"], json!(null));

    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    layout.add(&Image::new(), Some("it")).expect("an image");
    home.must(&format!("registry register prod --uri {}/team --flavor plain", registry.host()));
    let pushed = home.must(&format!("push {}/team/app:1.4.2 --from oci:image:it", registry.host()));
    assert_eq!(
        pushed.stdout.trim(),
        format!("{}/team/app@{}", registry.host(), registry.tag_digest("team/app", "1.4.2").expect("the tag"))
    );

    let refused = home.run(&format!("push {}/team/app:latest --from oci:image:it --output json", registry.host()));
    assert_eq!(refused.code, 4, "{refused:?}");
    assert_eq!(
        refused.json()["hooks"][0]["violations"],
        json!([{
            "code": "tag.forbidden", "message": "the tag `latest` is forbidden", "hint": "push a tag that names the version",
            "details": { "tag": "latest" },
        }])
    );
    assert_eq!(registry.tag_digest("team/app", "latest"), None);
}

fn with_settings_and_capabilities(language: &str, sources: [&str; 2]) {
    let home = Home::new();
    let project = Project::new(language, "settings");
    assert_eq!(project.passes(&home)["cases"].as_array().map(Vec::len), Some(3));
    let described = home.must(&format!("flavor describe {} --output json", project.component())).json();
    assert_eq!(described["flavor"]["settings_schema"]["properties"]["tags"]["default"], json!(["latest"]));
    an_edit_is_not_tested_before_it_is_built(&home, language, sources);

    let project = Project::new(language, "everything");
    assert_eq!(project.passes(&home)["cases"].as_array().map(Vec::len), Some(7));
    let described = home.must(&format!("flavor describe {} --output json", project.component())).json();
    assert_eq!(described["flavor"]["capabilities"], json!(["registry", "http"]));
}

/// A component is not tested after an edit of its source, or of the SDK that the project holds, before it is built again.
fn an_edit_is_not_tested_before_it_is_built(home: &Home, language: &str, sources: [&str; 2]) {
    let project = home.join("project").display().to_string();
    // What its tools made for all projects of the language is lent, and stays where it is.
    let copied = Command::new("cp").arg("-a").arg(&Project::new(language, "settings").0).arg(&project).status().expect("cp");
    assert!(copied.success());
    home.must(&format!("flavor test {project}"));
    for edited in sources {
        let path = home.join("project").join(edited);
        let before = fs::read(&path).expect("a source");
        fs::write(&path, [before.as_slice(), b"\n"].concat()).expect("a source");
        let ran = home.run(&format!("flavor test {project}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(
            ran.stderr.contains(&format!("is out of date: `{}` is newer\nhint: build it again: in `{project}`, run `", path.display())),
            "{ran:?}"
        );
        fs::write(&path, before).expect("a source");
    }
    for beside in ["README.md", "flavor.toml", "cases/latest.toml"] {
        fs::File::options()
            .append(true)
            .open(home.join("project").join(beside))
            .and_then(|file| file.set_modified(std::time::SystemTime::now()))
            .expect("a time");
    }
    home.must(&format!("flavor test {project}"));
}

/// `--build` runs what flavor.toml names.
fn make_builds_it(_: &Faults) {
    let home = Home::new();
    let project = home.join("project");
    assert!(Command::new("cp").arg("-a").arg(&Project::new("c", "settings").0).arg(&project).status().expect("cp").success());
    let source = fs::read_to_string(project.join("flavor.c")).expect("a source");
    let build = || {
        let program = Path::new(env!("CARGO_BIN_EXE_pushgate")).parent().expect("a folder");
        let path = format!("{}:/usr/bin:/bin", program.display());
        Ran::from(home.command(["flavor", "test", "project", "--build"]).env("PATH", path).output().expect("the command runs"))
    };
    fs::write(project.join("flavor.c"), source.replace("is forbidden", "is out")).expect("a source");
    let built = build();
    assert!(built.code == 5 && built.stdout.contains("is out"), "the edit is what was tested: {built:?}");
    fs::write(project.join("flavor.c"), format!("{source}\nno C\n")).expect("a source");
    let broken = build();
    assert!(broken.code == 2 && broken.stdout.is_empty() && broken.stderr.contains("no C"), "{broken:?}");
    assert_eq!(home.run("flavor test project").code, 2, "the component is of before");
    fs::write(project.join("flavor.c"), source).expect("a source");
    assert_eq!(build().code, 0);
}

/// All languages are compared with one table.
fn answers_as_every_other_language(language: &str) {
    let tested = Project::new(language, "conformance").passes(&Home::new());
    insta::with_settings!({ prepend_module_to_snapshot => false }, { insta::assert_json_snapshot!("conformance", answers(&tested)) });
}

/// Pushes to a flavor that does what the tag says.
pub(crate) struct Faults {
    home: Home,
    component: String,
}

impl Faults {
    pub(crate) fn new(language: &str) -> Self {
        Self { home: Home::new(), component: Project::new(language, "faults").component() }
    }

    pub(crate) fn component(&self) -> &str {
        &self.component
    }

    pub(crate) fn check(&self, tag: &str, more: &str) -> Ran {
        let image = format!("registry.example.com/app:{tag}");
        self.home.run(&format!("check {image} --uri registry.example.com --flavor {} {more}", self.component))
    }

    /// It breaks, and the message says why.
    #[track_caller]
    pub(crate) fn breaks(&self, tag: &str, reasons: &[&str]) {
        let ran = self.check(tag, "--output json");
        assert_eq!(ran.code, 5, "{ran:?}");
        let message = ran.json()["error"]["message"].as_str().expect("a message").to_owned();
        reasons.iter().for_each(|reason| assert!(message.contains(reason), "{reason}: {message}"));
    }
}

/// What every language can do wrong: the language's own message, and the line in the author's file.
fn throws_and_prints(language: &str, file: &str) -> Faults {
    let faults = Faults::new(language);
    let source = fs::read_to_string(Project::new(language, "faults").0.join(file)).expect("the source");
    let line = source.lines().position(|line| line.contains("the tag is odd")).expect("the line") + 1;
    faults.breaks("throw", &["the tag is odd", &format!("{file}:{line}")]);
    let printed = faults.check("print", "-vv");
    assert_eq!(printed.code, 0, "{printed:?}");
    assert!(printed.stderr.contains("printed by the flavor"), "{printed:?}");
    faults
}

/// What a language without declared results can do wrong besides.
fn returns_what_it_should_not(faults: &Faults) {
    faults.breaks("return-refusal", &["returned a refusal instead of"]);
    faults.breaks("return-nothing", &["returned nothing"]);
    faults.breaks("return-true", &["returned"]);
    faults.breaks("async", &["async"]);
}

macro_rules! in_each_language {
    ($($module:ident: $language:literal, $file:literal, $source:literal, $sdk:expr, $project:expr, $more:expr;)*) => {$(
        mod $module {
            #[test]
            #[ignore = "needs projects in every language: cargo xtask test"]
            fn a_new_flavor_goes_from_its_cases_to_the_push() {
                super::from_its_cases_to_the_push($language);
            }

            #[test]
            #[ignore = "needs projects in every language: cargo xtask test"]
            fn a_new_flavor_has_settings_and_capabilities() {
                super::with_settings_and_capabilities($language, [$file, $source]);
            }

            #[test]
            #[ignore = "needs projects in every language: cargo xtask test"]
            fn the_conformance_flavor_answers_as_every_other() {
                super::answers_as_every_other_language($language);
            }

            #[test]
            #[ignore = "needs projects in every language: cargo xtask test"]
            fn the_tests_of_the_sdk_and_of_new_flavors_pass() {
                super::own_tests($language, &$sdk, &$project);
            }

            #[test]
            #[ignore = "needs projects in every language: cargo xtask test"]
            fn a_flavor_that_breaks_says_why_and_where() {
                let faults = super::throws_and_prints($language, $file);
                let more: fn(&super::Faults) = $more;
                more(&faults);
            }
        }
    )*};
}

in_each_language! {
    // The SDK of Rust is a member of the workspace, so its tests run with the others.
    in_rust: "rust", "src/lib.rs", "sdk/src/push.rs", [], ["cargo test --quiet"], |_| {};
    in_python: "python", "flavor.py", "sdk/src/pushgate_flavor/_push.py",
        ["cd python && PYTHONPATH=src python3 -m unittest discover -s tests"], [".venv/bin/python -m unittest"],
        |faults| {
            super::returns_what_it_should_not(faults);
            faults.breaks("late-import", &["import", "at the top of", "flavor.py:"]);
        };
    in_javascript: "javascript", "flavor.js", "sdk/src/log.js", ["cd javascript && node --test test/*.test.js"], ["npm run check", "npm test"], super::returns_what_it_should_not;
    in_typescript: "typescript", "flavor.ts", "sdk/src/log.js", [], ["npm run check", "npm test"], super::returns_what_it_should_not;
    in_go: "go", "main.go", "sdk/push.go", ["cd go && go vet ./... && go test ./..."], ["make test"], super::go_without_the_adapter;
    // A project in C has no tests of its own: what was made is up to date.
    in_c: "c", "flavor.c", "sdk/pushgate_json.c",
        [
            "cd c && test=$(mktemp) && trap 'rm -f $test' EXIT && clang-19 -std=c23 -Wall -Wextra -Werror -fsanitize=undefined \
                -fsanitize-trap=undefined tests/json_test.c pushgate_json.c -o $test && $test",
        ],
        ["make -q"],
        |faults| {
            faults.breaks("return-nothing", &["returned nothing"]);
            faults.breaks("assert", &["assertion failed", "flavor.c:"]);
            super::make_builds_it(faults);
        };
}

/// A language without an SDK of its own, over the headers of the SDK of C: it is one more flavor of the same table.
fn an_example_passes_the_conformance_table(language: &str) {
    let (home, project) = (Home::new(), Project::new("examples", language));
    let tested = project.passes(&home);
    insta::with_settings!({ prepend_module_to_snapshot => false }, { insta::assert_json_snapshot!("conformance", answers(&tested)) });
    let described = home.must(&format!("flavor describe {} --output json", project.component())).json();
    assert_eq!(described["flavor"]["capabilities"], json!(["registry", "http"]));
    let schema = fs::read(project.0.join("settings.schema.json")).expect("a schema");
    assert_eq!(described["flavor"]["settings_schema"], serde_json::from_slice::<Value>(&schema).expect("JSON"));
}

mod in_cpp {
    #[test]
    #[ignore = "needs the example in C++: cargo xtask test"]
    fn the_example_passes_the_conformance_table() {
        super::an_example_passes_the_conformance_table("cpp");
    }
}

mod in_zig {
    #[test]
    #[ignore = "needs the example in Zig: cargo xtask test"]
    fn the_example_passes_the_conformance_table() {
        super::an_example_passes_the_conformance_table("zig");
    }
}

/// What Go's own compiler makes is no component yet.
fn go_without_the_adapter(_: &Faults) {
    let home = Home::new();
    let module = Project::new("go", "plain").0.join("build/core.wasm");
    let ran = home.run(&format!("flavor register {}", module.display()));
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.stderr.contains("core module") && ran.stderr.contains("pushgate flavor component"), "{ran:?}");
}

/// Every release of the contract, in every language: the components that were built then, and the answers that they gave then.
#[test]
fn flavors_of_every_release_answer_as_they_did() {
    let releases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/released");
    let mut asked = 0;
    for release in fs::read_dir(releases).expect("releases").map(|entry| entry.expect("a release").path()) {
        let expected: Value = serde_json::from_slice(&fs::read(release.join("answers.json")).expect("answers")).expect("JSON");
        let home = Home::new();
        fs::create_dir(home.join("cases")).expect("a folder");
        for case in fs::read_dir(release.join("cases")).expect("cases").map(|entry| entry.expect("a case")) {
            fs::copy(case.path(), home.join("cases").join(case.file_name())).expect("a copy");
        }
        home.write("flavor.toml", "component = \"flavor.wasm\"\nbuild = \"nothing\"\n");
        for packed in fs::read_dir(&release).expect("a release").map(|entry| entry.expect("an entry").path()) {
            if packed.extension().is_none_or(|extension| extension != "gz") {
                continue;
            }
            let mut component = Vec::new();
            let file = fs::File::open(&packed).expect("a component");
            flate2::read::GzDecoder::new(file).read_to_end(&mut component).expect("gzip");
            home.write("flavor.wasm", component);
            let ran = home.must("flavor test . --output json");
            assert_eq!(answers(&ran.json()), expected, "{}", packed.display());
            asked += 1;
        }
    }
    assert!(asked >= 6, "{asked} components");
}
