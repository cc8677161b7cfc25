use pushgate_flavor::testing::TestPush;

use tag_pattern::TagPattern;

use super::*;
use crate::settings::Form;

fn ask(tag: &str, settings: &str) -> Result<(), Refusal> {
    TestPush::new("registry.example.com", "team/app").tag(tag).settings(settings).ask::<SemverTags>()
}

fn codes(tag: &str, settings: &str) -> Vec<String> {
    match ask(tag, settings) {
        Ok(()) => Vec::new(),
        Err(Refusal::Denied(violations)) => violations.into_iter().map(|violation| violation.code).collect(),
        Err(other) => panic!("expected a denial, got {other:?}"),
    }
}

#[test]
fn each_setting() {
    for (tag, settings, expected) in [
        ("1.4.2", "{}", &[][..]),
        ("v1.4.2", "{}", &[]),
        ("1.4.2-rc.1", "{}", &[]),
        ("latest", "{}", &["tag.not-semver"]),
        ("V1.4.2", "{}", &["tag.not-semver"]),
        ("vv1.4.2", "{}", &["tag.not-semver"]),
        ("1.4", "{}", &["tag.partial"]),
        ("1.4.2_5", "{}", &["tag.build"]),
        ("1.4.2", r#"{"prefix":"v"}"#, &["tag.prefix"]),
        ("v1.4.2", r#"{"prefix":"v"}"#, &[]),
        ("v1.4.2", r#"{"prefix":""}"#, &["tag.prefix"]),
        ("1.4.2", r#"{"prefix":""}"#, &[]),
        ("1.4.2-rc.1", r#"{"prereleases":false}"#, &["tag.prerelease"]),
        ("v1", r#"{"partial":true}"#, &[]),
        ("1.4-rc.1", r#"{"partial":true}"#, &["tag.not-semver"]),
        ("1.4.2_5", r#"{"build":true}"#, &[]),
        ("latest", r#"{"except":["latest","*-dev"]}"#, &[]),
        ("x-dev", r#"{"except":["latest","*-dev"]}"#, &[]),
        ("latest2", r#"{"except":["latest","*-dev"]}"#, &["tag.not-semver"]),
        ("20240115", "{}", &["tag.not-semver"]),
        ("20240115", r#"{"partial":true}"#, &["tag.not-semver"]),
        ("release-1.4.2", r#"{"prefix":"release-"}"#, &[]),
        ("1.4.2", r#"{"prefix":"release-"}"#, &["tag.prefix"]),
        ("v1.4.2", r#"{"prefix":"release-"}"#, &["tag.prefix"]),
        ("release-x", r#"{"prefix":"release-"}"#, &["tag.not-semver"]),
        ("1.4.2-alpine", r#"{"prereleases":false}"#, &["tag.prerelease"]),
        ("1.4.2-alpine", r#"{"prereleases":false,"suffixes":["alpine*"]}"#, &[]),
        ("1.4.2-alpine3.20", r#"{"prereleases":false,"suffixes":["alpine*"]}"#, &[]),
        ("1.4.2-rc.1-alpine", r#"{"prereleases":false,"suffixes":["alpine*"]}"#, &["tag.prerelease"]),
        ("1.4.2-bookworm-slim", r#"{"prereleases":false,"suffixes":["bookworm*","slim"]}"#, &[]),
        ("1.4.2-slim-bookworm-slim", r#"{"prereleases":false,"suffixes":["bookworm*","slim"]}"#, &[]),
        ("1.4.2-bookworm-slim", r#"{"prereleases":false,"suffixes":["bookworm-slim"]}"#, &[]),
        ("1.4.2-alpine-rc.1", r#"{"prereleases":false,"suffixes":["alpine*"]}"#, &["tag.prerelease"]),
        ("1.4.2-alpine-beta", r#"{"prereleases":false,"suffixes":["alpine*"]}"#, &["tag.prerelease"]),
        ("1.4.2-alpine-rc.1-alpine", r#"{"prereleases":false,"suffixes":["alpine*"]}"#, &["tag.prerelease"]),
        ("1.4-alpine", r#"{"suffixes":["alpine"]}"#, &["tag.partial"]),
        ("1.4-alpine", r#"{"partial":true,"suffixes":["alpine"]}"#, &[]),
        ("alpine", r#"{"suffixes":["alpine"]}"#, &["tag.not-semver"]),
        ("-alpine", r#"{"suffixes":["alpine"]}"#, &["tag.not-semver"]),
        ("2024.01.15", r#"{"versions":["YYYY.0M.0D"]}"#, &[]),
        ("2024.1.15", r#"{"versions":["YYYY.0M.0D"]}"#, &["tag.not-calendar"]),
        ("1.4.2", r#"{"versions":["YYYY.0M.0D"]}"#, &["tag.not-calendar"]),
        ("1.4.2", r#"{"versions":["semver","YYYY0M0D"]}"#, &[]),
        ("20240115", r#"{"versions":["semver","YYYY0M0D"]}"#, &[]),
        ("20240115-slim", r#"{"versions":["YYYY0M0D"],"suffixes":["slim"],"prereleases":false}"#, &[]),
        ("20241315", r#"{"versions":["semver","YYYY0M0D"]}"#, &["tag.not-semver"]),
        ("v1.4.2-rc.1_5", r#"{"prefix":"","prereleases":false}"#, &["tag.prefix", "tag.prerelease", "tag.build"]),
    ] {
        assert_eq!(codes(tag, settings), expected, "{tag} {settings}");
    }
    let longest = format!("1.4.2-{}", "a".repeat(122));
    assert_eq!(codes(&longest, "{}"), [""; 0]);
}

#[test]
fn without_a_tag_there_is_no_version() {
    assert_eq!(TestPush::new("registry.example.com", "team/app").ask::<SemverTags>(), Ok(()));
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        (r#"{"except":["*"]}"#, "except: by `*` no tag has to be a version"),
        (
            r#"{"prefix":"-v"}"#,
            "no tag begins with the prefix `-v`: a tag has letters, digits, `_`, `.` and `-`, and begins with none of the last two",
        ),
        (r#"{"prefix":"optionel"}"#, "the prefix `optionel` is no prefix of a version: did you mean `optional`, which is `v` or none?"),
        (
            r#"{"prefix":"none"}"#,
            "the prefix `none` is no prefix of a version: where none may stand, the prefix is the empty text, and `optional` is `v` or none",
        ),
        (
            r#"{"prefix":"Any"}"#,
            "the prefix `Any` is no prefix of a version: where none may stand, the prefix is the empty text, and `optional` is `v` or none",
        ),
        (r#"{"versions":[]}"#, "versions: no tag has a form of an empty list"),
        (
            r#"{"versions":["MAJOR.MINOR"]}"#,
            "versions: `MAJOR.MINOR` is no form of a version: it is `semver`, or has a year, as `YYYY.0M.0D` and `YY.MM.MICRO` have",
        ),
        (r#"{"versions":["YYYY.MM"],"partial":true}"#, "`partial` and `versions`: only a semantic version can leave out numbers"),
        (r#"{"suffixes":["*"]}"#, "suffixes: by `*` every pre-release is a suffix; name them, as in `alpine*`"),
        (r#"{"suffixes":["*-slim"]}"#, "suffixes: `*-slim` takes every pre-release before or after a suffix; name them, as in `alpine*`"),
        (
            r#"{"suffixes":["alpine-**"]}"#,
            "suffixes: `alpine-**` takes every pre-release before or after a suffix; name them, as in `alpine*`",
        ),
        (r#"{"except":["a b"]}"#, "except: `a b` matches no tag: a tag has letters, digits, `_`, `.` and `-`"),
    ] {
        assert_eq!(ask("1.4.2", settings), Err(Refusal::misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    let defaults = Settings::default();
    let properties = &schema["properties"];
    assert_eq!(serde_json::from_value::<Prefix>(properties["prefix"]["default"].clone()).unwrap(), defaults.prefix);
    assert_eq!(properties["prereleases"]["default"], defaults.prereleases);
    assert_eq!(properties["partial"]["default"], defaults.partial);
    assert_eq!(properties["build"]["default"], defaults.build);
    assert_eq!(serde_json::from_value::<Vec<TagPattern>>(properties["except"]["default"].clone()).unwrap(), defaults.except);
    assert_eq!(serde_json::from_value::<Vec<Form>>(properties["versions"]["default"].clone()).unwrap(), defaults.versions);
    assert_eq!(serde_json::from_value::<Vec<TagPattern>>(properties["suffixes"]["default"].clone()).unwrap(), defaults.suffixes);
    for (name, property) in properties.as_object().unwrap() {
        for example in property["examples"].as_array().unwrap() {
            codes("v1.4.2", &serde_json::json!({ name: example }).to_string());
        }
    }
}
