//! The report of a push: its page in the reference, its file, and the order in which a push is told.

use std::fmt::Write as _;

use pushgate::report::Remote;
use pushgate::report::fields::{FIELDS, meaning_of};
use pushgate_explain::Kind;
use pushgate_gate::decision::HookVerdict;
use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use rustix::process::Signal;
use serde_json::Value;

use crate::help::assert_page;
use crate::interrupt::Hanging;
use crate::support::{Home, Ran, guest};

/// What the page calls the registry.
const SHOWN: &str = "registry.example.com";

fn home_with_image() -> Home {
    let home = Home::new();
    let image = Image::new().layer([("hello.txt", b"hello\n".as_slice())]);
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    home
}

fn registry(options: Options) -> Registry {
    Registry::start_blocking(options).expect("a registry")
}

fn misbehaving(step: Step, switch: Switch) -> Registry {
    registry(Options::default().misbehave(Rule::on(step, switch)))
}

/// One member a line, nested ones as they are; with what differs from run to run replaced.
fn as_shown(line: &str, host: &str) -> String {
    let (mut text, mut depth, mut in_string, mut escaped) = (String::new(), 0, false, false);
    for character in line.trim_end().chars() {
        match character {
            _ if in_string => {
                in_string = escaped || character != '"';
                escaped = !escaped && character == '\\';
            }
            '"' => in_string = true,
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            text.push('\n');
        }
        text.push(character);
        match (character, depth, in_string) {
            ('{', 1, false) if text.len() == 1 => text.push_str("\n  "),
            (',', 1, false) => text.push_str("\n  "),
            (':', _, false) => text.push(' '),
            _ => {}
        }
    }
    let text = masked(&text.replace(host, SHOWN), "sha256:", "…", |character| character.is_ascii_hexdigit());
    ["\"check\": ", "\"hooks\": ", "\"push\": "]
        .into_iter()
        .fold(text, |text, key| masked(&text, key, "0.5", |character| character.is_ascii_digit() || character == '.'))
}

/// Puts `mask` for the characters after each `before` that are of a kind.
fn masked(text: &str, before: &str, mask: &str, is_masked: impl Fn(char) -> bool) -> String {
    let mut parts = text.split(before);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| {
        let rest = part.trim_start_matches(&is_masked);
        let mask = if rest.len() < part.len() { mask } else { "" };
        format!("{shown}{before}{mask}{rest}")
    })
}

/// Every member of a report is one of the reference.
fn assert_listed(value: &Value, path: &str) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let key = if path.ends_with("details") { "KEY" } else { key };
                let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                assert!(FIELDS.iter().any(|field| field.path == path), "{path}");
                assert_listed(value, &path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| assert_listed(item, &format!("{path}[]"))),
        _ => {}
    }
}

/// A real report for every exit code that a push or a check can be brought to end with.
fn examples() -> Vec<(u8, &'static str, String)> {
    let home = home_with_image();
    home.must(&format!("flavor register {} --name my-flavor", guest("probe").display()));
    let mut found = Vec::new();
    let mut add = |code: u8, title: &'static str, registry: &Registry, line: &str| {
        let host = registry.host();
        let ran = home.run(&format!("{} --output json", line.replace("HOST", &host)));
        assert_eq!(ran.code, i32::from(code), "{line}: {ran:?}");
        assert_listed(&ran.json(), "");
        found.push((code, title, as_shown(&ran.stdout, &host)));
    };
    let good = registry(Options::default());
    let push = "push HOST/team/app:1.0.0 --uri HOST/team --from oci:image";
    add(0, "pushed", &good, &format!("{push} --flavor forbid-tags"));
    add(0, "a check, with a flavor that warns", &good, "check HOST/team/app:latest --uri HOST/team --flavor forbid-tags --mode warn");
    add(2, "a wrong command line", &good, "push HOST/team/app:1.0.0 --uri https://HOST/team");
    add(3, "outside the registry", &good, "push HOST/other/app:1.0.0 --uri HOST/team --from oci:image");
    add(4, "refused by a flavor", &good, "push HOST/team/app:latest --uri HOST/team --from oci:image --flavor forbid-tags");
    let limit = "--set do=loop --grant registry --grant http=https://api.example.com --limit compute=100ms";
    add(5, "a flavor that breaks", &good, &format!("{push} --flavor my-flavor {limit} --flavor forbid-tags"));
    add(6, "no such image", &good, "check HOST/team/app:1.0.0 --uri HOST/team --from oci:missing --flavor non-root");
    add(7, "the registry asks for credentials", &registry(Options::default().basic("user", "right")), push);
    add(8, "a flavor that is not for this registry", &good, &format!("{push} --flavor dockerhub"));
    let other = Switch::KeepOther(br#"{"schemaVersion":2}"#.as_slice().into());
    add(9, "the registry serves something else", &misbehaving(Step::ManifestPut, other), push);
    let (ran, _, registry) = Hanging::in_step(Step::UploadFinish).end_by(Signal::INT);
    assert_listed(&ran.json(), "");
    found.push((130, "Ctrl-C during the transfer", as_shown(&ran.stdout, &registry.host())));
    found
}

