//! Ping, version, inspecting, tagging.

use serde_json::json;

use super::client::{ask, registry_auth};
use crate::{Endpoint, Engine, Image, Options, RegistryAuth, Rule, Switch};

#[tokio::test]
async fn an_image_is_inspected_as_docker_shows_it() {
    let engine = Engine::start(Options::default()).await.unwrap();
    let image = Image::default().label("a", "b").config("User", json!("1000")).platform("linux", "arm64", Some("v8"));
    let id = engine.add_image(&image, &["127.0.0.1:1/team/app:v1"]);
    assert_eq!(Some(&id), engine.config_digest(&id).as_ref());
    for target in ["/images/127.0.0.1:1/team/app:v1/json", "/v1.41/images/127.0.0.1:1%2Fteam%2Fapp:v1/json", &format!("/images/{id}/json")]
    {
        let shown = ask(&engine, &format!("GET {target}"), None).await.json();
        assert_eq!(
            (&shown["Id"], &shown["RepoTags"], &shown["RepoDigests"]),
            (&json!(id), &json!(["127.0.0.1:1/team/app:v1"]), &json!([]))
        );
        assert_eq!((&shown["Config"]["Labels"], &shown["Config"]["User"]), (&json!({ "a": "b" }), &json!("1000")));
        assert_eq!((&shown["Architecture"], &shown["Variant"], &shown["Descriptor"]), (&json!("arm64"), &json!("v8"), &json!(null)));
    }
    let missing = ask(&engine, "GET /images/none/json", None).await;
    assert_eq!((missing.status.as_u16(), missing.json()), (404, json!({ "message": "no such image: none: No such image: none:latest" })));

    assert_eq!(ask(&engine, "POST /images/127.0.0.1:1/team/app:v1/tag?repo=ubuntu&tag=x", None).await.status, 201);
    assert_eq!(engine.image_id("docker.io/library/ubuntu:x"), Some(id));
}

#[tokio::test]
async fn a_containerd_store_knows_images_by_their_manifest() {
    let engine = Engine::start(Options::default().containerd()).await.unwrap();
    let id = engine.add_image(&Image::default(), &["app:v1"]);
    let shown = ask(&engine, "GET /images/app:v1/json", None).await.json();
    assert_eq!(Some(&id), engine.manifest_digest(&id).as_ref());
    assert_eq!((&shown["Id"], &shown["Descriptor"]["digest"]), (&json!(id), &json!(id)));
}

#[tokio::test]
async fn versions_are_refused_and_lies_are_told() {
    let engine = Engine::start(Options::default()).await.unwrap();
    assert_eq!(ask(&engine, "GET /_ping", None).await.headers["api-version"], "1.41");
    assert_eq!(ask(&engine, "HEAD /_ping", None).await.body(), b"");
    let refused = ask(&engine, "GET /v1.99/info", None).await;
    assert_eq!(refused.json()["message"], "client version 1.99 is too new. Maximum supported API version is 1.41");
    let body = br#"{"ApiVersion":"9999"}"#.as_slice().into();
    engine.misbehave(Rule::on(Endpoint::Version, Switch::Reply { status: 200, content_type: "application/json", body }));
    assert_eq!(ask(&engine, "GET /version", None).await.json()["ApiVersion"], "9999");

    engine.misbehave(Rule::on(Endpoint::Push, Switch::HtmlEcho { status: 403, size: 50_000 }));
    let page = ask(&engine, "POST /images/app/push?tag=v1", Some(&registry_auth("alice", "s?cret~"))).await;
    assert!(page.status == 403 && page.body().len() >= 50_000 && String::from_utf8(page.body()).unwrap().contains("s?cret~"));
    let requests = engine.requests();
    let push = requests.last().unwrap();
    let RegistryAuth::Credentials(sent) = &push.registry_auth else { panic!("{:?}", push.registry_auth) };
    assert_eq!((sent.password.as_str(), push.image.as_deref(), push.query.as_str()), ("s?cret~", Some("app"), "tag=v1"));
    assert_eq!(push.status, Some(403));
}

#[tokio::test]
async fn a_tag_moves_after_it_was_inspected() {
    let engine = Engine::start(Options::default()).await.unwrap();
    let good = engine.add_image(&Image::default(), &["app:v1"]);
    let evil = engine.add_image(&Image::default().label("evil", "yes"), &[]);
    let switch = Switch::Retag { name: "app:v1".to_owned(), image_id: evil.clone() };
    engine.misbehave(Rule::on(Endpoint::Inspect, switch).times(1));
    assert_eq!(ask(&engine, "GET /images/app:v1/json", None).await.json()["Id"], good);
    assert_eq!(ask(&engine, "GET /images/app:v1/json", None).await.json()["Id"], evil);
}
