//! HTTP Basic, tokens, TLS.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::client::ask;
use super::sha256;
use crate::{Options, Registry, Rule, Step, Switch};

#[tokio::test]
async fn basic() {
    let registry = Registry::start(Options::default().basic("alice", "s:cret")).await.unwrap();
    let refused = ask(&registry, "GET /v2/", &[], b"").await;
    assert_eq!((refused.status.as_u16(), refused.header("www-authenticate")), (401, "Basic realm=\"test registry\""));
    for (pair, status) in [("alice:s:cret", 200), ("alice:s", 401), ("bob:s:cret", 401)] {
        let authorization = format!("Basic {}", STANDARD.encode(pair));
        assert_eq!(ask(&registry, "GET /v2/", &[("authorization", &authorization)], b"").await.status, status, "{pair}");
    }
}

#[tokio::test]
async fn tokens_give_what_they_were_asked_for() {
    let options = Options { token_uses: Some(1), anonymous_pull: true, identity_token: Some("id".to_owned()), ..Options::default() };
    let registry = Registry::start(options.token("alice", "secret")).await.unwrap();
    let digest = registry.put_blob("app", b"blob".as_slice());
    let mount = format!("POST /v2/app/blobs/uploads/?mount={}&from=base", sha256(b"x"));
    let challenge = ask(&registry, &mount, &[], b"").await;
    assert_eq!(
        challenge.header("www-authenticate"),
        format!(
            "Bearer realm=\"{}/token\",service=\"registry.test\",scope=\"repository:app:pull,push repository:base:pull\"",
            registry.origin()
        )
    );

    let basic = format!("Basic {}", STANDARD.encode("alice:secret"));
    let target = "GET /token?service=registry.test&scope=repository:app:pull,push&scope=repository:base:pull";
    let given = ask(&registry, target, &[("authorization", &basic)], b"").await.json();
    let bearer = format!("Bearer {}", given["token"].as_str().unwrap());
    let elsewhere = ask(&registry, "GET /v2/other/tags/list", &[("authorization", &bearer)], b"").await;
    assert_eq!(elsewhere.status, 401);
    assert_eq!(ask(&registry, &mount, &[("authorization", &bearer)], b"").await.status, 202);
    assert_eq!(ask(&registry, &mount, &[("authorization", &bearer)], b"").await.status, 401, "the token was good for one request");

    let anonymous = ask(&registry, "GET /token?service=registry.test&scope=repository:app:pull,push", &[], b"").await.json();
    let bearer = format!("Bearer {}", anonymous["token"].as_str().unwrap());
    assert_eq!(ask(&registry, "POST /v2/app/blobs/uploads/", &[("authorization", &bearer)], b"").await.status, 401);
    assert_eq!(ask(&registry, &format!("GET /v2/app/blobs/{digest}"), &[("authorization", &bearer)], b"").await.body, "blob");

    let scope = "service=registry.test&scope=repository%3Aapp%3Apull";
    for (form, status) in [
        ("grant_type=password&username=alice&password=secret", 200),
        ("grant_type=password&username=alice&password=wrong", 401),
        ("grant_type=refresh_token&refresh_token=id", 200),
        ("grant_type=refresh_token&refresh_token=other", 401),
    ] {
        let answer = ask(&registry, "POST /token", &[], format!("{form}&{scope}").as_bytes()).await;
        assert_eq!(answer.status, status, "{form}");
    }
    assert_eq!(registry.requests().last().unwrap().body, format!("grant_type=refresh_token&refresh_token=other&{scope}"));
}

#[tokio::test]
async fn the_challenge_and_the_token_can_lie() {
    let registry = Registry::start(Options::default().token("alice", "secret")).await.unwrap();
    registry.misbehave(Rule::on(Step::Any, Switch::Realm("http://169.254.169.254/token".to_owned())).times(1));
    let challenge = ask(&registry, "GET /v2/", &[], b"").await;
    assert_eq!(challenge.header("www-authenticate"), "Bearer realm=\"http://169.254.169.254/token\",service=\"registry.test\"");

    registry.misbehave(Rule::on(Step::Token, Switch::Token("line\nfeed".to_owned())));
    let basic = format!("Basic {}", STANDARD.encode("alice:secret"));
    let given = ask(&registry, "GET /token?service=registry.test", &[("authorization", &basic)], b"").await;
    assert_eq!(given.json()["token"], "line\nfeed");

    registry.misbehave(Rule::on(Step::Ping, Switch::HtmlEcho { status: 500, size: 100_000 }));
    let page = ask(&registry, "GET /v2/", &[("authorization", &basic)], b"").await;
    assert!(page.status == 500 && page.body.len() >= 100_000);
    assert!(String::from_utf8_lossy(&page.body).contains("alice:secret"));
}

#[tokio::test]
async fn tls_with_the_ca_of_the_registry() {
    let registry = Registry::start(Options::default().tls()).await.unwrap();
    assert!(registry.origin().starts_with("https://127.0.0.1:"));
    assert_eq!(ask(&registry, "GET /v2/", &[], b"").await.status, 200);
}