#[test]
fn the_reference_of_the_report_is_current() {
    let mut text = "# The report\n\nWhat `push` and `check` print with `--output json` and write with `--report FILE`: one JSON object, in which members may be added and none is \
        renamed\nor given another meaning. Made from the program, and from what it prints; a test compares them.\n\n"
        .to_owned();
    text.push_str(
        "`--report FILE` writes it whatever `--output` says, of every failure too, and leaves the exit code as it is; a pipe into `tee` would lose it. A file that \
         cannot be\nwritten is found out before anything is asked or sent (exit 2). One that an earlier run left is removed then, so that what is found is of this run; it \
         is\nwritten whole, in one step. If the disk is full by then, there is no file and an error on stderr, and the exit code stays that of the push. A symbolic link\n\
         is followed, and a pipe or a device is written to as it is.\n\n\
         Every other command prints an object of its own with `--output json`, and this one if it fails.\n",
    );
    text.push_str("\n## Members\n\n| member | type | there | meaning |\n|---|---|---|---|\n");
    for field in FIELDS {
        let _ = writeln!(text, "| `{}` | {} | {} | {} |", field.path, field.kind, field.when, field.meaning);
    }
    text.push_str("\n## `hooks[].verdict`\n\n| verdict | meaning |\n|---|---|\n");
    for verdict in HookVerdict::ALL {
        let _ = writeln!(text, "| `{}` | {} |", verdict.name(), meaning_of(verdict));
    }
    text.push_str("\n## `remote`\n\n| state | meaning |\n|---|---|\n");
    for remote in Remote::ALL {
        let _ = writeln!(text, "| `{}` | {} |", remote.name(), remote.meaning());
    }
    text.push_str("\n## For each exit code\n\nReal ones, one member a line for reading.\n");
    let examples = examples();
    for (code, title, example) in &examples {
        let _ = write!(text, "\n### {code}: {title}\n\n```json\n{example}\n```\n");
    }
    text.push_str("\nA defect of pushgate (1) has `error.kind` `defect`; SIGTERM (143) is reported as Ctrl-C is.\n");
    // Those without an example cannot be provoked, or look like another.
    for kind in Kind::ALL.into_iter().filter(|kind| ![Kind::Defect, Kind::Terminated].contains(kind)) {
        assert!(examples.iter().any(|(code, _, _)| *code == kind.code()), "{kind:?}");
    }
    assert_page("report.md", &text);
}

/// Runs a line with `--report report.json`, in text, and gives the file too.
fn reported(home: &Home, line: &str) -> (Ran, Option<Value>) {
    std::fs::create_dir_all(home.join("out")).expect("a folder");
    let ran = home.run(&format!("{line} --report out/report.json"));
    let text = std::fs::read_to_string(home.join("out/report.json")).ok();
    (ran, text.map(|text| serde_json::from_str(&text).expect("JSON")))
}

