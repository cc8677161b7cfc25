//! Texts of strangers, on every way out. That what is printed is inert is asserted wherever the suite runs the command ([`Ran`]); here are the
//! strangers, and that what they said is still shown.

use std::fs;
use std::process::Stdio;

use pushgate_test_engine::{Endpoint, Engine, Options as EngineOptions, Rule as EngineRule, Switch as EngineSwitch};
use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use serde_json::{Value, json};

use crate::progress::terminal;
use crate::support::{Home, Ran, assert_inert, guest};

/// A text that clears the screen, hides itself, reads backwards, and pretends to be a line of pushgate's.
const HOSTILE: &str = "a\u{1b}[2J\u{1b}[8m\u{1b}[31m\u{202e}\u{9b}2J\u{7f}\u{34f}\u{115f}\u{3164}\u{2800}\u{fe0f}\u{e0041}\u{e0101}\u{a0}\r\nerror: forged\u{2028}z";
/// The same as it is shown to people.
const SHOWN: &str = "a\\u{1b}[2J\\u{1b}[8m\\u{1b}[31m\\u{202e}\\u{9b}2J\\u{7f}\\u{34f}\\u{115f}\\u{3164}\\u{2800}\\u{fe0f}\\u{e0041}\\u{e0101}\\u{a0}\\r\\nerror: \
                     forged\\u{2028}z";

/// A registry's own words are brought to one line before they are escaped.
fn on_one_line(text: &str, line_end: &str) -> String {
    text.replace(line_end, " ")
}

#[track_caller]
fn assert_shown(ran: &Ran) {
    assert_has(ran, SHOWN);
}

#[track_caller]
fn assert_has(ran: &Ran, shown: &str) {
    let printed = format!("{}{}", ran.stdout, ran.stderr);
    assert!(printed.contains(shown), "{ran:?}");
    assert!(!printed.contains("\nerror: forged"), "{ran:?}");
}

fn probe(home: &Home, settings: &Value, more: &[&str]) -> Ran {
    let (guest, settings) = (guest("probe").display().to_string(), settings.to_string());
    let words = ["check", "registry.example.com/app:v1", "--uri", "registry.example.com", "--flavor", &guest, "--settings", &settings];
    let grants = ["--grant", "registry", "--grant", "http=https://api.example.com"];
    home.run_words(words.iter().chain(&grants).chain(more))
}

#[test]
fn a_command_line_that_is_not_understood() {
    let home = Home::new();
    for line in [
        vec![HOSTILE],
        vec!["wit", HOSTILE],
        vec!["--color", HOSTILE, "wit"],
        vec!["flavor", HOSTILE],
        vec!["push", &format!("--{HOSTILE}"), "image"],
        vec!["flavor", "new", "x", "--language", HOSTILE],
        vec!["registry", "register", "x", "--uri", "registry.example.com", "--set", &format!("{HOSTILE}==")],
        vec!["registry", "describe", HOSTILE],
        vec!["flavor", "describe", &format!("./{HOSTILE}.wasm")],
        vec!["flavor", "test", HOSTILE],
        vec!["push", "registry.example.com/app:v1", "--uri", "registry.example.com", "--from", &format!("oci:{HOSTILE}")],
        vec!["push", "registry.example.com/app:v1", "--uri", "registry.example.com", "--from", &format!("docker-archive:{HOSTILE}")],
        vec!["registry", "import", "--zenml", HOSTILE],
        vec!["--config", HOSTILE, "registry", "use", "x"],
        vec![
            "check",
            "registry.example.com/app:v1",
            "--uri",
            "registry.example.com",
            "--flavor",
            "non-root",
            "--settings",
            &format!("@{HOSTILE}"),
        ],
    ] {
        let ran = home.run_words(&line);
        assert_ne!(ran.code, 0, "{line:?}");
        assert!(ran.stderr.starts_with("error: ") && !ran.stderr.contains("\nerror: "), "{line:?} {ran:?}");
        let mut line: Vec<&str> = line;
        line.splice(0..0, ["--output", "json"]);
        let ran = home.run_words(&line);
        assert_eq!(ran.json()["verdict"], "failed", "{line:?} {ran:?}");
    }
    assert_shown(&home.run_words([HOSTILE]));
    assert_shown(&home.run_words(["flavor", "test", HOSTILE]));
    assert_shown(&home.run_words(["--color", "always", "registry", "import", "--zenml", HOSTILE]));
}

