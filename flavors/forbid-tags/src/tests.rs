use pushgate_flavor::Violation;
use pushgate_flavor::testing::TestPush;

use super::*;

fn push(tag: &str, settings: &str) -> TestPush {
    TestPush::new("registry.example.com", "team/app").registry_uri("registry.example.com/team").tag(tag).settings(settings)
}

fn ask(tag: &str, settings: &str) -> Result<(), Refusal> {
    push(tag, settings).ask::<ForbidTags>()
}

fn violation(answer: Result<(), Refusal>) -> Violation {
    match answer {
        Err(Refusal::Denied(violations)) if violations.len() == 1 => violations[0].clone(),
        other => panic!("expected one violation, got {other:?}"),
    }
}

#[test]
fn latest_is_forbidden_without_settings() {
    let denied = violation(ask("latest", "{}"));
    assert_eq!(denied.code, "tag.latest");
    assert!(denied.hint.is_some());
    assert_eq!(denied.detail_of("tag"), Some("latest"));
    assert_eq!(ask("v1", "{}"), Ok(()));
}

#[test]
fn the_settings_replace_the_default() {
    let settings = r#"{"tags":["dev","*-rc*"]}"#;
    let denied = violation(ask("1.0-rc1", settings));
    assert_eq!(denied.code, "tag.forbidden");
    assert_eq!(denied.message, "the tag `1.0-rc1` is forbidden by `*-rc*`");
    assert_eq!(denied.detail_of("pattern"), Some("*-rc*"));
    assert_eq!(ask("latest", settings), Ok(()));
}

#[test]
fn only_what_is_allowed_passes() {
    let settings = r#"{"allowed":["v*","latest"]}"#;
    assert_eq!(ask("v1", settings), Ok(()));
    assert_eq!(ask("latest", settings), Ok(()));
    let denied = violation(ask("dev", settings));
    assert_eq!(
        (denied.code.as_str(), denied.message.as_str()),
        ("tag.not-allowed", "the tag `dev` is not allowed: allowed are `v*`, `latest`")
    );
    // What is forbidden stays so.
    let both = r#"{"tags":["*-rc*"],"allowed":["v*"]}"#;
    assert_eq!(violation(ask("v1-rc1", both)).code, "tag.forbidden");
    assert_eq!(violation(ask("x", both)).code, "tag.not-allowed");
    assert_eq!(ask("v1", both), Ok(()));
}

#[test]
fn an_exempt_repository_takes_any_tag() {
    let settings = r#"{"exempt_repositories":["team/sandbox/**","*/play-*"]}"#;
    let of = |repository: &str| {
        TestPush::new("registry.example.com", repository)
            .registry_uri("registry.example.com/team")
            .tag("latest")
            .settings(settings)
            .ask::<ForbidTags>()
    };
    assert_eq!(of("team/sandbox/a/b"), Ok(()));
    assert_eq!(of("team/play-x"), Ok(()));
    assert_eq!(violation(of("team/app")).code, "tag.latest");
    assert_eq!(violation(of("team/sandbox")).code, "tag.latest");
}

#[test]
fn without_a_tag_there_is_none_to_forbid() {
    assert_eq!(TestPush::new("registry.example.com", "team/app").ask::<ForbidTags>(), Ok(()));
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        (r#"{"tags":[]}"#, "tags: no tag is forbidden by an empty list"),
        (r#"{"tags":["*"]}"#, "tags: `*` forbids every tag, so that nothing can be pushed"),
        (r#"{"tags":["a b"]}"#, "tags: `a b` matches no tag: a tag has letters, digits, `_`, `.` and `-`"),
        (r#"{"tags":["-dev"]}"#, "tags: `-dev` matches no tag: a tag begins with a letter, a digit or `_`"),
        (r#"{"tags":"latest"}"#, "tags: invalid type: string \"latest\", expected a sequence"),
        (r#"{"tags":[20240115]}"#, "tags[0]: invalid type: integer `20240115`, expected a string"),
        (r#"{"tag":["latest"]}"#, "tag: unknown field `tag`, expected one of `tags`, `allowed`, `exempt_repositories`"),
        (r#"{"allowed":[]}"#, "allowed: an empty list allows no tag, so that nothing can be pushed"),
        (r#"{"allowed":["v*","**"]}"#, "allowed: `**` allows every tag; leave the setting out"),
        (r#"{"tags":["*-dev"],"allowed":["v*-dev"]}"#, "`tags` and `allowed`: `v*-dev` is allowed, and `*-dev` forbids it"),
        (
            r#"{"exempt_repositories":["sandbox/*"]}"#,
            "exempt_repositories: `sandbox/*` matches no repository below the registry's URI `registry.example.com/team`: give the whole path, as in `team/*`",
        ),
        (
            r#"{"exempt_repositories":["team/x","team/**"]}"#,
            "exempt_repositories: `team/**` exempts every repository of the registry `registry.example.com/team`, so that no tag is refused",
        ),
        (
            r#"{"exempt_repositories":["team/a..b"]}"#,
            "exempt_repositories: `team/a..b` matches no repository: between two letters or digits of a repository stands `/`, `.`, `_`, `__`, or \
             any number of `-`, and nothing else",
        ),
        (
            r#"{"exempt_repositories":["team/sandbox:v1"]}"#,
            "exempt_repositories: `team/sandbox:v1` matches no repository: a repository has no tag, and no host before it",
        ),
    ] {
        assert_eq!(ask("v1", settings), Err(Refusal::misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["allowed", "exempt_repositories", "tags"]);
    assert_eq!(serde_json::from_value::<Vec<TagPattern>>(properties["tags"]["default"].clone()).unwrap(), latest());
    for (name, property) in properties {
        for example in property["examples"].as_array().unwrap() {
            assert_eq!(ask("v1", &serde_json::json!({ name: example }).to_string()), Ok(()));
        }
    }
}
