use pushgate_flavor::registry::QueryError;
use pushgate_flavor::testing::TestPush;

use super::*;

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A push to a repository whose every tag that is asked about exists.
fn ask(tag: &str, settings: &str) -> Result<(), Refusal> {
    push(tag, settings, Ok(Some(DIGEST.to_owned()))).ask::<ImmutableTags>()
}

fn push(tag: &str, settings: &str, answer: Result<Option<String>, QueryError>) -> TestPush {
    TestPush::new("registry.example.com", "team/app").tag(tag).settings(settings).manifest_digest("team/app", tag, answer)
}

fn code(answer: Result<(), Refusal>) -> Option<String> {
    match answer {
        Ok(()) => None,
        Err(Refusal::Denied(violations)) if violations.len() == 1 => Some(violations[0].code.clone()),
        other => panic!("expected one violation at most, got {other:?}"),
    }
}

#[test]
fn a_tag_that_is_there_stays_as_it_is() {
    let Err(Refusal::Denied(denied)) = ask("v1", "{}") else { panic!("not denied") };
    assert_eq!(denied[0].code, "tag.exists");
    assert_eq!(denied[0].message, "the tag `v1` of `team/app` exists already, and may not move");
    let details = ["tag", "pattern", "digest"].map(|key| denied[0].detail_of(key));
    assert_eq!(details, [Some("v1"), Some("*"), Some(DIGEST)]);
    assert_eq!(push("v1", "{}", Ok(None)).ask::<ImmutableTags>(), Ok(()));
}

#[test]
fn the_same_digest_may_be_pushed_again() {
    let exists = || push("v1", "{}", Ok(Some(DIGEST.to_owned())));
    assert_eq!(exists().digest(DIGEST).ask::<ImmutableTags>(), Ok(()));
    let other = DIGEST.replace('a', "b");
    let Err(Refusal::Denied(denied)) = exists().digest(&other).ask::<ImmutableTags>() else { panic!("not denied") };
    assert_eq!((denied[0].detail_of("digest"), denied[0].detail_of("pushed")), (Some(DIGEST), Some(other.as_str())));
    // What nobody can tell is another image: so is that of a source which cannot be read.
    assert_eq!(code(exists().ask::<ImmutableTags>()), Some("tag.exists".to_owned()));
    let unreadable = exists().no_images(pushgate_flavor::InspectError::Unavailable("no daemon".to_owned()));
    assert_eq!(code(unreadable.ask::<ImmutableTags>()), Some("tag.exists".to_owned()));
}

#[test]
fn the_registry_is_asked_about_immutable_tags_only() {
    // What has no answer in a test is not granted: it would be unavailable.
    let ask =
        |tag: &str, settings: &str| TestPush::new("registry.example.com", "team/app").tag(tag).settings(settings).ask::<ImmutableTags>();
    assert_eq!(ask("latest", r#"{"except":["latest","*-dev"]}"#), Ok(()));
    assert_eq!(ask("1-dev", r#"{"except":["latest","*-dev"]}"#), Ok(()));
    assert_eq!(ask("nightly", r#"{"tags":["v*"]}"#), Ok(()));
    assert_eq!(TestPush::new("registry.example.com", "team/app").ask::<ImmutableTags>(), Ok(()));
    let refusal = Refusal::unavailable("the registry could not be asked: not-granted".to_owned());
    assert_eq!(ask("v1", "{}"), Err(refusal));
}

#[test]
fn what_may_move_is_taken_from_what_may_not() {
    let settings = r#"{"tags":["v*"],"except":["v*-rc*"]}"#;
    assert_eq!(code(ask("v1", settings)), Some("tag.exists".to_owned()));
    assert_eq!(code(ask("v1-rc1", settings)), None);
    assert_eq!(code(ask("dev", settings)), None);
}

#[test]
fn a_registry_that_does_not_answer_lets_nothing_pass() {
    for (error, expected) in [
        (QueryError::Unauthorized, "the registry could not be asked: unauthorized"),
        (QueryError::Unavailable("no answer".to_owned()), "the registry could not be asked: unavailable: no answer"),
    ] {
        assert_eq!(push("v1", "{}", Err(error)).ask::<ImmutableTags>(), Err(Refusal::unavailable(expected.to_owned())));
    }
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        (r#"{"tags":[]}"#, "tags: no tag is immutable by an empty list"),
        (r#"{"tags":["v*","dev"],"except":["dev"]}"#, "`tags` and `except`: `dev` is immutable, and by `dev` it may move"),
        (r#"{"tags":["v1*","x"],"except":["v*"]}"#, "`tags` and `except`: `v1*` is immutable, and by `v*` it may move"),
        (r#"{"tags":["-v*"]}"#, "tags: `-v*` matches no tag: a tag begins with a letter, a digit or `_`"),
        (r#"{"except":["*"]}"#, "`tags` and `except`: by `*` every tag may move, and none is immutable"),
        (r#"{"tags":["v*"],"except":["**"]}"#, "`tags` and `except`: by `**` every tag may move, and none is immutable"),
        (r#"{"except":["a b"]}"#, "except: `a b` matches no tag: a tag has letters, digits, `_`, `.` and `-`"),
        (r#"{"tag":["v*"]}"#, "tag: unknown field `tag`, expected `tags` or `except`"),
    ] {
        assert_eq!(ask("v1", settings), Err(Refusal::misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    let patterns = |value: &serde_json::Value| serde_json::from_value::<Vec<TagPattern>>(value.clone()).unwrap();
    let defaults: Settings = serde_json::from_str("{}").unwrap();
    assert_eq!(patterns(&schema["properties"]["tags"]["default"]), defaults.tags);
    assert_eq!(patterns(&schema["properties"]["except"]["default"]), defaults.except);
    for name in ["tags", "except"] {
        for example in schema["properties"][name]["examples"].as_array().unwrap() {
            code(ask("v1", &serde_json::json!({ name: example }).to_string()));
        }
    }
}
