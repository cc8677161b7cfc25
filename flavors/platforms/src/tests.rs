use pushgate_flavor::testing::{TestImage, TestPush};
use pushgate_flavor::{InspectError, Violation};

use super::*;

fn push(settings: &str) -> TestPush {
    TestPush::new("registry.example.com", "team/app").tag("v1").settings(settings)
}

fn violations(settings: &str, platforms: &[&str]) -> Vec<Violation> {
    let push = platforms.iter().fold(push(settings), |push, platform| push.image(TestImage::new(platform)));
    match push.ask::<Platforms>() {
        Ok(()) => Vec::new(),
        Err(Refusal::Denied(violations)) => violations,
        Err(other) => panic!("expected a denial, got {other:?}"),
    }
}

const BOTH: &str = r#"{"required":["linux/amd64","linux/arm64"]}"#;

#[test]
fn each_required_platform_must_be_there() {
    assert_eq!(violations(BOTH, &["linux/amd64", "linux/arm64/v8", "windows/amd64"]), []);
    let found = violations(BOTH, &["linux/arm/v7"]);
    assert_eq!(
        found.iter().map(|violation| violation.detail_of("platform")).collect::<Vec<_>>(),
        [Some("linux/amd64"), Some("linux/arm64")]
    );
    assert_eq!(found[0].code, "platform.missing");
    assert_eq!(found[0].message, "there is no image for linux/amd64: the push has linux/arm/v7");
    assert_eq!(
        found[0].hint.as_deref(),
        Some("build all of them, for example with `docker buildx build --platform linux/amd64,linux/arm64`")
    );
}

#[test]
fn nothing_else_than_what_is_allowed_may_be_there() {
    let settings = r#"{"allowed":["linux/*"]}"#;
    assert_eq!(violations(settings, &["linux/amd64", "linux/arm/v6"]), []);
    let found = violations(settings, &["linux/amd64", "windows/amd64", "darwin/arm64"]);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].code.as_str(), found[0].detail_of("platform")), ("platform.not-allowed", Some("windows/amd64")));
}

#[test]
fn both_are_told_at_once() {
    let settings = r#"{"required":["linux/arm64"],"allowed":["linux/amd64","linux/arm64"]}"#;
    let codes = violations(settings, &["linux/amd64", "linux/386"]).into_iter().map(|violation| violation.code).collect::<Vec<_>>();
    assert_eq!(codes, ["platform.missing", "platform.not-allowed"]);
}

#[test]
fn what_is_no_image_has_no_platform() {
    let answer = push(BOTH).no_images(InspectError::NotAnImage("application/vnd.example.sbom".to_owned())).ask::<Platforms>();
    assert!(matches!(answer, Err(Refusal::Denied(violations)) if violations[0].code == "not-an-image"));
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        ("{}", "`required` or `allowed`: one of them has to be set"),
        (r#"{"required":[]}"#, "required: an empty list requires nothing; leave it out"),
        (r#"{"allowed":[]}"#, "allowed: an empty list allows nothing"),
        (
            r#"{"required":["linux/amd64","linux/aarch64"],"allowed":["linux/amd64"]}"#,
            "`required` and `allowed`: linux/arm64 is required and not allowed",
        ),
        (r#"{"required":["linux/*"]}"#, "required: `linux/*` is a pattern: name each platform"),
        (r#"{"allowed":["linux/arm*"]}"#, "allowed: `linux/arm*` is not a pattern: `*` stands for a whole word, as in `linux/*`"),
        (
            r#"{"allowed":["amd64"]}"#,
            "allowed: `amd64` is not a platform: it is OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, for example `linux/amd64`",
        ),
    ] {
        assert_eq!(push(settings).ask::<Platforms>(), Err(Refusal::Misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    for name in ["required", "allowed"] {
        for example in schema["properties"][name]["examples"].as_array().unwrap() {
            violations(&serde_json::json!({ name: example }).to_string(), &["linux/amd64"]);
        }
    }
}
