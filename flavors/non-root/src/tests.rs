use pushgate_flavor::InspectError;
use pushgate_flavor::testing::{TestImage, TestPush};

use super::*;

fn push(settings: &str) -> TestPush {
    TestPush::new("registry.example.com", "team/app").tag("v1").settings(settings)
}

fn image(platform: &str, user: &str) -> TestImage {
    let os = platform.split('/').next().unwrap();
    TestImage::new(platform).config(serde_json::json!({ "os": os, "config": { "User": user } }).to_string())
}

fn codes(settings: &str, images: &[(&str, &str)]) -> Vec<String> {
    let push = images.iter().fold(push(settings), |push, (platform, user)| push.image(image(platform, user)));
    match push.ask::<NonRoot>() {
        Ok(()) => Vec::new(),
        Err(Refusal::Denied(violations)) => violations.into_iter().map(|violation| violation.code).collect(),
        Err(other) => panic!("expected a denial, got {other:?}"),
    }
}

#[test]
fn each_kind_of_user_has_its_code() {
    for (user, settings, expected) in [
        ("1000", "{}", None),
        ("app", "{}", None),
        ("", "{}", Some("user.root")),
        ("0", "{}", Some("user.root")),
        ("root:root", "{}", Some("user.root")),
        ("4294967296", "{}", Some("user.out-of-range")),
        ("0x0", "{}", Some("user.malformed")),
        ("app", r#"{"numeric":true}"#, Some("user.name")),
        ("app", r#"{"min_uid":1000}"#, Some("user.name")),
        ("999", r#"{"min_uid":1000}"#, Some("user.too-low")),
        ("1000", r#"{"min_uid":1000,"numeric":true}"#, None),
        ("app", r#"{"numeric":false}"#, None),
    ] {
        assert_eq!(codes(settings, &[("linux/amd64", user)]).first().map(String::as_str), expected, "{user} {settings}");
    }
}

#[test]
fn every_platform_is_looked_at() {
    assert_eq!(codes("{}", &[("linux/amd64", "1000"), ("linux/arm64/v8", "")]), ["user.root"]);
    assert_eq!(codes("{}", &[("linux/amd64", "0"), ("linux/arm64/v8", "+0")]), ["user.root", "user.root"]);
}

#[test]
fn windows_is_asked_by_its_own_rule_however_it_is_spelled() {
    for os in ["windows/amd64", "Windows/amd64"] {
        assert_eq!(codes("{}", &[(os, "ContainerAdministrator")]), ["user.root"]);
        assert_eq!(codes("{}", &[(os, "")]), ["user.root"]);
        assert_eq!(codes(r#"{"min_uid":1000}"#, &[(os, "ContainerUser")]), [""; 0]);
    }
}

#[test]
fn what_is_no_image_has_no_user() {
    let answer = push("{}").no_images(InspectError::NotAnImage("application/vnd.example.sbom".to_owned())).ask::<NonRoot>();
    assert!(matches!(answer, Err(Refusal::Denied(violations)) if violations[0].code == "not-an-image"));
    let answer = push("{}").no_images(InspectError::Unavailable("no daemon".to_owned())).ask::<NonRoot>();
    assert_eq!(answer, Err(Refusal::Unavailable("the images cannot be read: no daemon".to_owned())));
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        (r#"{"min_uid":0}"#, "min_uid: 0 is root"),
        (r#"{"min_uid":2147483648}"#, "min_uid: 2147483648 is larger than every user ID that works everywhere, 2147483647"),
        (
            r#"{"min_uid":1000,"numeric":false}"#,
            "`min_uid` and `numeric`: a user's name can't be compared with a least user ID, so it can't be allowed beside it",
        ),
        (r#"{"uid":1}"#, "uid: unknown field `uid`, expected `numeric` or `min_uid`"),
    ] {
        assert_eq!(push(settings).ask::<NonRoot>(), Err(Refusal::Misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    let defaults = Rule::new(&serde_json::from_str("{}").unwrap()).unwrap();
    assert_eq!(schema["properties"]["numeric"]["default"], defaults.numeric);
    assert_eq!(schema["properties"]["min_uid"]["default"], defaults.min_uid);
    assert_eq!(schema["properties"]["min_uid"]["maximum"], user::LARGEST);
    for name in ["numeric", "min_uid"] {
        for example in schema["properties"][name]["examples"].as_array().unwrap() {
            assert_eq!(codes(&serde_json::json!({ name: example }).to_string(), &[("linux/amd64", "1000")]), [""; 0]);
        }
    }
}
