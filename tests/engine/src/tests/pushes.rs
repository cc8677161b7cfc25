//! Pushes, to a registry that really takes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pushgate_test_registry as registry;
use pushgate_test_registry::Registry;
use serde_json::json;

use super::client::{Answer, ask, registry_auth};
use crate::{
    Endpoint, Engine, Image, Options, Position, Rule, Switch, error_detail_line, error_detail_null_line, error_detail_without_message_line,
    error_line, real_error_line,
};

/// An engine with one image, tagged for the registry.
async fn both(options: registry::Options) -> (Registry, Engine, String) {
    let registry = Registry::start(options).await.unwrap();
    let engine = Engine::start(Options::default()).await.unwrap();
    let id = engine.add_image(&Image::default().label("a", "b"), &[&format!("{}/team/app:v1", registry.host())]);
    (registry, engine, id)
}

async fn push(registry: &Registry, engine: &Engine, auth: &str) -> Answer {
    ask(engine, &format!("POST /v1.41/images/{}/team/app/push?tag=v1", registry.host()), Some(auth)).await
}

#[tokio::test]
async fn a_push_arrives_and_says_so() {
    let (registry, engine, id) = both(registry::Options::default()).await;
    let pushed = push(&registry, &engine, "e30=").await;
    let digest = registry.tag_digest("team/app", "v1").unwrap();
    assert_eq!(engine.manifest_digest(&id), Some(digest.clone()));
    assert!(registry.has_blob("team/app", &engine.config_digest(&id).unwrap()));
    let size = registry.manifest("team/app", "v1").unwrap().bytes.len();
    let lines = pushed.lines();
    let layer = &lines[1]["id"];
    assert_eq!(lines.first(), Some(&json!({ "status": format!("The push refers to repository [{}/team/app]", registry.host()) })));
    assert_eq!(lines[1], json!({ "status": "Preparing", "progressDetail": {}, "id": layer }));
    assert!(lines.contains(&json!({ "status": "Pushed", "progressDetail": {}, "id": layer })));
    assert_eq!(
        lines[lines.len() - 2..],
        [
            json!({ "status": format!("v1: digest: {digest} size: {size}") }),
            json!({ "progressDetail": {}, "aux": { "Tag": "v1", "Digest": digest, "Size": size } }),
        ]
    );
    let again = push(&registry, &engine, "e30=").await.lines();
    assert!(again.iter().any(|line| line["status"] == "Layer already exists"));
    let shown = ask(&engine, &format!("GET /images/{id}/json"), None).await.json();
    assert_eq!(shown["RepoDigests"], json!([format!("{}/team/app@{digest}", registry.host())]));
}

