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
fn some_image_must_run_on_each_machine() {
    let settings = r#"{"runs_on":["linux/amd64/v3","linux/arm/v6"]}"#;
    assert_eq!(violations(settings, &["linux/amd64/v2", "linux/arm/v5", "linux/s390x"]), []);
    let found = violations(settings, &["linux/amd64/v4", "linux/arm/v7"]);
    assert_eq!(
        found.iter().map(|violation| (violation.code.as_str(), violation.detail_of("platform"))).collect::<Vec<_>>(),
        [("platform.not-runnable", Some("linux/amd64/v3")), ("platform.not-runnable", Some("linux/arm/v6")),]
    );
    assert_eq!(found[0].message, "no image runs on linux/amd64/v3: the push has linux/amd64/v4, linux/arm/v7");
}

#[test]
fn versions_of_windows_are_told_apart_where_one_is_named() {
    let image = |version: &str| TestImage::new("windows/amd64").config(serde_json::json!({ "os.version": version }).to_string());
    let ask = |settings: &str, versions: &[&str]| {
        let push = versions.iter().fold(push(settings), |push, version| push.image(image(version)));
        match push.ask::<Platforms>() {
            Ok(()) => Vec::new(),
            Err(Refusal::Denied(violations)) => violations.into_iter().map(|violation| violation.message).collect(),
            Err(other) => panic!("{other:?}"),
        }
    };
    let both = r#"{"required":["windows/amd64:10.0.17763","windows/amd64:10.0.20348"]}"#;
    assert_eq!(ask(both, &["10.0.17763.6414", "10.0.20348.2762"]), [""; 0]);
    assert_eq!(
        ask(both, &["10.0.20348.2762", ""]),
        ["there is no image for windows/amd64:10.0.17763: the push has windows/amd64:10.0.20348.2762, windows/amd64"]
    );
    assert_eq!(
        ask(r#"{"allowed":["windows/amd64:10.0.20348"]}"#, &["10.0.26100.1742"]),
        ["the push has an image for windows/amd64:10.0.26100.1742, and allowed are windows/amd64:10.0.20348"]
    );
    assert_eq!(ask(r#"{"allowed":["windows/*"]}"#, &["10.0.26100.1742", ""]), [""; 0]);
}

#[test]
fn what_is_no_image_has_no_platform() {
    let answer = push(BOTH).no_images(InspectError::NotAnImage("application/vnd.example.sbom".to_owned())).ask::<Platforms>();
    assert!(matches!(answer, Err(Refusal::Denied(violations)) if violations[0].code == "not-an-image"));
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        ("{}", "`required`, `runs_on` or `allowed`: one of them has to be set"),
        (r#"{"required":[]}"#, "required: an empty list requires nothing; leave it out"),
        (r#"{"allowed":[]}"#, "allowed: an empty list allows nothing"),
        (r#"{"allowed":["linux/amd64","*/*"]}"#, "allowed: `*/*` allows every platform; leave the setting out"),
        (r#"{"allowed":["*/*/*"]}"#, "allowed: `*/*/*` allows every platform; leave the setting out"),
        (
            r#"{"required":["linux/amd64","linux/aarch64"],"allowed":["linux/amd64"]}"#,
            "`required` and `allowed`: linux/arm64 is required and not allowed",
        ),
        (r#"{"runs_on":[]}"#, "runs_on: an empty list requires nothing; leave it out"),
        (
            r#"{"runs_on":["linux/arm/v6"],"allowed":["linux/arm/v7","linux/amd64"]}"#,
            "`runs_on` and `allowed`: nothing that is allowed runs on linux/arm/v6",
        ),
        (
            r#"{"required":["windows/amd64:10.0.17763"],"allowed":["windows/amd64:10.0.20348"]}"#,
            "`required` and `allowed`: windows/amd64:10.0.17763 is required and not allowed",
        ),
        (r#"{"required":["amd64/linux"]}"#, "required: `amd64/linux` is not a platform: the system stands first: `linux/amd64`"),
        (
            r#"{"required":["linux/x64"]}"#,
            "required: `linux/x64` is not a platform: `x64` is no architecture: amd64, arm64 and arm are, and the others that GOARCH can be",
        ),
        (
            r#"{"required":["linxu/amd64"]}"#,
            "required: `linxu/amd64` is not a platform: `linxu` is no operating system: linux and windows are, and the others that GOOS can be",
        ),
        (r#"{"required":["linux/arm64/v7"]}"#, "required: `linux/arm64/v7` is not a platform: `v7` is no variant of arm64"),
        (
            r#"{"required":["linux/amd64:22.04"]}"#,
            "required: `linux/amd64:22.04` is not a platform: only images of Windows have a version of their system",
        ),
        (
            r#"{"allowed":["windows/amd64:ltsc2022"]}"#,
            "allowed: `windows/amd64:ltsc2022` is not a platform: after the colon stands a version of Windows, or its beginning, for example `windows/amd64:10.0.20348`",
        ),
        (r#"{"required":["linux/*"]}"#, "required: `linux/*` is a pattern: name each platform"),
        (r#"{"allowed":["linux/arm*"]}"#, "allowed: `linux/arm*` is not a pattern: `*` stands for a whole word, as in `linux/*`"),
        (
            r#"{"allowed":["amd64"]}"#,
            "allowed: `amd64` is not a platform: it is OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, for example `linux/amd64`",
        ),
    ] {
        assert_eq!(push(settings).ask::<Platforms>(), Err(Refusal::misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    for name in ["required", "runs_on", "allowed"] {
        for example in schema["properties"][name]["examples"].as_array().unwrap() {
            violations(&serde_json::json!({ name: example }).to_string(), &["linux/amd64"]);
        }
    }
}