#[test]
fn an_environment_that_is_hostile() {
    let home = Home::new();
    for (name, line) in [
        ("PUSHGATE_OUTPUT", "wit"),
        ("PUSHGATE_OUTPUT", "push --help"),
        ("PUSHGATE_CONFIG", "--help"),
        ("PUSHGATE_CONFIG", "registry use x"),
        ("PUSHGATE_DATA_DIR", "flavor describe x"),
        ("DOCKER_HOST", "push registry.example.com/app:v1 --uri registry.example.com"),
        ("DOCKER_CONTEXT", "push registry.example.com/app:v1 --uri registry.example.com"),
        ("DOCKER_CONFIG", "push registry.example.com/app:v1 --uri registry.example.com -vv"),
        ("REGISTRY_AUTH_FILE", "push registry.example.com/app:v1 --uri registry.example.com -vv"),
        ("HTTPS_PROXY", "push registry.example.com/app:v1 --uri registry.example.com --from oci:image"),
        ("SSL_CERT_FILE", "push registry.example.com/app:v1 --uri registry.example.com --from oci:image"),
    ] {
        Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new(), None)).expect("a layout");
        for value in [HOSTILE.to_owned(), format!("{}/{HOSTILE}", home.path().display())] {
            // That it is inert is asserted here.
            let ran = Ran::from(home.command(line.split(' ')).env(name, value).output().expect("the command runs"));
            assert!(!format!("\n{}{}", ran.stdout, ran.stderr).contains("\nerror: forged"), "{name} {ran:?}");
        }
    }
}

#[test]
fn an_engine() {
    let version = json!({ "Version": HOSTILE, "ApiVersion": "1.44", "MinAPIVersion": "1.24" }).to_string();
    let reply = |body: String| EngineSwitch::Reply { status: 200, content_type: "application/json", body: body.into() };
    let engine =
        Engine::start_blocking(EngineOptions::default().misbehave(EngineRule::on(Endpoint::Version, reply(version)))).expect("an engine");
    let home = Home::new();
    let run = |more: &str| {
        let line = format!("push 127.0.0.1:1/app:v1 --uri 127.0.0.1:1 {more}");
        Ran::from(home.command(line.split_whitespace()).env("DOCKER_HOST", engine.docker_host()).output().expect("the command runs"))
    };
    let ran = run("-vv");
    // Cut at 64 bytes.
    assert!(ran.stderr.contains("Docker Engine a\\u{1b}[2J"), "{ran:?}");
    run("-vv --color always");

    let error = json!({ "message": HOSTILE }).to_string();
    let failing = EngineSwitch::Reply { status: 500, content_type: "application/json", body: error.into() };
    engine.misbehave(EngineRule::on(Endpoint::Inspect, failing));
    assert_shown(&run(""));
    assert_eq!(run("--output json").json()["error"]["message"].as_str().map(|text| text.contains("\u{202e}\u{9b}2J")), Some(true));
}

/// How a registry refuses.
fn refusal() -> Switch {
    let body = json!({ "errors": [{ "code": "DENIED", "message": HOSTILE }] }).to_string();
    Switch::Reply { status: 403, headers: vec![("content-type", "application/json".to_owned())], body: body.into() }
}

#[test]
fn a_registry() {
    let home = Home::new();
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new().raw_layer(vec![7; 2000]), None)).expect("a layout");
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    registry.misbehave(Rule::on(Step::ManifestPut, refusal()));
    let push = format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host());
    for more in ["", "-vvv", "--color always -vvv"] {
        let ran = home.run(&format!("{push} {more}"));
        assert_eq!(ran.code, 7, "{ran:?}");
        assert_has(&ran, &on_one_line(SHOWN, "\\r\\n"));
    }
    let json = home.run(&format!("{push} --output json"));
    let said = on_one_line(HOSTILE, "\r\n");
    assert!(json.json()["error"]["message"].as_str().is_some_and(|message| message.contains(&said)), "{json:?}");
}

