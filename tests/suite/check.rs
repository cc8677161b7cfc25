//! `pushgate check` with nothing registered: the URI check as scripts see it.

use crate::support::{Home, assert_whole};

/// The rows that the reference crate is tested with, through the command line.
#[test]
fn every_case_has_its_verdict_and_its_exit_code() {
    let cases = include_str!("../../runtime/reference/tests-data/reference-cases.tsv");
    let home = Home::new();
    let mut judged = 0;
    for line in cases.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, uri, image, verdict, detail] = fields[..] else { panic!("five fields: {line}") };
        let uri: String = serde_json::from_str(uri).expect("a JSON string");
        let image: String = serde_json::from_str(image).expect("a JSON string");
        let ran = home.run_words(["check", "--uri", &uri, "--output", "json", "--", &image]);
        let json = ran.json();
        let (code, word) = match verdict {
            // The name is good, and no Docker Engine pushes by digest.
            "accept" if image.contains('@') => (6, "failed"),
            "accept" => (0, "accepted"),
            "reject" => (3, "refused"),
            "config-error" => (2, "failed"),
            _ => panic!("{line}"),
        };
        assert_eq!((ran.code, json["verdict"].as_str()), (code, Some(word)), "{id}: {ran:?}");
        if verdict == "accept" {
            assert_eq!(json["image"], detail, "{id}");
        } else {
            assert_eq!(json["error"]["code"], code, "{id}");
        }
        judged += 1;
    }
    assert_eq!(judged, 70);
}

#[test]
fn a_check_needs_no_home_and_no_docker() {
    let home = Home::new();
    let mut command = home.command(["check", "--uri", "registry.example.com/team", "registry.example.com/team/app"]);
    command.env_remove("HOME");
    let ran = crate::support::Ran::from(command.output().expect("the command runs"));
    assert_whole!(home, ran);
}

#[test]
fn a_name_outside_is_refused_in_one_sentence_that_names_both() {
    let home = Home::new();
    assert_whole!(home, home.run("check --uri registry.example.com/team registry.example.com/team-evil/app:v1"));
    assert_whole!(home, home.run("check --uri registry.example.com registry.example.com.evil.io/app:v1"));
    assert_whole!(home, home.run("push --uri registry.example.com/team registry.example.com/team-evil/app:v1"));
}

#[test]
fn what_is_not_a_reference_is_refused_and_says_why() {
    let home = Home::new();
    assert_whole!(home, home.run("check --uri registry.example.com/team registry.example.com/Team/app:v1"));
    assert_whole!(home, home.run_words(["check", "--uri", "registry.example.com/team", "\u{1b}[2J\u{202e}app"]));
    assert_whole!(home, home.run("check --uri registry.example.com/team https://user:S3CRET-CANARY@registry.example.com/team/app"));
}

#[test]
fn a_uri_that_is_none_is_a_wrong_command_line() {
    let home = Home::new();
    assert_whole!(home, home.run("check --uri https://registry.example.com/team registry.example.com/team/app"));
    assert_whole!(home, home.run("check --uri registry.example.com/team:v1 --output json registry.example.com/team/app"));
}

#[test]
fn a_wrong_command_line_is_json_where_json_was_asked_for() {
    let home = Home::new();
    for line in ["check --output json", "--output=json push a --no-such-flag", "check --output json --set a=b x"] {
        let ran = home.run(line);
        assert_eq!(ran.code, 2, "{line}");
        let json = ran.json();
        assert_eq!(json["error"]["kind"], "usage", "{line}");
        assert_eq!(json["verdict"], "failed", "{line}");
    }
}

#[test]
fn json_names_the_registry_and_leaves_hooks_empty() {
    let home = Home::new();
    assert_whole!(home, home.run("check --output json --uri registry.example.com/team registry.example.com/team/app"));
    assert_whole!(home, home.run("check --output json --uri registry.example.com/team registry.example.com/other/app"));
}

#[test]
fn without_a_registered_registry_the_error_says_how_to_register_one() {
    let home = Home::new();
    assert_whole!(home, home.run("check registry.example.com/team/app"));
}
