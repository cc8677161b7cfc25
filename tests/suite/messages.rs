//! What a flavor says to the person who pushes, at the level `info`: it reaches them, once, and disturbs nothing.

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry};
use serde_json::json;

use crate::support::{Home, Ran, assert_whole, guest};

fn check(home: &Home, settings: &str, more: &str) -> Ran {
    let probe = guest("probe").display().to_string();
    let words = [
        "check",
        "registry.example.com/app:v1",
        "--uri",
        "registry.example.com",
        "--flavor",
        probe.as_str(),
        "--grant",
        "registry",
        "--grant",
        "http=https://api.example.com",
        "--settings",
        settings,
    ];
    home.run_words(words.into_iter().chain(more.split_whitespace()))
}

const LOGS: &str = r#"{"do":"log","message":"half \u001b[2J\nof it"}"#;

#[test]
fn a_message_reaches_the_person_who_pushes() {
    let home = Home::new();
    assert_whole!(home, check(&home, LOGS, ""));
    let json = check(&home, LOGS, "--output json");
    assert!(json.stderr.contains("info: "), "{json:?}");
    let json = json.json();
    assert_eq!(json["messages"], json!([{ "hook": guest("probe"), "message": "half \u{1b}[2J\nof it" }]), "{json}");
    assert_eq!(json["warnings"].as_array().map(Vec::len), Some(2));
    assert_eq!(check(&home, LOGS, "--quiet").stderr, "");
    // Steps and requests are shown with -v; what was for the person anyway is not said twice.
    let verbose = check(&home, LOGS, "-vv");
    assert_eq!(verbose.stderr.matches("half").count(), 5, "{verbose:?}");
}

#[test]
fn a_flavor_that_says_much_leaves_room_for_the_rest() {
    let home = Home::new();
    let flood = r#"{"do":"flood-log","message":"again","count":1200}"#;
    let ran = check(&home, flood, "");
    let lines: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("info: ")).collect();
    assert_eq!(lines.len(), 11, "{ran:?}");
    assert!(lines[10].ends_with(": 990 more messages; -v shows all"), "{ran:?}");
    assert!(ran.stderr.contains("200 more messages suppressed"), "{ran:?}");
    assert_eq!(
        check(&home, flood, "-v").stderr.lines().filter(|line| line.starts_with(" INFO ") || line.starts_with("info: ")).count(),
        1000
    );
    assert_eq!(check(&home, flood, "--output json").json()["messages"].as_array().map(Vec::len), Some(1000));
}

/// It stands before the transfer begins, and is no part of its lines.
#[test]
fn a_push_shows_it_once_and_before_its_layers() {
    let home = Home::new();
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new().raw_layer(vec![7; 1000]), None)).expect("a layout");
    home.must(&format!("flavor register {}", guest("probe").display()));
    let host = registry.host();
    home.must(&format!("registry register prod --uri {host} --flavor probe --grant registry --grant http=https://api.example.com --set do=log --set message=so"));
    let pushed = home.must(&format!("push {host}/app:v1 --from oci:image"));
    let lines: Vec<&str> = pushed.stderr.lines().collect();
    assert_eq!(lines[..4], ["approved  probe", "info: probe: so", "warning: probe: so", "warning: probe: so"], "{pushed:?}");
    assert!(lines[4].starts_with("pushed "), "{pushed:?}");
    assert_eq!(pushed.stderr.matches("info:").count(), 1);
}
