//! What the tests of these flavors share.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a helper of a test fails the test")]

use pushgate_flavor::testing::TestPush;
use pushgate_flavor::{Flavor, Refusal};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The word for what becomes of a push to this registry without settings: `ok`, the code of the first violation, or `misconfigured`.
#[must_use]
pub fn outcome<F: Flavor>(uri: &str, image: &str) -> String {
    outcome_with::<F>("{}", uri, image)
}

/// The same with settings.
#[must_use]
pub fn outcome_with<F: Flavor>(settings: &str, uri: &str, image: &str) -> String {
    let (host, path) = image.split_once('/').expect("an image with a host");
    match TestPush::new(host, path).tag("v1").registry_uri(uri).settings(settings).ask::<F>() {
        Ok(()) => "ok".to_owned(),
        Err(Refusal::Denied(violations)) => violations.first().expect("a violation").code.clone(),
        Err(Refusal::Misconfigured(_)) => "misconfigured".to_owned(),
        other => panic!("{other:?}"),
    }
}

/// The schema's examples are settings, and neither takes what the other does not know.
pub fn assert_schema_describes<S: DeserializeOwned>(schema: &str) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    for (name, property) in schema["properties"].as_object().unwrap() {
        for example in property["examples"].as_array().unwrap() {
            let settings = serde_json::json!({ name: example });
            assert!(serde_json::from_value::<S>(settings).is_ok(), "{name}: {example}");
        }
    }
    assert!(serde_json::from_str::<S>(r#"{"unknown":1}"#).is_err());
}

/// Why a registry cannot be registered with these settings: what the flavor says of the push that a registration asks it about.
///
/// # Panics
/// The flavor does not say that it is misconfigured.
#[must_use]
pub fn misconfigured<F: Flavor>(settings: &str, uri: &str) -> String {
    let image = format!("{uri}/image");
    let (host, path) = image.split_once('/').expect("an image with a host");
    match TestPush::new(host, path).tag("latest").registry_uri(uri).settings(settings).dry_run().ask::<F>() {
        Err(Refusal::Misconfigured(text)) => text.into(),
        other => panic!("{settings} {uri}: {other:?}"),
    }
}