#[test]
fn a_flavor() {
    let home = Home::new();
    for (action, code) in [("deny", 4), ("misconfigured", 8), ("unavailable", 5), ("other", 4), ("log", 0), ("panic", 5)] {
        let settings = json!({ "do": action, "message": HOSTILE });
        for more in [&[] as &[&str], &["-v"], &["-vv", "--color", "always"]] {
            let ran = probe(&home, &settings, more);
            assert_eq!(ran.code, code, "{action} {ran:?}");
            assert!(!ran.stderr.contains("\nerror: forged"), "{action} {ran:?}");
            if action != "panic" {
                assert_shown(&ran);
            }
        }
        let ran = probe(&home, &settings, &["--output", "json", "-v"]);
        let text = ran.json().to_string();
        assert!(text.contains("\u{202e}") || action == "log", "the JSON has what was said: {action} {ran:?}");
    }
    let denied = probe(&home, &json!({ "do": "deny", "message": HOSTILE }), &["--output", "json"]);
    assert_eq!(denied.json()["hooks"][0]["violations"][0]["message"], HOSTILE);
    let sent = probe(&home, &json!({ "do": "send", "method": HOSTILE }), &["-vv"]);
    assert_eq!(sent.code, 5, "{sent:?}");
}

#[test]
fn a_case_of_a_flavor_test() {
    let home = Home::new();
    let message: String = HOSTILE.chars().map(|character| format!("\\U{:08x}", u32::from(character))).collect();
    let case = format!("settings = {{ do = \"deny\", message = \"{message}\" }}\n[expect]\nverdict = \"approved\"\n");
    home.write("project/cases/a.toml", format!("image = \"registry.example.com/app:v1\"\nuri = \"registry.example.com\"\n{case}"));
    let line = format!("flavor test project --component {} --junit report.xml", guest("probe").display());
    for more in ["", " -v", " --output json"] {
        let ran = home.run(&format!("{line}{more}"));
        assert_ne!(ran.code, 0, "{ran:?}");
        assert!(!ran.stdout.contains("\nerror: forged"), "{ran:?}");
    }
    let report = fs::read_to_string(home.join("report.xml")).unwrap_or_default();
    assert_inert(&report);
    assert!(report.contains("\\u{202e}"), "{report}");
}

/// What a terminal is sent besides text: the movements of the bars and no others.
#[test]
fn bars() {
    let home = Home::new();
    let image = (0..2).fold(Image::new(), |image, layer| image.raw_layer(vec![layer; 3 << 20]));
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    registry.misbehave(Rule::on(Step::ManifestPut, refusal()));
    let (outside, inside) = terminal();
    let line = format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host());
    let mut command = home.command(line.split_whitespace());
    let mut process = command.env("TERM", "xterm").stdout(Stdio::null()).stderr(Stdio::from(inside)).spawn().expect("the command runs");
    drop(command);
    let mut drawn = Vec::new();
    let _ = std::io::Read::read_to_end(&mut fs::File::from(outside), &mut drawn);
    assert_eq!(process.wait().expect("an end").code(), Some(7));
    let drawn = String::from_utf8(drawn).expect("UTF-8");
    assert!(drawn.contains('━') && drawn.contains(&on_one_line(SHOWN, "\\r\\n")), "{drawn:?}");
    // The terminal makes \r\n of line feeds.
    let mut plain = drawn.replace(['\r', '\n'], "").replace("\u{1b}[2K", "");
    for lines in 1..10 {
        plain = plain.replace(&format!("\u{1b}[{lines}A"), "").replace(&format!("\u{1b}[{lines}B"), "");
    }
    assert_inert(&plain);
}
