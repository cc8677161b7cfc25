use pushgate_flavor::testing::TestPush;

use super::*;

/// The word for what becomes of a push to this registry: `ok`, the code of the violation, or `misconfigured`.
fn outcome(uri: &str, image: &str) -> String {
    let (host, path) = image.split_once('/').unwrap();
    match TestPush::new(host, path).tag("v1").registry_uri(uri).ask::<DigitalOcean>() {
        Ok(()) => "ok".to_owned(),
        Err(Refusal::Denied(violations)) => violations[0].code.clone(),
        Err(Refusal::Misconfigured(_)) => "misconfigured".to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_have_the_form_of_the_service() {
    for (uri, image, expected) in [
        ("registry.digitalocean.com", "registry.digitalocean.com/mycompany/app", "ok"),
        ("registry.digitalocean.com/mycompany", "registry.digitalocean.com/mycompany/team/app", "ok"),
        ("registry.digitalocean.com", "registry.digitalocean.com/mycompany", "repository.form"),
        ("registry.digitalocean.com", "registry.digitalocean.com/1company/app", "registry.name"),
        ("registry.digitalocean.com", "registry.digitalocean.com/my_company/app", "registry.name"),
        ("registry.digitalocean.com/my_company", "registry.digitalocean.com/my_company/app", "misconfigured"),
        ("ghcr.io", "ghcr.io/mycompany/app", "misconfigured"),
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
