use pushgate_flavor::testing::TestPush;

use super::*;

fn push(repository: &str, tag: &str, settings: &str) -> TestPush {
    TestPush::new("registry.example.com", repository).registry_uri("registry.example.com/team").tag(tag).settings(settings)
}

fn codes(repository: &str, tag: &str, settings: &str) -> Vec<String> {
    match push(repository, tag, settings).ask::<Names>() {
        Ok(()) => Vec::new(),
        Err(Refusal::Denied(violations)) => violations.into_iter().map(|violation| violation.code).collect(),
        Err(other) => panic!("expected a denial, got {other:?}"),
    }
}

#[test]
fn names_follow_the_patterns() {
    const SETTINGS: &str = r#"{"allowed":["team/app-*:v*","team/tools/**"],"forbidden":["**/*-old","**:*-dirty"]}"#;
    for (repository, tag, expected) in [
        ("team/app-web", "v1", &[][..]),
        ("team/app-web", "latest", &["name.not-allowed"]),
        ("team/app-web/x", "v1", &["name.not-allowed"]),
        ("team/web", "v1", &["name.not-allowed"]),
        ("team/tools/a/b", "latest", &[]),
        ("team/tools/a-old", "v1", &["name.forbidden"]),
        ("team/tools/a", "v1-dirty", &["name.forbidden"]),
        ("team/web-old", "v1", &["name.forbidden", "name.not-allowed"]),
    ] {
        assert_eq!(codes(repository, tag, SETTINGS), expected, "{repository}:{tag}");
    }
}

#[test]
fn a_name_without_a_tag_has_none_that_is_allowed() {
    let by_digest = |settings: &str| TestPush::new("registry.example.com", "team/app").settings(settings).ask::<Names>();
    assert_eq!(by_digest(r#"{"allowed":["team/*"]}"#), Ok(()));
    assert!(matches!(by_digest(r#"{"allowed":["team/*:v*"]}"#), Err(Refusal::Denied(_))));
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        ("{}", "`allowed` or `forbidden`: one of them has to be set"),
        (r#"{"allowed":[]}"#, "allowed: an empty list allows no name, so that nothing can be pushed"),
        (r#"{"forbidden":[]}"#, "forbidden: an empty list forbids nothing; leave it out"),
        (
            r#"{"allowed":["**"]}"#,
            "allowed: `**` allows every name below the registry's URI `registry.example.com/team`; leave the setting out",
        ),
        (
            r#"{"forbidden":["**:*"]}"#,
            "forbidden: `**:*` forbids every name below the registry's URI `registry.example.com/team`, so that nothing can be pushed",
        ),
        (
            r#"{"allowed":["team/app."]}"#,
            "allowed: `team/app.` matches no image: between two letters or digits of a repository stands `/`, `.`, `_`, `__`, or any number of \
             `-`, and nothing else",
        ),
        (
            r#"{"allowed":["app-*"]}"#,
            "allowed: `app-*` matches no repository below the registry's URI `registry.example.com/team`: give the whole path, as in `team/*`",
        ),
        (
            r#"{"allowed":["registry.example.com/team/app:v*"]}"#,
            "allowed: `registry.example.com/team/app:v*` begins with the registry's host, which no repository does: give `team/app:v*`",
        ),
        (
            r#"{"allowed":["team/App"]}"#,
            "allowed: `team/App` matches no image: it is REPOSITORY or REPOSITORY:TAG, whose repository has lower-case letters, digits, `.`, `_` and `-`, and `/` between its parts",
        ),
        (r#"{"allowed":["team/app:-x"]}"#, "allowed: `team/app:-x`: `-x` matches no tag: a tag begins with a letter, a digit or `_`"),
        (r#"{"allow":["team/*"]}"#, "allow: unknown field `allow`, expected `allowed` or `forbidden`"),
    ] {
        assert_eq!(push("team/app", "v1", settings).ask::<Names>(), Err(Refusal::misconfigured(expected.to_owned())), "{settings}");
    }
}

/// However it is written.
#[test]
fn patterns_of_every_name_are_misconfigured() {
    let misconfigured = |uri: &str, setting: &str, pattern: &str| {
        let settings = serde_json::json!({ setting: [pattern] }).to_string();
        let repository = if uri.contains('/') { "team/app" } else { "app" };
        let push = TestPush::new("registry.example.com", repository).registry_uri(uri).tag("v1").settings(&settings);
        matches!(push.ask::<Names>(), Err(Refusal::Misconfigured(text)) if text.contains(" every name"))
    };
    for setting in ["allowed", "forbidden"] {
        for pattern in ["**", "***", "**:*", "**:**", "*/**", "**/**", "**/*", "team/**", "te**", "t*/**"] {
            assert!(misconfigured("registry.example.com/team", setting, pattern), "{setting} {pattern}");
        }
        for pattern in ["*/*", "team/*", "team/**:v*", "**:v*", "**/a*", "team/**/*-job"] {
            assert!(!misconfigured("registry.example.com/team", setting, pattern), "{setting} {pattern}");
        }
        for (pattern, expected) in [("**", true), ("***", true), ("*/**", false), ("**/*", false), ("*", false)] {
            assert_eq!(misconfigured("registry.example.com", setting, pattern), expected, "{setting} {pattern}");
        }
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!((&schema["additionalProperties"], &schema["minProperties"]), (&false.into(), &1.into()));
    for name in ["allowed", "forbidden"] {
        for example in schema["properties"][name]["examples"].as_array().unwrap() {
            codes("team/app", "v1", &serde_json::json!({ name: example }).to_string());
        }
    }
}
