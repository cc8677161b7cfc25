//! What an image is, and that a name still means it.

use pushgate_oci::ImageConfig;

use super::*;

#[tokio::test]
async fn the_image_is_what_an_oci_layout_would_say() {
    let image = Image::default()
        .label("b", "2")
        .label("a", "1")
        .config("User", serde_json::json!("1000"))
        .config("Env", serde_json::json!(["A=b"]))
        .config("ExposedPorts", serde_json::json!({ "80/tcp": {} }))
        .platform("linux", "arm64", Some("v8"));
    for options in [Options::default(), Options::default().containerd()] {
        let containerd = options.containerd;
        let fake = start(options).await;
        let id = fake.add_image(&image, &["127.0.0.1:5000/app:v1"]);
        let engine = connect(&fake).await;
        for name in ["127.0.0.1:5000/app:v1", id.as_str()] {
            let found = engine.inspect(name).await.unwrap();
            assert_eq!(found.id.as_str(), id);
            assert_eq!(found.repo_tags, ["127.0.0.1:5000/app:v1"]);
            let expected = ImageConfig::parse(
                serde_json::json!({
                    "created": "2024-01-01T00:00:00Z", "os": "linux", "architecture": "arm64", "variant": "v8",
                    "config": { "User": "1000", "Env": ["A=b"], "ExposedPorts": { "80/tcp": {} }, "Labels": { "a": "1", "b": "2" } },
                    "rootfs": { "type": "layers", "diff_ids": found.config.rootfs.diff_ids.iter().map(ToString::to_string).collect::<Vec<_>>() },
                })
                .to_string()
                .as_bytes(),
            )
            .unwrap();
            assert_eq!(found.config, expected);
            assert_eq!(found.config.rootfs.diff_ids.len(), 1);
            if containerd {
                assert_eq!(found.store, ImageStore::Containerd);
                assert_eq!(found.target_digest.unwrap().as_str(), fake.manifest_digest(&id).unwrap());
            } else {
                assert_eq!((found.store, &found.target_digest), (ImageStore::Classic, &None));
                assert_eq!(found.config_digest().unwrap().as_str(), fake.config_digest(&id).unwrap());
            }
        }
    }
}

#[tokio::test]
async fn an_image_that_is_not_there_is_told_apart() {
    let fake = start(Options::default()).await;
    let engine = connect(&fake).await;
    let error = engine.inspect("127.0.0.1:5000/app:v1").await.unwrap_err();
    assert!(matches!(error, EngineError::NoSuchImage { .. }) && !error.blames_registry(), "{error}");
    let absent = Digest::sha256(b"absent");
    let error = engine.tag(&absent, &EngineName::new("app", "v1").unwrap()).await.unwrap_err();
    assert!(matches!(error, EngineError::NoSuchImage { .. }), "{error}");
}

#[tokio::test]
async fn a_name_that_is_none_never_reaches_the_engine() {
    let fake = start(Options::default()).await;
    let engine = connect(&fake).await;
    fake.forget_requests();
    for name in ["a?x", "a#x", "a/../../containers/create", "%2e%2e", "a b", "", "a\r\nX: y", "app:v1?x=y"] {
        let error = engine.inspect(name).await.unwrap_err();
        assert!(matches!(error, EngineError::InvalidName { .. }), "{name}: {error}");
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_no_image_is_refused() {
    for (switch, words) in [
        (Switch::Status(500), "answered 500"),
        (page(409, "<html>".to_owned() + &"x".repeat(10 * 1024 * 1024)), "answered 409"),
        (json("[]"), "cannot be read"),
        (json("{}"), "cannot be read"),
        (json(r#"{"Id":"sha256:x","Os":"linux","Architecture":"amd64"}"#), "not a digest"),
        (page(200, "x".repeat(10 * 1024 * 1024)), "longer than"),
        (Switch::Hangup, "broke"),
    ] {
        let fake = fake_with(Endpoint::Inspect, switch).await;
        let error = connect(&fake).await.inspect("app:v1").await.unwrap_err();
        assert!(matches!(error, EngineError::Request { .. }) && !error.blames_registry(), "{error}");
        assert!(error.to_string().contains(words) && error.to_string().len() < 2048, "{words}: {error}");
    }
}

#[tokio::test]
async fn an_engine_that_stalls_costs_the_limit() {
    let fake = fake_with(Endpoint::Inspect, Switch::Stall).await;
    let engine = connect_within(&fake, EngineLimits { request: SHORT, ..limits() }).await;
    let error = engine.inspect("app:v1").await.unwrap_err();
    assert!(error.to_string().contains("nothing came"), "{error}");
}

#[tokio::test]
async fn a_tag_that_moved_is_noticed() {
    let fake = start(Options::default()).await;
    let first = fake.add_image(&Image::default().label("which", "first"), &["127.0.0.1:5000/app:v1"]);
    let second = fake.add_image(&Image::default().label("which", "second"), &[]);
    let engine = connect(&fake).await;
    let name = EngineName::new("127.0.0.1:5000/app", "v1").unwrap();
    let checked = engine.inspect(&name.to_string()).await.unwrap();
    engine.ensure_tag_still(&name, &checked.id).await.unwrap();

    fake.tag(&second, "127.0.0.1:5000/app:v1");
    let error = engine.ensure_tag_still(&name, &checked.id).await.unwrap_err();
    assert!(matches!(error, EngineError::TagMoved { found: Some(_), .. }) && !error.blames_registry(), "{error}");
    let text = error.to_string();
    assert!(text.starts_with("tag moved: ") && text.contains(&first) && text.contains(&second), "{text}");

    let gone = EngineName::new("127.0.0.1:5000/app", "v2").unwrap();
    let error = engine.ensure_tag_still(&gone, &checked.id).await.unwrap_err();
    assert!(error.to_string().ends_with("is gone now"), "{error}");
}

#[tokio::test]
async fn names_come_from_references_as_typed() {
    let image = ImageReference::parse("Registry.Example.com:5000/team/app").unwrap();
    let scoped = RegistryUri::parse("registry.example.com:5000/team").unwrap().scope(&image).unwrap();
    let name = EngineName::of(&scoped).expect("a tag");
    assert_eq!((name.repository(), name.tag()), ("Registry.Example.com:5000/team/app", "latest"));
    // What is built without a check would pass it.
    assert_eq!(EngineName::new(name.repository(), name.tag()).unwrap(), name);
}
