use pushgate_flavor::testing::{TestImage, TestPush, take_log};

use super::*;

/// 2026-01-31T00:00:00Z.
const NOW: u64 = 1_769_817_600;

fn ask(settings: &str, created: &[Option<&str>]) -> Result<(), Refusal> {
    let image = |created: &Option<&str>| TestImage::new("linux/amd64").config(serde_json::json!({ "created": created }).to_string());
    let push = TestPush::new("registry.example.com", "team/app").tag("v1").requested_at(NOW).settings(settings);
    created.iter().fold(push, |push, created| push.image(image(created))).ask::<Fresh>()
}

fn codes(settings: &str, created: &[Option<&str>]) -> Vec<String> {
    match ask(settings, created) {
        Ok(()) => Vec::new(),
        Err(Refusal::Denied(violations)) => violations.into_iter().map(|violation| violation.code).collect(),
        Err(other) => panic!("expected a denial, got {other:?}"),
    }
}

#[test]
fn each_date() {
    for (created, expected) in [
        (Some("2026-01-30T12:00:00Z"), None),
        (Some("2026-01-01T00:00:00Z"), None),
        (Some("2026-01-01T00:00:00.5+00:00"), None),
        (Some("2025-12-31T23:59:59Z"), Some("created.too-old")),
        (Some("2026-01-01T01:59:59+02:00"), Some("created.too-old")),
        (Some("2026-01-01T02:00:00+02:00"), None),
        (Some("2026-01-31T00:30:00Z"), None),
        (Some("2026-01-31T01:00:01Z"), Some("created.future")),
        (Some("9999-12-31T23:59:59Z"), Some("created.future")),
        (Some("1970-01-01T00:00:00Z"), Some("created.unknown")),
        (Some("1980-01-01T00:00:01Z"), Some("created.unknown")),
        (Some("0001-01-01T00:00:00Z"), Some("created.unknown")),
        (Some("yesterday"), Some("created.unknown")),
        (Some(""), Some("created.unknown")),
        (None, Some("created.unknown")),
    ] {
        assert_eq!(codes(r#"{"max_days":30}"#, &[created]).first().map(String::as_str), expected, "{created:?}");
    }
}

#[test]
fn every_image_is_looked_at() {
    let found = codes(r#"{"max_days":1}"#, &[Some("2026-01-30T12:00:00Z"), Some("2026-01-01T00:00:00Z"), None]);
    assert_eq!(found, ["created.too-old", "created.unknown"]);
    let Err(Refusal::Denied(found)) = ask(r#"{"max_days":7}"#, &[Some("2026-01-01T00:00:00Z")]) else { panic!() };
    assert_eq!(
        found[0].message,
        "the image for linux/amd64 was created at `2026-01-01T00:00:00Z`, 30 days before this push, and 7 are allowed"
    );
    assert_eq!((found[0].detail_of("days"), found[0].detail_of("created")), (Some("30"), Some("2026-01-01T00:00:00Z")));
}

#[test]
fn what_is_unknown_may_be_a_warning_and_what_is_known_never() {
    let settings = r#"{"max_days":7,"unknown":"warn"}"#;
    assert_eq!(codes(settings, &[None]), [""; 0]);
    assert_eq!(take_log().len(), 1);
    assert_eq!(codes(settings, &[Some("2026-01-01T00:00:00Z")]), ["created.too-old"]);
    assert_eq!(codes(settings, &[Some("2027-01-01T00:00:00Z")]), ["created.future"]);
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        ("{}", "missing field `max_days`"),
        (r#"{"max_days":0}"#, "max_days: no image is created after it is pushed: give at least 1"),
        (r#"{"max_days":36501}"#, "max_days: give at most 36500"),
        (r#"{"max_days":"30"}"#, "max_days: invalid type: string \"30\", expected u32"),
        (r#"{"max_days":1,"unknown":"pass"}"#, "unknown: unknown variant `pass`, expected `refuse` or `warn`"),
        (r#"{"days":1}"#, "days: unknown field `days`, expected `max_days` or `unknown`"),
    ] {
        assert_eq!(ask(settings, &[None]), Err(Refusal::misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!((&schema["additionalProperties"], &schema["required"][0]), (&false.into(), &"max_days".into()));
    let properties = &schema["properties"];
    assert_eq!(properties["max_days"]["maximum"], MOST_DAYS);
    assert_eq!(serde_json::from_value::<Unknown>(properties["unknown"]["default"].clone()).unwrap(), Unknown::default());
    for example in properties["max_days"]["examples"].as_array().unwrap() {
        assert_eq!(codes(&serde_json::json!({ "max_days": example }).to_string(), &[Some("2026-01-31T00:00:00Z")]), [""; 0]);
    }
}