#[test]
fn the_file_is_what_json_prints_and_the_exit_code_stays() {
    let home = home_with_image();
    let registry = registry(Options::default());
    let host = registry.host();
    let without_timings = |value: &Value| {
        let mut value = value.clone();
        value.as_object_mut().expect("an object").remove("timings_ms");
        value
    };
    for (line, code) in [
        (format!("check {host}/app:v1 --uri {host}"), 0),
        (format!("check {host}/app:latest --uri {host} --flavor forbid-tags"), 4),
        (format!("check {host}/app:v1 --uri {host} --flavor dockerhub"), 8),
        (format!("push {host}/app:v1 --uri {host} --from oci:missing"), 6),
        (format!("push {host}/app:v1 --uri https://{host}"), 2),
        (format!("push {host}/app:v1 --uri {host} --from oci:image"), 0),
        // Words that are not understood.
        (format!("push {host}/app:v1 --uri {host} --no-such-flag"), 2),
        (format!("check --uri {host} --set a=b"), 2),
    ] {
        let printed = home.run(&format!("{line} --output json"));
        let (ran, file) = reported(&home, &line);
        assert_eq!((ran.code, printed.code), (code, code), "{line}: {ran:?} {printed:?}");
        let (mut printed, mut file) = (printed.json(), file.unwrap_or_else(|| panic!("{line}: {ran:?}")));
        // The first push changes the tag, and the second finds it.
        for report in [&mut printed, &mut file] {
            report.as_object_mut().expect("an object").remove("remote");
        }
        assert_eq!(without_timings(&file), without_timings(&printed), "{line}");
        assert!(code != 0 || !ran.stdout.starts_with('{'), "{ran:?}");
    }
}

#[test]
fn a_report_is_of_this_run_or_there_is_none() {
    let home = home_with_image();
    let registry = registry(Options::default());
    let host = registry.host();
    let line = format!("push {host}/app:v1 --uri {host} --from oci:image");
    home.write("out/report.json", "of another run");
    // A folder stands where the report should: nothing is sent.
    let ran = home.run(&format!("{line} --report out"));
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("cannot write the report `out`") && ran.stderr.contains("hint: "), "{ran:?}");
    for path in ["out/report.json/x", "missing/report.json"] {
        let ran = home.run(&format!("{line} --report {path} --output json"));
        assert_eq!((ran.code, &ran.json()["error"]["kind"]), (2, &"usage".into()), "{ran:?}");
    }
    assert!(registry.requests().is_empty());
    assert_eq!(std::fs::read_to_string(home.join("out/report.json")).expect("the file"), "of another run");
    // Without the flag, the file is nobody's business.
    home.must(&line);
    assert_eq!(std::fs::read_to_string(home.join("out/report.json")).expect("the file"), "of another run");
    let (ran, file) = reported(&home, &line);
    assert_eq!((ran.code, &file.expect("a report")["verdict"]), (0, &"pushed".into()));
    // Into a stream as it is.
    let ran = home.must(&format!("{line} --report /dev/stdout"));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(matches!(lines.as_slice(), [result, report] if result.contains("@sha256:") && report.starts_with('{')), "{ran:?}");
}

#[test]
fn an_interrupted_push_leaves_its_report() {
    let home = Home::new();
    let path = home.join("report.json");
    let (ran, _, _registry) = Hanging::with_words(Step::UploadFinish, &["--report", path.to_str().expect("UTF-8")]).end_by(Signal::INT);
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a report")).expect("JSON");
    assert_eq!(file, ran.json());
    assert_eq!(file["error"]["kind"], "interrupted");
}

