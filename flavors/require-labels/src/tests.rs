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

/// What a person sees nothing of is as good as nothing.
#[test]
fn what_is_blank_is_empty() {
    for blank in ["", " ", "\u{a0}", "\u{3000}", "\u{200b}", "\u{2060}", "\0", "\u{200b} \0"] {
        let settings = r#"{"labels":["a"],"annotations":["b"],"formats":{"c":{"regex":"(?s).*"}}}"#;
        let image = TestImage::new("linux/amd64").label("a", blank).annotation("b", blank).label("c", blank);
        let codes: Vec<_> = violations(push(settings).image(image)).into_iter().map(|violation| violation.code).collect();
        assert_eq!(codes, ["label.empty", "label.empty", "annotation.empty"], "{blank:?}");
    }
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
    assert_eq!(answer, Err(Refusal::unavailable("the images cannot be read: no daemon".to_owned())));
}

#[test]
fn a_value_has_the_form_that_is_named() {
    let settings = r#"{"labels":["a"],"formats":{"url":"url","version":"tag","team":{"regex":"core|web"}}}"#;
    let image = |url: &str, version: &str, team: &str| {
        TestImage::new("linux/amd64").label("a", "x").label("url", url).label("version", version).label("team", team)
    };
    assert_eq!(violations(push(settings).image(image("https://example.com", "v1", "web"))), []);
    let found = violations(push(settings).image(image("example.com", "v2", "webb")));
    let told: Vec<_> = found.iter().map(|violation| (violation.code.as_str(), violation.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("label.format", "the label `team` of the image for linux/amd64 is `webb`, not what `core|web` matches as a whole"),
            (
                "label.format",
                "the label `url` of the image for linux/amd64 is `example.com`, not a URL: it begins with no scheme, such as `https://`"
            ),
            ("label.format", "the label `version` of the image for linux/amd64 is `v2`, not the tag `v1`"),
        ]
    );
    assert_eq!(found[1].hint.as_deref(), Some("set it to a URL"));
    assert_eq!(found[1].detail_of("format"), Some("url"));
    for url in ["http://[::1", "https://\u{200b}"] {
        let found = violations(push(settings).image(image(url, "v1", "web")));
        assert_eq!(found.iter().map(|violation| violation.code.as_str()).collect::<Vec<_>>(), ["label.format"], "{url:?}");
    }
    // What has a form is required, once.
    let codes: Vec<_> = violations(push(settings).image(TestImage::new("linux/amd64").label("url", "")))
        .into_iter()
        .map(|violation| violation.code)
        .collect();
    assert_eq!(codes, ["label.missing", "label.missing", "label.empty", "label.missing"]);
}

#[test]
fn annotations_are_those_of_the_manifest() {
    let settings = r#"{"annotations":["a","url"],"formats":{"url":"url","label":"hash"}}"#;
    let image = || TestImage::new("linux/amd64").label("label", "0a1b2c3");
    assert_eq!(violations(push(settings).image(image().annotation("a", "1").annotation("url", "https://example.com"))), []);
    let found = violations(push(settings).image(image().label("a", "1").annotation("url", "example.com")));
    let told: Vec<_> = found.iter().map(|violation| (violation.code.as_str(), violation.detail_of("annotation"))).collect();
    assert_eq!(told, [("annotation.missing", Some("a")), ("annotation.format", Some("url"))]);
    assert_eq!(violations(push(settings).image(image().annotation("a", "").annotation("url", "https://x")))[0].code, "annotation.empty");
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        ("{}", "`labels`, `annotations` and `formats`: none names a label"),
        (r#"{"labels":[]}"#, "`labels`, `annotations` and `formats`: none names a label"),
        (r#"{"labels":["a",""]}"#, "labels: a label without a name"),
        (
            r#"{"labels":["org.opencontainers.image.source=https://*"]}"#,
            "labels: `org.opencontainers.image.source=https://*` holds a value beside the name, which no label's name does: list \
             `org.opencontainers.image.source`, and say in `formats` what its value must be",
        ),
        (
            r#"{"labels":["org.opencontainers.*"]}"#,
            "labels: `org.opencontainers.*` is a pattern, which no label's name is: list each label",
        ),
        (r#"{"labels":["a "]}"#, "labels: `a ` has a space in it, which no label's name has"),
        (
            r#"{"formats":{"a=b":"url"}}"#,
            "formats: `a=b` holds a value beside the name, which no label's name does: list `a`, and say in `formats` what its value must be",
        ),
        (
            r#"{"formats":{"a":"link"}}"#,
            "formats.a: unknown variant `link`, expected one of `url`, `semver`, `rfc3339`, `spdx`, `hash`, `tag`, `regex`",
        ),
        (r#"{"formats":{"a":{"regex":""}}}"#, "formats.a: an empty regular expression matches an empty value alone, which is refused"),
        (r#"{"labels":["a",1]}"#, "labels[1]: invalid type: integer `1`, expected a string"),
        (r#"{"labels":["a"],"label":"b"}"#, "label: unknown field `label`, expected one of `labels`, `annotations`, `formats`"),
    ] {
        assert_eq!(push(settings).ask::<RequireLabels>(), Err(Refusal::misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!((&schema["additionalProperties"], &schema["minProperties"]), (&false.into(), &1.into()));
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["annotations", "formats", "labels"]);
    for (name, property) in properties {
        for example in property["examples"].as_array().unwrap() {
            let settings = serde_json::json!({ name: example }).to_string();
            let found = violations(push(&settings).image(TestImage::new("linux/amd64")));
            let names = example.as_array().map(Vec::len).or_else(|| example.as_object().map(serde_json::Map::len));
            assert_eq!(Some(found.len()), names);
        }
    }
}
