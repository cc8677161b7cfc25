use pushgate_flavor::testing::TestPush;

use super::*;

/// The word for what becomes of a push to this registry: `ok`, the code of the violation, or `misconfigured`.
fn outcome(uri: &str, image: &str) -> String {
    let (host, path) = image.split_once('/').unwrap();
    match TestPush::new(host, path).tag("v1").registry_uri(uri).ask::<Azure>() {
        Ok(()) => "ok".to_owned(),
        Err(Refusal::Denied(violations)) => violations[0].code.clone(),
        Err(Refusal::Misconfigured(_)) => "misconfigured".to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_have_the_form_of_the_service() {
    for (uri, image, expected) in [
        ("mycompany.azurecr.io", "mycompany.azurecr.io/app", "ok"),
        ("mycompany.azurecr.io/team", "mycompany.azurecr.io/team/a/b", "ok"),
        ("mycompany.azurecr.cn", "mycompany.azurecr.cn/app", "ok"),
        ("mycompany.azurecr.us", "mycompany.azurecr.us/app", "ok"),
        ("mycompany-abc123.azurecr.io", "mycompany-abc123.azurecr.io/app", "ok"),
        ("mycompany.eastus.geo.azurecr.io", "mycompany.eastus.geo.azurecr.io/app", "ok"),
        ("mycompany.eastus.data.azurecr.io", "mycompany.eastus.data.azurecr.io/app", "misconfigured"),
        ("abcd.azurecr.io", "abcd.azurecr.io/app", "misconfigured"),
        ("azurecr.io", "azurecr.io/app", "misconfigured"),
        ("mycompany.azurecr.io:443", "mycompany.azurecr.io:443/app", "misconfigured"),
        ("mycompany.azurecr.io.evil.example", "mycompany.azurecr.io.evil.example/app", "misconfigured"),
        ("mycompany.azurecr.de", "mycompany.azurecr.de/app", "misconfigured"),
    ] {
        assert_eq!(outcome(uri, image), expected, "{uri} {image}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    for (name, property) in schema["properties"].as_object().unwrap() {
        for example in property["examples"].as_array().unwrap() {
            let settings = serde_json::json!({ name: example });
            assert!(serde_json::from_value::<Settings>(settings).is_ok(), "{name}: {example}");
        }
    }
    assert!(serde_json::from_str::<Settings>(r#"{"unknown":1}"#).is_err());
}
