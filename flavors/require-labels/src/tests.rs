use pushgate_flavor::testing::{TestImage, TestPush};
use pushgate_flavor::{InspectError, Violation};

use super::*;

const SOURCE: &str = r#"{"labels":["org.opencontainers.image.source"]}"#;

fn push(settings: &str) -> TestPush {
    TestPush::new("registry.example.com", "team/app").tag("v1").settings(settings)
}

fn violations(push: TestPush) -> Vec<Violation> {
    match push.ask::<RequireLabels>() {
        Ok(()) => Vec::new(),
        Err(Refusal::Denied(violations)) => violations,
        Err(other) => panic!("expected a denial, got {other:?}"),
    }
}

#[test]
fn every_image_must_have_each_label() {
    let settings = r#"{"labels":["a","b"]}"#;
    let amd64 = TestImage::new("linux/amd64").label("a", "1").label("b", "2");
    assert_eq!(violations(push(settings).image(amd64.clone())), []);

    let found = violations(push(settings).image(amd64).image(TestImage::new("linux/arm64/v8").label("b", " ")));
    let codes: Vec<_> = found.iter().map(|violation| (violation.code.as_str(), violation.detail_of("label"))).collect();
    assert_eq!(codes, [("label.missing", Some("a")), ("label.empty", Some("b"))]);
    assert!(found.iter().all(|violation| violation.detail_of("platform") == Some("linux/arm64/v8")));
    assert_eq!(found[0].message, "the image for linux/arm64/v8 has no label `a`");
}

#[test]
fn what_is_no_image_has_no_labels() {
    let found = violations(push(SOURCE).no_images(InspectError::NotAnImage("application/vnd.example.sbom".to_owned())));
    assert_eq!(found[0].code, "not-an-image");
    assert_eq!(found[0].detail_of("artifact-type"), Some("application/vnd.example.sbom"));
}

#[test]
fn a_source_that_cannot_be_read_is_unavailable() {
    let answer = push(SOURCE).no_images(InspectError::Unavailable("no daemon".to_owned())).ask::<RequireLabels>();
    assert_eq!(answer, Err(Refusal::Unavailable("the images cannot be read: no daemon".to_owned())));
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        ("{}", "missing field `labels`"),
        (r#"{"labels":[]}"#, "labels: at least one label, each by its name"),
        (r#"{"labels":["a",""]}"#, "labels: at least one label, each by its name"),
        (r#"{"labels":["a",1]}"#, "labels[1]: invalid type: integer `1`, expected a string"),
        (r#"{"labels":["a"],"label":"b"}"#, "label: unknown field `label`, expected `labels`"),
    ] {
        assert_eq!(push(settings).ask::<RequireLabels>(), Err(Refusal::Misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!((&schema["additionalProperties"], &schema["required"][0]), (&false.into(), &"labels".into()));
    for example in schema["properties"]["labels"]["examples"].as_array().unwrap() {
        let settings = serde_json::json!({ "labels": example }).to_string();
        let found = violations(push(&settings).image(TestImage::new("linux/amd64")));
        assert_eq!(found.len(), example.as_array().unwrap().len());
    }
}
