use pushgate_flavor::testing::{TestImage, TestPush};

use super::*;

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

fn image(layers: &str, labels: &[(&str, &str)]) -> TestImage {
    let diff_ids: Vec<String> = layers.chars().map(digest).collect();
    let image =
        TestImage::new("linux/amd64").config(serde_json::json!({ "rootfs": { "type": "layers", "diff_ids": diff_ids } }).to_string());
    labels.iter().fold(image, |image, (key, value)| image.label(key, value))
}

fn ask(settings: &serde_json::Value, image: TestImage) -> Result<(), Refusal> {
    TestPush::new("registry.example.com", "team/app").tag("v1").settings(settings.to_string()).image(image).ask::<BaseImages>()
}

fn code(settings: &serde_json::Value, image: TestImage) -> Option<String> {
    match ask(settings, image) {
        Ok(()) => None,
        Err(Refusal::Denied(violations)) if violations.len() == 1 => Some(violations[0].code.clone()),
        other => panic!("expected one violation at most, got {other:?}"),
    }
}

#[test]
fn an_image_begins_with_the_layers_of_a_base_image() {
    let settings =
        serde_json::json!({ "allowed": [{ "diff_ids": [digest('a'), digest('b')] }, { "title": "other", "diff_ids": [digest('c')] }] });
    for (layers, expected) in [
        ("ab", None),
        ("abd", None),
        ("cab", None),
        ("a", Some("base.not-allowed")),
        ("ad", Some("base.not-allowed")),
        ("dab", Some("base.not-allowed")),
        ("ba", Some("base.not-allowed")),
        ("", Some("base.not-allowed")),
    ] {
        assert_eq!(code(&settings, image(layers, &[])).as_deref(), expected, "{layers}");
    }
}

#[test]
fn an_image_says_from_which_base_image_it_is() {
    let settings = serde_json::json!({ "allowed": [{ "name": "gcr.io/distroless/**" }, { "digest": digest('a') }] });
    for (labels, expected) in [
        (&[(NAME, "gcr.io/distroless/static-debian12:nonroot")][..], None),
        (&[(NAME, "docker.io/library/debian:12")], Some("base.not-allowed")),
        (&[(DIGEST, digest('a').as_str())], None),
        (&[(DIGEST, digest('b').as_str())], Some("base.not-allowed")),
        (&[(NAME, "docker.io/library/debian:12"), (DIGEST, digest('a').as_str())], None),
        (&[(NAME, " ")], Some("base.unknown")),
        (&[], Some("base.unknown")),
    ] {
        assert_eq!(code(&settings, image("abc", labels)).as_deref(), expected, "{labels:?}");
    }
}

#[test]
fn an_annotation_counts_before_a_label() {
    let settings = serde_json::json!({ "allowed": [{ "name": "debian:12*" }] });
    let annotated = |name: &str, labels: &[(&str, &str)]| image("", labels).annotation(NAME, name);
    assert_eq!(code(&settings, annotated("debian:12", &[(NAME, "alpine:3")])), None);
    assert_eq!(code(&settings, annotated("alpine:3", &[(NAME, "debian:12")])).as_deref(), Some("base.not-allowed"));
    assert_eq!(code(&settings, annotated(" ", &[(NAME, "debian:12")])), None);
    // A digest of one and a name of the other say nothing of one base image.
    let both = serde_json::json!({ "allowed": [{ "name": "debian:12*", "digest": digest('a') }] });
    assert_eq!(code(&both, annotated("debian:12", &[(DIGEST, &digest('a'))])).as_deref(), Some("base.not-allowed"));
    assert_eq!(code(&both, annotated("debian:12", &[]).annotation(DIGEST, &digest('a'))), None);
}

#[test]
fn all_that_an_entry_names_must_be_so() {
    let settings = serde_json::json!({ "allowed": [{ "name": "gcr.io/distroless/**", "diff_ids": [digest('a')] }] });
    let labels = [(NAME, "gcr.io/distroless/static")];
    assert_eq!(code(&settings, image("ab", &labels)), None);
    assert_eq!(code(&settings, image("cb", &labels)).as_deref(), Some("base.not-allowed"));
    assert_eq!(code(&settings, image("ab", &[])).as_deref(), Some("base.not-allowed"));
    let both = serde_json::json!({ "allowed": [{ "name": "debian", "digest": digest('a') }] });
    assert_eq!(code(&both, image("", &[(NAME, "debian:12")])).as_deref(), Some("base.not-allowed"));
    assert_eq!(code(&both, image("", &[(NAME, "debian:12"), (DIGEST, &digest('a'))])), None);
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        (serde_json::json!({}), "missing field `allowed`"),
        (serde_json::json!({ "allowed": [] }), "allowed: an empty list allows no base image, so that nothing can be pushed"),
        (
            serde_json::json!({ "allowed": [{ "name": "debian" }, { "title": "x" }] }),
            "allowed[1]: an entry names no base image: give its `name`, its `digest` or its `diff_ids`",
        ),
        (serde_json::json!({ "allowed": [{ "diff_ids": [] }] }), "allowed[0]: `diff_ids`: every image begins with no layers"),
        (serde_json::json!({ "allowed": [{ "name": "**" }] }), "allowed[0]: the name `**` allows every base image"),
    ] {
        assert_eq!(ask(&settings, image("a", &[])), Err(Refusal::misconfigured(expected.to_owned())), "{settings}");
    }
    for every in ["***", "**:*", "*/**", "**/*", "**/**", "*.*/**:*"] {
        let settings = serde_json::json!({ "allowed": [{ "name": every }] });
        let expected = format!("allowed[0]: the name `{every}` allows every base image");
        assert_eq!(ask(&settings, image("a", &[])), Err(Refusal::misconfigured(expected)), "{every}");
    }
    for (settings, part) in [
        (serde_json::json!({ "allowed": [{ "name": "debian-" }] }), "`debian-` matches no image: between two letters"),
        (serde_json::json!({ "allowed": [{ "diff_ids": ["sha256:abc"] }] }), "`sha256:abc` is no digest"),
        (serde_json::json!({ "allowed": [{ "name": "debian@sha256:abc" }] }), "`debian@sha256:abc` has a digest: give it as `digest`"),
        (serde_json::json!({ "allowed": [{ "name": "Debian 12" }] }), "matches no image"),
        (serde_json::json!({ "allowed": [{ "layers": [] }] }), "unknown field `layers`"),
    ] {
        let answer = ask(&settings, image("a", &[]));
        assert!(matches!(&answer, Err(Refusal::Misconfigured(text)) if text.contains(part)), "{settings}: {answer:?}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!((&schema["additionalProperties"], &schema["required"][0]), (&false.into(), &"allowed".into()));
    let members: Vec<_> = schema["properties"]["allowed"]["items"]["properties"].as_object().unwrap().keys().collect();
    assert_eq!(members, ["diff_ids", "digest", "name", "title"]);
    for example in schema["properties"]["allowed"]["examples"].as_array().unwrap() {
        assert!(code(&serde_json::json!({ "allowed": example }), image("", &[])).is_some());
    }
}
