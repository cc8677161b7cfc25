use pushgate_flavor::http::{HttpError, Response};
use pushgate_flavor::log::Level;
use pushgate_flavor::testing::{TestPush, take_log};

use super::*;

const HOST: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const API: &str = "https://api.ecr.eu-central-1.amazonaws.com/";

fn push(settings: &str) -> TestPush {
    TestPush::new(HOST, "team/app").tag("v1").settings(settings)
}

fn answered(status: u16, body: &str) -> Result<Response, HttpError> {
    Ok(Response { status, headers: Vec::new(), body: body.into() })
}

fn missing() -> Result<Response, HttpError> {
    answered(400, r#"{"__type":"RepositoryNotFoundException","message":"no"}"#)
}

#[test]
fn a_repository_that_exists_is_pushed_to() {
    for settings in ["{}", r#"{"missing_repository":"refuse"}"#, r#"{"create_repository":true}"#] {
        let found = answered(200, r#"{"repositories":[{"repositoryName":"team/app","registryId":"123456789012"}],"failures":[]}"#);
        assert_eq!(push(settings).response("POST", API, found).ask::<Aws>(), Ok(()));
    }
    assert_eq!(take_log(), []);
}

#[test]
fn another_repository_is_not_this_one() {
    let other = answered(200, r#"{"repositories":[{"repositoryName":"team/app2"}]}"#);
    assert_eq!(push("{}").response("POST", API, other).ask::<Aws>(), Ok(()));
    assert!(
        matches!(&take_log()[..], [(Level::Warn, text)] if text.contains("`team/app` does not exist in the registry 123456789012 in eu-central-1"))
    );
}

#[test]
fn a_repository_that_is_missing_is_refused_where_that_is_wanted() {
    match push(r#"{"missing_repository":"refuse"}"#).response("POST", API, missing()).ask::<Aws>() {
        Err(Refusal::Denied(violations)) => {
            assert_eq!(violations[0].code, "repository.missing");
            assert_eq!(violations[0].detail_of("repository"), Some("team/app"));
        }
        other => panic!("{other:?}"),
    }
}

/// The answer of the test to the second request would be the same as to the first.
#[test]
fn a_dry_run_asks_and_creates_nothing() {
    let settings = r#"{"create_repository":true,"endpoint":"http://127.0.0.1:5000"}"#;
    let push = push(settings).dry_run().response("POST", "http://127.0.0.1:5000/", missing());
    assert_eq!(push.ask::<Aws>(), Ok(()));
    assert!(matches!(&take_log()[..], [(Level::Warn, text)] if text.ends_with("a push would create it")));
}

#[test]
fn without_an_answer_nothing_is_pushed() {
    for answer in [missing(), answered(500, ""), answered(200, "<html>"), answered(200, "{}"), Err(HttpError::TimedOut)] {
        // A repository that is missing is created, and what is said to that is no success either.
        match push(r#"{"create_repository":true}"#).response("POST", API, answer.clone()).ask::<Aws>() {
            Err(Refusal::Unavailable(text)) => {
                let resource = "arn:aws:ecr:eu-central-1:123456789012:repository/team/app";
                let action = if answer == missing() { "ecr:CreateRepository" } else { "ecr:DescribeRepositories" };
                assert!(text.starts_with(action) && text.ends_with(&format!("the IAM permission `{action}` on `{resource}`")), "{text}");
            }
            other => panic!("{other:?}"),
        }
    }
}

/// What the hint of the API's own words would be no help for.
#[test]
fn a_missing_grant_is_named() {
    match push("{}").response("POST", API, Err(HttpError::NotGranted("not granted".to_owned()))).ask::<Aws>() {
        Err(Refusal::Unavailable(text)) => {
            let origin = API.trim_end_matches('/');
            let flags = format!("`--grant http={origin} --credential {origin}=sigv4:service=ecr,region=eu-central-1`");
            assert!(text.contains(&flags) && !text.contains("IAM"), "{text}");
        }
        other => panic!("{other:?}"),
    }
}

/// What is set together with `create_repository` to try a setting that does not stand alone.
fn with(name: &str) -> serde_json::Value {
    match name {
        "missing_repository" | "endpoint" => serde_json::json!({}),
        "image_tag_mutability_exclusion_filters" => {
            serde_json::json!({ "create_repository": true, "image_tag_mutability": "IMMUTABLE_WITH_EXCLUSION" })
        }
        "kms_key" => serde_json::json!({ "create_repository": true, "encryption_type": "KMS" }),
        _ => serde_json::json!({ "create_repository": true }),
    }
}

#[test]
fn the_schema_describes_these_settings() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    for (name, property) in schema["properties"].as_object().unwrap() {
        let mut values = property["examples"].as_array().unwrap().clone();
        values.extend(property.get("enum").and_then(|values| values.as_array()).into_iter().flatten().cloned());
        for value in values {
            let mut settings = with(name);
            if value.as_str().is_some_and(|value| value.ends_with("_WITH_EXCLUSION")) {
                settings["image_tag_mutability_exclusion_filters"] = serde_json::json!(["dev-*"]);
            }
            settings[name] = value;
            assert!(serde_json::from_value::<Settings>(settings.clone()).unwrap().plan().is_ok(), "{settings}");
        }
    }
    let plan = |settings: serde_json::Value| serde_json::from_value::<Settings>(settings).unwrap().plan().unwrap().0;
    let default = |name: &str| schema["properties"][name]["default"].clone();
    assert_eq!(plan(serde_json::json!({ "missing_repository": default("missing_repository") })), plan(serde_json::json!({})));
    assert_eq!(plan(serde_json::json!({ "create_repository": default("create_repository") })), plan(serde_json::json!({})));
    assert_eq!(
        plan(serde_json::json!({ "create_repository": true, "image_tag_mutability": default("image_tag_mutability") })),
        plan(serde_json::json!({ "create_repository": true }))
    );
}
