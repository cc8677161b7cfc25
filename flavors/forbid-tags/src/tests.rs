use pushgate_flavor::Violation;
use pushgate_flavor::testing::TestPush;

use super::*;

fn ask(tag: &str, settings: &str) -> Result<(), Refusal> {
    TestPush::new("registry.example.com", "team/app").tag(tag).settings(settings).ask::<ForbidTags>()
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
fn without_a_tag_there_is_none_to_forbid() {
    assert_eq!(TestPush::new("registry.example.com", "team/app").ask::<ForbidTags>(), Ok(()));
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        (r#"{"tags":[]}"#, "tags: no tag is forbidden by an empty list"),
        (r#"{"tags":["a b"]}"#, "tags: `a b` matches no tag: a tag has letters, digits, `_`, `.` and `-`"),
        (r#"{"tags":"latest"}"#, "tags: invalid type: string \"latest\", expected a sequence"),
        (r#"{"tag":["latest"]}"#, "tag: unknown field `tag`, expected `tags`"),
    ] {
        assert_eq!(ask("v1", settings), Err(Refusal::Misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    let tags = &schema["properties"]["tags"];
    assert_eq!(serde_json::from_value::<Vec<TagPattern>>(tags["default"].clone()).unwrap(), latest());
    for example in tags["examples"].as_array().unwrap() {
        assert_eq!(ask("v1", &serde_json::json!({ "tags": example }).to_string()), Ok(()));
    }
}
