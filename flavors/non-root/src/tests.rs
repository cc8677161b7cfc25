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
        ("1500", r#"{"uids":[{"min":1000,"max":1999},{"min":65532,"max":65532}]}"#, None),
        ("65532", r#"{"uids":[{"min":1000,"max":1999},{"min":65532,"max":65532}]}"#, None),
        ("2000", r#"{"uids":[{"min":1000,"max":1999},{"min":65532,"max":65532}]}"#, Some("user.not-allowed")),
        ("app", r#"{"uids":[{"min":1000,"max":1999}]}"#, Some("user.name")),
        ("app", r#"{"uids":[{"min":1000,"max":1999}],"names":["app"]}"#, None),
        ("app", r#"{"min_uid":1000,"names":["app"]}"#, None),
        ("app:1000", r#"{"names":["app"]}"#, None),
        ("web", r#"{"names":["app"]}"#, Some("user.name")),
        ("App", r#"{"names":["app"]}"#, Some("user.name")),
        ("1000", r#"{"names":["app"]}"#, None),
        ("root", r#"{"names":["app"]}"#, Some("user.root")),
        ("1000:0", r#"{"gids":[{"min":0,"max":0}]}"#, None),
        ("1000:root", r#"{"gids":[{"min":0,"max":0}]}"#, None),
        ("1000:root", r#"{"groups":["root"]}"#, None),
        ("1000:0", r#"{"groups":["root"]}"#, Some("user.group")),
        ("1000:1000", r#"{"gids":[{"min":0,"max":0}]}"#, Some("user.group")),
        ("1000", r#"{"gids":[{"min":0,"max":0}]}"#, Some("user.group")),
        ("1000:staff", r#"{"gids":[{"min":1000,"max":2000}],"groups":["staff"]}"#, None),
        ("1000:wheel", r#"{"gids":[{"min":1000,"max":2000}],"groups":["staff"]}"#, Some("user.group")),
        ("0:1000", r#"{"gids":[{"min":1000,"max":2000}]}"#, Some("user.root")),
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
        assert_eq!(codes(r#"{"numeric":true}"#, &[(os, "ContainerUser")]), [""; 0]);
        assert_eq!(codes(r#"{"gids":[{"min":1000,"max":2000}]}"#, &[(os, "ContainerUser")]), [""; 0]);
        assert_eq!(codes(r#"{"names":["containeruser"]}"#, &[(os, "ContainerUser")]), [""; 0]);
        assert_eq!(codes(r#"{"names":["app"]}"#, &[(os, "ContainerUser")]), ["user.name"]);
        for user in ["1000", "ContainerUser:1000", "S-1-5-18"] {
            assert_eq!(codes("{}", &[(os, user)]), ["user.malformed"], "{user}");
        }
    }
}

#[test]
fn what_is_no_image_has_no_user() {
    let answer = push("{}").no_images(InspectError::NotAnImage("application/vnd.example.sbom".to_owned())).ask::<NonRoot>();
    assert!(matches!(answer, Err(Refusal::Denied(violations)) if violations[0].code == "not-an-image"));
    let answer = push("{}").no_images(InspectError::Unavailable("no daemon".to_owned())).ask::<NonRoot>();
    assert_eq!(answer, Err(Refusal::unavailable("the images cannot be read: no daemon".to_owned())));
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        (r#"{"min_uid":0}"#, "min_uid: 0 is root"),
        (r#"{"min_uid":2147483648}"#, "min_uid: 2147483648 is larger than every user ID that works everywhere, 2147483647"),
        (
            r#"{"min_uid":1000,"numeric":false}"#,
            "`min_uid` and `numeric`: which user ID a name has, only the image's files say, so names cannot be accepted beside it; list those that are in `names`",
        ),
        (
            r#"{"uids":[{"min":1,"max":2}],"numeric":false}"#,
            "`uids` and `numeric`: which user ID a name has, only the image's files say, so names cannot be accepted beside it; list those that are in `names`",
        ),
        (r#"{"uids":[{"min":1,"max":2}],"min_uid":1}"#, "`min_uid` and `uids`: give one of the two"),
        (r#"{"uids":[]}"#, "uids: an empty list accepts no ID, so that nothing can be pushed"),
        (r#"{"uids":[{"min":0,"max":9}]}"#, "uids: 0 is root"),
        (r#"{"uids":[{"min":9,"max":8}]}"#, "uids: no ID lies between 9 and 8: `min` is the smaller one"),
        (r#"{"gids":[{"min":9,"max":2147483648}]}"#, "gids: 2147483648 is larger than every ID that works everywhere, 2147483647"),
        (r#"{"uids":[{"min":9}]}"#, "uids[0]: missing field `max`"),
        (r#"{"names":[]}"#, "names: an empty list accepts no name; leave the setting out"),
        (
            r#"{"names":["app"],"numeric":true}"#,
            "`names` and `numeric`: where a user must be a number, no name is accepted; leave `numeric` out",
        ),
        (r#"{"names":["root"]}"#, "names: `root` is root"),
        (r#"{"names":["ContainerAdministrator"]}"#, "names: `ContainerAdministrator` is an administrator"),
        (r#"{"names":["1000"]}"#, "names: `1000` is a number: list user IDs in `uids`"),
        (r#"{"names":["app:app"]}"#, "names: `app:app` has a group: list users without theirs"),
        (r#"{"names":["a/b"]}"#, "names: `a/b` is no user's name"),
        (r#"{"names":[1000]}"#, "names[0]: invalid type: integer `1000`, expected a string"),
        (r#"{"groups":["0"]}"#, "groups: `0` is a number: list group IDs in `gids`"),
        (r#"{"groups":["a b"]}"#, "groups: `a b` is no group's name"),
        (r#"{"uid":1}"#, "uid: unknown field `uid`, expected one of `numeric`, `min_uid`, `uids`, `names`, `gids`, `groups`"),
    ] {
        assert_eq!(push(settings).ask::<NonRoot>(), Err(Refusal::misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    let defaults = Rule::new(Settings::default()).unwrap();
    assert_eq!(schema["properties"]["numeric"]["default"], defaults.numeric);
    assert_eq!(schema["properties"]["min_uid"]["default"], defaults.min_uid);
    assert_eq!(schema["properties"]["min_uid"]["maximum"], user::LARGEST);
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["gids", "groups", "min_uid", "names", "numeric", "uids"]);
    for (name, property) in properties {
        for example in property["examples"].as_array().unwrap() {
            let settings = serde_json::json!({ name: example }).to_string();
            let group = if name == "groups" { "staff" } else { "0" };
            assert_eq!(codes(&settings, &[("linux/amd64", &format!("1000:{group}"))]), [""; 0], "{settings}");
        }
    }
}
