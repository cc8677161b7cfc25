//! No error shows a secret, whatever a registry does with it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use pushgate_test_registry::{Rule, Step, Switch};

use super::*;

const CANARY: &str = "S3CRET-CANARY-push";

#[track_caller]
fn assert_clean(shown: &str) {
    let pair = STANDARD.encode(format!("alice:{CANARY}"));
    for form in [CANARY.to_owned(), CANARY.to_lowercase(), STANDARD.encode(CANARY), pair] {
        assert!(!shown.contains(&form), "{shown}");
    }
}

/// Errors in the form of the specification that repeat what they were told.
fn echo(status: u16, secret: &str) -> Switch {
    let body = serde_json::json!({ "errors": [{ "code": "UNKNOWN", "message": format!("{secret} is wrong") }] });
    Switch::Reply { status, headers: Vec::new(), body: Bytes::from(body.to_string()) }
}

#[tokio::test]
async fn of_a_registry_that_repeats_them() {
    let pair = STANDARD.encode(format!("alice:{CANARY}"));
    let steps = [Step::ManifestGet, Step::BlobHead, Step::UploadStart, Step::UploadFinish, Step::ManifestPut];
    for step in steps {
        let mut switches: Vec<Switch> =
            [400, 403, 404, 500].iter().map(|status| Switch::HtmlEcho { status: *status, size: 10 << 20 }).collect();
        switches.extend([CANARY, &pair, &STANDARD.encode(CANARY)].iter().flat_map(|secret| [echo(403, secret), echo(500, secret)]));
        for switch in switches {
            // Once the password was shown.
            let rule = Rule::on(step, switch);
            let rule = if step == Step::ManifestGet { rule.after(1) } else { rule };
            let registry = start(Options::default().basic("alice", CANARY).misbehave(rule)).await;
            let client = hasty(&registry, basic("alice", CANARY));
            match push(&client, &image().1).await {
                Err(error) => assert_clean(&everything(&error)),
                // 404 for a manifest or a blob is an answer like any other.
                Ok(_) => assert!(matches!(step, Step::ManifestGet | Step::BlobHead)),
            }
            assert_clean(&format!("{client:?}"));
        }
    }
}

#[tokio::test]
async fn of_a_token_server_that_repeats_them() {
    for switch in [
        Switch::HtmlEcho { status: 401, size: 1000 },
        Switch::HtmlEcho { status: 500, size: 10 << 20 },
        Switch::HtmlEcho { status: 200, size: 1000 },
        echo(403, CANARY),
        echo(200, CANARY),
        Switch::Token(format!("{CANARY}\n")),
    ] {
        let rule = Rule::on(Step::Token, switch);
        let registry = start(Options::default().token("alice", CANARY).misbehave(rule)).await;
        let error = push(&hasty(&registry, basic("alice", CANARY)), &image().1).await.unwrap_err();
        assert_clean(&everything(&error));
    }
}

#[tokio::test]
async fn of_a_token() {
    let token = Rule::on(Step::Token, Switch::Token(CANARY.to_owned()));
    let rule = Rule::on(Step::UploadStart, echo(403, CANARY));
    let registry = start(Options::default().token("alice", "other").misbehave(token).misbehave(rule)).await;
    let error = push(&hasty(&registry, basic("alice", "other")), &image().1).await.unwrap_err();
    assert!(matches!(error, PushError::Registry(RegistryError::Denied { .. })), "{error:?}");
    assert_clean(&everything(&error));
}

#[tokio::test]
async fn in_urls_that_the_registry_makes() {
    for location in [
        format!("https://evil.example/?x={CANARY}"),
        format!("https://{CANARY}.example/"),
        format!("https://alice:{CANARY}@evil.example/"),
        format!("/v2/{CANARY}?_state={CANARY}"),
    ] {
        let registry =
            start(Options::default().basic("alice", CANARY).misbehave(Rule::on(Step::UploadStart, Switch::Header("location", location))))
                .await;
        let error = push(&hasty(&registry, basic("alice", CANARY)), &image().1).await.unwrap_err();
        assert_clean(&everything(&error));
    }
    let realm = format!("Bearer realm=\"https://{CANARY}.example/{CANARY}\"");
    let rule = Rule::on(Step::UploadStart, Switch::Challenge(realm));
    let registry = start(Options::default().basic("alice", CANARY).misbehave(rule)).await;
    let error = registry_error(push(&hasty(&registry, basic("alice", CANARY)), &image().1).await);
    assert!(matches!(error, RegistryError::RealmNotAllowed { .. }), "{error:?}");
    assert_clean(&everything(&error));
}