#[test]
fn verdicts_are_told_before_the_transfer() {
    let home = home_with_image();
    let warns = Switch::Header("warning", "299 - \"moves to registry.example.org\"".to_owned());
    let registry = misbehaving(Step::ManifestPut, warns);
    let host = registry.host();
    let line = format!(
        "push {host}/app:latest --uri {host} --from oci:image --flavor forbid-tags --mode warn --flavor immutable-tags --grant registry"
    );
    let first_words = |ran: &Ran| {
        let words: Vec<String> = ran
            .stderr
            .lines()
            .filter(|line| !line.starts_with(' '))
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
            .collect();
        words
    };
    let ran = home.must(&line);
    assert_eq!(first_words(&ran), ["warned", "approved", "pushed", "warning:"], "{ran:?}");
    // As in a log, and beside JSON, whose object comes last.
    let again = home.must(&format!("{line} -v").replace("app:latest", "other:latest"));
    let words = first_words(&again);
    let place = |word: &str| words.iter().position(|other| other == word).unwrap_or_else(|| panic!("{word}: {again:?}"));
    assert!(place("approved") < place("pushed"), "{again:?}");
    let json = home.must(&format!("{line} --output json").replace("app:latest", "third:latest"));
    assert_eq!(first_words(&json), ["warned", "approved", "warning:"], "{json:?}");
    // A refusal is told once, and nothing is sent. The tag has this very image, so it does not move.
    registry.forget_requests();
    let refused = home.run(&line.replace("--mode warn", "--mode enforce"));
    assert_eq!((refused.code, first_words(&refused)), (4, ["refused", "approved", "error:"].map(str::to_owned).to_vec()), "{refused:?}");
    assert!(registry.requests().iter().all(|request| ["GET", "HEAD"].contains(&request.method.as_str())));
    // With --quiet only a failure is told.
    assert_eq!(home.must(&format!("{line} --quiet").replace("app:latest", "fourth:latest")).stderr, "");
}

#[test]
fn each_flavor_beside_a_uri_has_its_own_words() {
    let home = Home::new();
    home.must(&format!("flavor register {}", guest("probe").display()));
    let grants = "--grant registry --grant http=https://api.example.com";
    let check = "check registry.example.com/app:v1 --uri registry.example.com --output json";
    let ran = home.run(&format!(
        "{check} --flavor forbid-tags --set tags:=[\"v1\"] --mode warn --flavor probe {grants} --settings {{\"do\":\"deny\"}} --flavor semver-tags"
    ));
    assert_eq!(ran.code, 4, "{ran:?}");
    let verdicts: Vec<(Value, Value)> =
        ran.json()["hooks"].as_array().expect("hooks").iter().map(|hook| (hook["flavor"].clone(), hook["verdict"].clone())).collect();
    let expected = [("forbid-tags", "warned"), ("probe", "refused"), ("semver-tags", "refused")];
    assert_eq!(verdicts, expected.map(|(flavor, verdict)| (Value::from(flavor), Value::from(verdict))), "{ran:?}");
    // A grant is that of the flavor before it alone.
    let ran = home.run(&format!("{check} --flavor forbid-tags {grants} --flavor probe"));
    assert_eq!(
        (ran.code, ran.json()["error"]["message"].as_str().is_some_and(|text| text.contains("flavor probe wants"))),
        (8, true),
        "{ran:?}"
    );
    for line in [
        "--set a=b --flavor forbid-tags --flavor probe",
        "--flavor forbid-tags --flavor forbid-tags",
        "--flavor probe --mode warn --mode warn",
    ] {
        let ran = home.run(&format!("{check} {line}"));
        assert_eq!((ran.code, &ran.json()["error"]["kind"]), (2, &"usage".into()), "{line}: {ran:?}");
    }
    // A registry is registered with all of them at once.
    home.must(&format!(
        "registry register prod --uri registry.example.com --flavor forbid-tags --mode warn --flavor probe {grants} --set do=approve"
    ));
    let described = home.must("registry describe prod --output json").json();
    let hooks = described["registry"]["hooks"].as_array().expect("hooks");
    assert_eq!(
        hooks.iter().map(|hook| (&hook["flavor"], &hook["mode"])).collect::<Vec<_>>(),
        [(&"forbid-tags".into(), &"warn".into()), (&"probe".into(), &"enforce".into())]
    );
    // One that does not fit leaves nothing.
    let ran = home.run("registry register other --uri registry.example.com --flavor forbid-tags --flavor require-labels");
    assert_eq!(ran.code, 8, "{ran:?}");
    assert_eq!(home.run("registry describe other").code, 8);
}
