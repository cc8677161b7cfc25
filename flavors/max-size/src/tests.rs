use pushgate_flavor::testing::{TestImage, TestPush, take_log};

use super::*;

fn image(compressed: Option<u64>, uncompressed: Option<u64>) -> TestImage {
    let image = compressed.into_iter().fold(TestImage::new("linux/amd64"), TestImage::compressed_size);
    uncompressed.into_iter().fold(image, TestImage::uncompressed_size)
}

fn ask(settings: &str, image: TestImage) -> Result<(), Refusal> {
    TestPush::new("registry.example.com", "team/app").tag("v1").settings(settings).image(image).ask::<MaxSize>()
}

fn codes(answer: Result<(), Refusal>) -> Vec<String> {
    match answer {
        Ok(()) => Vec::new(),
        Err(Refusal::Denied(violations)) => violations.into_iter().map(|violation| violation.code).collect(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_limit_is_held_against_what_is_known() {
    for (settings, compressed, uncompressed, expected) in [
        (r#"{"compressed":100}"#, Some(100), None, &[][..]),
        (r#"{"compressed":100}"#, Some(101), None, &["size.compressed"]),
        (r#"{"compressed":100}"#, Some(101), Some(90), &["size.compressed"]),
        (r#"{"compressed":100}"#, Some(100), Some(101), &[]),
        (r#"{"compressed":100}"#, None, Some(100), &[]),
        (r#"{"compressed":100}"#, None, Some(101), &["size.unknown"]),
        (r#"{"compressed":100}"#, None, None, &["size.unknown"]),
        (r#"{"uncompressed":100}"#, None, Some(100), &[]),
        (r#"{"uncompressed":100}"#, None, Some(101), &["size.uncompressed"]),
        (r#"{"uncompressed":100}"#, Some(101), Some(100), &[]),
        (r#"{"uncompressed":100}"#, Some(101), None, &["size.uncompressed"]),
        (r#"{"uncompressed":100}"#, Some(100), None, &["size.unknown"]),
        (r#"{"uncompressed":100}"#, None, None, &["size.unknown"]),
        (r#"{"compressed":100,"uncompressed":200}"#, Some(101), Some(201), &["size.compressed", "size.uncompressed"]),
        (r#"{"compressed":100,"uncompressed":100}"#, None, Some(100), &[]),
        (r#"{"compressed":1}"#, Some(u64::MAX), None, &["size.compressed"]),
    ] {
        assert_eq!(codes(ask(settings, image(compressed, uncompressed))), expected, "{settings} {compressed:?} {uncompressed:?}");
    }
}

#[test]
fn every_image_counts_by_itself() {
    let image = |platform: &str, size| TestImage::new(platform).compressed_size(size);
    let push = TestPush::new("registry.example.com", "team/app").settings(r#"{"compressed":"1 kB"}"#);
    let push = push.image(image("linux/amd64", 1_001)).image(image("linux/arm64", 1_000)).image(image("linux/riscv64", 4_000));
    let Err(Refusal::Denied(violations)) = push.ask::<MaxSize>() else { panic!() };
    let found: Vec<_> = violations.iter().map(|violation| (violation.detail_of("platform"), violation.detail_of("size"))).collect();
    assert_eq!(found, [(Some("linux/amd64"), Some("1001")), (Some("linux/riscv64"), Some("4000"))]);
    assert_eq!(violations[0].message, "the image for linux/amd64 is 1.0 kB (1001 bytes) compressed, more than the limit of 1 kB");
    assert!(violations.iter().all(|violation| violation.detail_of("limit") == Some("1000") && violation.hint.is_some()));
}

#[test]
fn all_images_count_together() {
    for (sizes, settings, expected) in [
        (&[(Some(60), None), (Some(40), None)][..], r#"{"total":100}"#, &[][..]),
        (&[(Some(60), None), (Some(41), None)], r#"{"total":100}"#, &["size.total"]),
        (&[(Some(60), None), (Some(41), None)], r#"{"total":100,"compressed":50}"#, &["size.compressed", "size.total"]),
        (&[(Some(60), None), (None, Some(40))], r#"{"total":100}"#, &[]),
        (&[(Some(60), None), (None, Some(41))], r#"{"total":100}"#, &["size.unknown"]),
        (&[(Some(60), None), (None, None)], r#"{"total":100}"#, &["size.unknown"]),
        (&[(Some(60), None), (None, None)], r#"{"total":100,"unknown":"warn"}"#, &[]),
        (&[(Some(u64::MAX), None), (Some(2), None)], r#"{"total":"1TB"}"#, &["size.total"]),
    ] {
        let push = TestPush::new("registry.example.com", "team/app").settings(settings);
        let push = sizes.iter().fold(push, |push, (compressed, uncompressed)| push.image(image(*compressed, *uncompressed)));
        assert_eq!(codes(push.ask::<MaxSize>()), expected, "{settings} {sizes:?}");
    }
}

#[test]
fn what_is_unknown_may_be_a_warning_and_what_is_known_never() {
    let settings = r#"{"compressed":100,"uncompressed":200,"unknown":"warn"}"#;
    assert_eq!(ask(settings, image(None, None)), Ok(()));
    assert_eq!(take_log().len(), 2);
    assert_eq!(codes(ask(settings, image(Some(101), None))), ["size.compressed"]);
    assert_eq!(take_log().len(), 1);
}

#[test]
fn settings_that_make_no_sense_are_misconfigured() {
    for (settings, expected) in [
        ("{}", "`compressed`, `uncompressed` and `total`: none is given, and without a limit nothing is checked"),
        (r#"{"unknown":"warn"}"#, "`compressed`, `uncompressed` and `total`: none is given, and without a limit nothing is checked"),
        (
            r#"{"compressed":"2 GiB","uncompressed":"2 GB"}"#,
            "`compressed` and `uncompressed`: an image of 2 GiB compressed is larger than 2 GB uncompressed, so that the first limit is never reached",
        ),
        (
            r#"{"compressed":"2Gi","total":"1Gi"}"#,
            "`compressed` and `total`: one image of 2Gi is larger than 1Gi for all of them, so that the first limit is never reached",
        ),
        (r#"{"compressed":0}"#, "compressed: no image fits into nothing: give a size of at least one byte"),
        (r#"{"compressed":"0 MB"}"#, "compressed: no image fits into nothing: give a size of at least one byte"),
        (
            r#"{"uncompressed":"5 mb"}"#,
            "uncompressed: `5 mb` is no size: a size is a number of bytes, or one with a unit: kB, MB, GB and TB are powers of 1000, KiB, MiB, GiB \
             and TiB of 1024, and the `B` may be left out",
        ),
        (r#"{"compressed":-5}"#, "compressed: invalid type: integer `-5`, expected a number of bytes, or a text like \"500 MB\""),
        (r#"{"compressed":1.5}"#, "compressed: invalid type: floating point `1.5`, expected a number of bytes, or a text like \"500 MB\""),
        (r#"{"compressed":1,"unknown":"pass"}"#, "unknown: unknown variant `pass`, expected `refuse` or `warn`"),
        (r#"{"size":1}"#, "size: unknown field `size`, expected one of `compressed`, `uncompressed`, `total`, `unknown`"),
    ] {
        assert_eq!(ask(settings, image(Some(1), Some(1))), Err(Refusal::misconfigured(expected.to_owned())), "{settings}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    let mut properties = schema["properties"].as_object().unwrap().clone();
    properties.retain(|_, property| property["deprecated"] != true);
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["compressed", "total", "uncompressed", "unknown"]);
    assert_eq!(serde_json::from_value::<Unknown>(properties["unknown"]["default"].clone()).unwrap(), Unknown::default());
    for (name, property) in properties {
        assert!(property["description"].is_string(), "{name}");
        for example in property["examples"].as_array().unwrap() {
            let mut settings = serde_json::json!({ "uncompressed": "1 TB" });
            settings[&name] = example.clone();
            assert_eq!(ask(&settings.to_string(), image(Some(1), Some(1))), Ok(()), "{settings}");
        }
    }
}