#[tokio::test]
async fn the_layers_that_arrive_are_gzip() {
    let (registry, engine, id) = both(registry::Options::default()).await;
    push(&registry, &engine, "e30=").await;
    let manifest: serde_json::Value = serde_json::from_slice(&registry.manifest("team/app", "v1").unwrap().bytes).unwrap();
    let layer = registry.blob("team/app", manifest["layers"][0]["digest"].as_str().unwrap()).unwrap();
    let config = registry.blob("team/app", &id).unwrap();
    // One stored block: 10 bytes of header, 5 of the block, the bytes, 8 at the end.
    assert_eq!((&layer[..2], &layer[15..layer.len() - 8]), (&[0x1f, 0x8b][..], &[0; 1024][..]));
    let config: serde_json::Value = serde_json::from_slice(&config).unwrap();
    assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn credentials_reach_the_registry_only_in_base64url() {
    let password = "?~>??>~";
    for options in [registry::Options::default().basic("alice", password), registry::Options::default().token("alice", password)] {
        let (registry, engine, _) = both(options).await;
        let good = registry_auth("alice", password);
        let standard = STANDARD.encode(json!({ "username": "alice", "password": password }).to_string());
        assert!(standard.contains(['/', '+']), "the case tests nothing");
        assert!(push(&registry, &engine, &standard).await.error().is_some());
        assert!(push(&registry, &engine, &registry_auth("alice", "wrong")).await.error().is_some());
        assert_eq!(registry.tag_digest("team/app", "v1"), None);
        assert_eq!(push(&registry, &engine, &good).await.error(), None);
        assert!(registry.tag_digest("team/app", "v1").is_some());
    }
}

#[tokio::test]
async fn what_cannot_be_pushed_is_said_as_docker_says_it() {
    let (registry, engine, _) = both(registry::Options::default().basic("alice", "secret")).await;
    let host = registry.host();
    assert_eq!(push(&registry, &engine, "e30=").await.error().unwrap(), "no basic auth credentials");
    for (target, error) in [
        (format!("{host}/team/app/push?tag=v2"), format!("tag does not exist: {host}/team/app:v2")),
        (format!("{host}/none/push?tag=v1"), format!("An image does not exist locally with the tag: {host}/none")),
    ] {
        assert_eq!(ask(&engine, &format!("POST /images/{target}"), Some("e30=")).await.error(), Some(error));
    }
    let without = ask(&engine, &format!("POST /images/{host}/team/app/push?tag=v1"), None).await;
    assert_eq!(without.json()["message"], "Bad parameters and missing X-Registry-Auth: EOF");
    drop(registry);
    engine.add_image(&Image::default(), &["registry.example.com/app:v1"]);
    for (target, reason) in [(format!("{host}/team/app"), "connection refused"), ("registry.example.com/app".to_owned(), "no such host")] {
        let error = ask(&engine, &format!("POST /images/{target}/push?tag=v1"), Some("e30=")).await.error().unwrap();
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn errors_come_inside_the_stream() {
    for (position, pushed) in [(Position::First, false), (Position::Middle, false), (Position::Last, true)] {
        for line in [
            error_line("no"),
            error_detail_line("no"),
            error_detail_without_message_line(403),
            error_detail_null_line("no"),
            real_error_line("no"),
        ] {
            let (registry, engine, _) = both(registry::Options::default()).await;
            engine.misbehave(Rule::on(Endpoint::Push, Switch::StreamError { position, line: line.clone() }));
            let answer = push(&registry, &engine, "e30=").await;
            assert_eq!((answer.status.as_u16(), answer.complete), (200, true));
            assert_eq!(answer.lines().last().unwrap().to_string(), line);
            assert_eq!(registry.tag_digest("team/app", "v1").is_some(), pushed, "{position:?}");
        }
    }
}

#[tokio::test]
async fn the_stream_is_spoiled() {
    let (registry, engine, id) = both(registry::Options::default()).await;
    let digest = engine.manifest_digest(&id).unwrap();
    let says = |answer: &Answer| String::from_utf8(answer.body()).unwrap().contains(&digest);

    engine.misbehave(Rule::on(Endpoint::Push, Switch::Chunks(7)));
    let chunked = push(&registry, &engine, "e30=").await;
    assert!(chunked.lines().len() > 3 && chunked.chunks.iter().all(|chunk| chunk.len() <= 7) && says(&chunked));

    engine.behave();
    engine.misbehave(Rule::on(Endpoint::Push, Switch::CutStreamAfter(2)));
    let cut = push(&registry, &engine, "e30=").await;
    assert_eq!((cut.complete, cut.lines().len()), (false, 2));

    engine.behave();
    engine.misbehave(Rule::on(Endpoint::Push, Switch::WithoutAux));
    let text_only = push(&registry, &engine, "e30=").await;
    assert!(says(&text_only) && !text_only.lines().iter().any(|line| line.get("aux").is_some()));
    engine.misbehave(Rule::on(Endpoint::Push, Switch::WithoutDigestText));
    assert!(!says(&push(&registry, &engine, "e30=").await));

    engine.behave();
    engine.misbehave(Rule::on(Endpoint::Push, Switch::WrongDigest(format!("sha256:{}", "0".repeat(64)))));
    assert!(!says(&push(&registry, &engine, "e30=").await));

    engine.behave();
    engine.misbehave(Rule::on(Endpoint::Push, Switch::SayNothing));
    assert_eq!(push(&registry, &engine, "e30=").await.body(), b"");
}

#[tokio::test]
async fn another_image_or_none_is_pushed() {
    let (registry, engine, id) = both(registry::Options::default()).await;
    engine.misbehave(Rule::on(Endpoint::Push, Switch::PushNothing).times(1));
    let nothing = push(&registry, &engine, "e30=").await;
    assert!(nothing.error().is_none() && String::from_utf8(nothing.body()).unwrap().contains(&engine.manifest_digest(&id).unwrap()));
    assert_eq!(registry.tag_digest("team/app", "v1"), None);

    let evil = engine.add_image(&Image::default().label("evil", "yes"), &[]);
    engine.misbehave(Rule::on(Endpoint::Push, Switch::PushOther(evil.clone())));
    push(&registry, &engine, "e30=").await;
    assert_eq!(registry.tag_digest("team/app", "v1"), engine.manifest_digest(&evil));
}
