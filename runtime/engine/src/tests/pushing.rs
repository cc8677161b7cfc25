//! The push as the daemon reports it: H-02, H-03, H-06, H-07, H-10, F-16, F-17, D-03.

use std::sync::Mutex;

use pushgate_credentials::Secret;
use pushgate_test_engine::{
    Position, RegistryAuth, error_detail_line, error_detail_null_line, error_detail_without_message_line, error_line, real_error_line,
};
use pushgate_test_registry::{Options as RegistryOptions, Registry};

use super::*;

const CANARY: &str = "S3CRET-CANARY-?~>ü";

fn basic(password: &str) -> Credentials {
    Credentials::Basic { username: "me".to_owned(), password: Secret::new(password.to_owned()) }
}

/// An image in a fake Engine, about to be pushed to a registry that really is there.
struct Scene {
    registry: Registry,
    fake: Engine,
    id: String,
    name: EngineName,
    server: Host,
}

impl Scene {
    async fn new(options: Options, registry: RegistryOptions) -> Self {
        let registry = Registry::start_blocking(registry).expect("a registry");
        let fake = start(options).await;
        let host = registry.host().to_string();
        let name = EngineName::new(&format!("{host}/team/app"), "v1").unwrap();
        let id = fake.add_image(&Image::default(), &[&name.to_string(), &format!("{host}/team/app:other")]);
        Self { registry, fake, id, name, server: Host::parse(&host).unwrap() }
    }

    async fn with(switch: Switch) -> Self {
        Self::new(Options::default().misbehave(Rule::on(Endpoint::Push, switch)), RegistryOptions::default()).await
    }

    async fn push(&self) -> Result<Digest, EngineError> {
        self.push_as(&Credentials::Anonymous, limits(), &()).await
    }

    async fn push_as(&self, credentials: &Credentials, limits: EngineLimits, progress: &dyn EngineProgress) -> Result<Digest, EngineError> {
        connect_within(&self.fake, limits).await.push(&self.name, credentials, &self.server, progress).await
    }

    async fn fails(&self) -> EngineError {
        self.push().await.expect_err("the push fails")
    }
}

#[derive(Default)]
struct Seen(Mutex<Vec<LayerState>>);

impl EngineProgress for Seen {
    fn layer(&self, _layer: &str, state: LayerState) {
        self.0.lock().unwrap().push(state);
    }
}

#[tokio::test]
async fn a_push_arrives_and_has_a_digest() {
    for options in
        [Options::default(), Options::default().containerd(), Options::default().misbehave(Rule::on(Endpoint::Push, Switch::Chunks(1)))]
    {
        let scene = Scene::new(options, RegistryOptions::default().basic("me", CANARY)).await;
        let seen = Seen::default();
        let digest = scene.push_as(&basic(CANARY), limits(), &seen).await.unwrap();
        assert_eq!(Some(digest.to_string()), scene.fake.manifest_digest(&scene.id));
        assert_eq!(scene.registry.tag_digest("team/app", "v1").map(|digest| digest.to_string()), Some(digest.to_string()));
        assert_eq!(scene.registry.tag_digest("team/app", "other"), None, "the tag that was named, and no other");
        assert_eq!(seen.0.into_inner().unwrap().last(), Some(&LayerState::Pushed));
    }
}

#[tokio::test]
async fn the_request_names_the_tag_and_carries_the_exact_credentials() {
    let scene = Scene::with(Switch::PushNothing).await;
    for password in [CANARY, "~~~???>>>", "\"\\\n", &"long".repeat(2560)] {
        scene.fake.forget_requests();
        scene.push_as(&basic(password), limits(), &()).await.unwrap();
        let requests = scene.fake.requests();
        let push = requests.iter().find(|request| request.endpoint == Endpoint::Push).unwrap();
        assert_eq!(push.query, "tag=v1");
        assert_eq!(push.path, format!("/v1.41/images/{}/push", scene.name.repository()));
        let RegistryAuth::Credentials(sent) = &push.registry_auth else { panic!("the daemon ignores {:?}", push.registry_auth) };
        assert_eq!((sent.username.as_str(), sent.password.as_str()), ("me", password));
        assert_eq!(sent.server_address, scene.server.as_str());
    }
    scene.fake.forget_requests();
    scene.push_as(&Credentials::IdentityToken(Secret::new("t0ken".to_owned())), limits(), &()).await.unwrap();
    scene.push().await.unwrap();
    let sent: Vec<_> = scene
        .fake
        .requests()
        .into_iter()
        .filter(|request| request.endpoint == Endpoint::Push)
        .map(|request| request.registry_auth.credentials())
        .collect();
    assert_eq!(sent[0].identity_token, "t0ken");
    assert_eq!(sent[1], pushgate_test_engine::Credentials::default());
}

#[tokio::test]
async fn a_failure_in_the_stream_is_never_a_push() {
    for position in [Position::First, Position::Middle, Position::Last] {
        for line in [
            error_line("denied: no"),
            error_detail_line("denied: no"),
            error_detail_without_message_line(7),
            error_detail_null_line("denied: no"),
            real_error_line("denied: no"),
        ] {
            let scene = Scene::with(Switch::StreamError { position, line: line.clone() }).await;
            scene.fake.misbehave(Rule::on(Endpoint::Push, Switch::Chunks(3)));
            let error = scene.fails().await;
            assert!(matches!(error, EngineError::Push { .. }) && error.blames_registry(), "{position:?} {line}: {error}");
        }
    }
    let scene = Scene::with(Switch::ExtraLine(r#"{"errorDetail":null}"#.to_owned())).await;
    scene.push().await.expect("null is no failure");
}

#[tokio::test]
async fn a_stream_without_an_end_is_never_a_push() {
    for (switch, unknown) in [
        (Switch::SayNothing, true),
        (Switch::CutStreamAfter(0), true),
        (Switch::CutStreamAfter(1), true),
        (Switch::CutStreamAfter(4), true),
        (Switch::Hangup, true),
    ] {
        let scene = Scene::with(switch.clone()).await;
        // What it pushed once is not what it pushes now.
        scene.fake.add_repository_digest(&scene.id, &format!("{}@{}", scene.name.repository(), Digest::sha256(b"stale")));
        let error = scene.fails().await;
        assert!(matches!(error, EngineError::PushLost { .. } | EngineError::NoDigest { .. }), "{switch:?}: {error}");
        assert_eq!(error.leaves_registry_unknown(), unknown, "{switch:?}");
        assert!(!error.blames_registry());
    }
    let scene = Scene::with(Switch::WithoutDigestText).await;
    scene.fake.misbehave(Rule::on(Endpoint::Push, Switch::WithoutAux));
    assert!(matches!(scene.fails().await, EngineError::NoDigest { .. }));
}

#[tokio::test]
async fn a_stream_that_stalls_costs_the_idle_limit() {
    for switch in [Switch::Stall, Switch::StallStreamAfter(2)] {
        let scene = Scene::with(switch.clone()).await;
        let error = scene.push_as(&Credentials::Anonymous, EngineLimits { idle: SHORT, ..limits() }, &()).await.unwrap_err();
        assert!(error.leaves_registry_unknown() && error.to_string().contains("nothing came"), "{switch:?}: {error}");
    }
}

#[tokio::test]
async fn two_digests_or_another_image_are_not_taken_for_one() {
    let scene = Scene::with(Switch::ExtraLine(format!("{{\"status\":\"v1: digest: {} size: 1\"}}", Digest::sha256(b"other")))).await;
    let error = scene.fails().await;
    assert!(error.leaves_registry_unknown() && error.to_string().contains("two digests"), "{error}");
    let scene = Scene::with(Switch::ExtraLine(r#"{"progressDetail":{},"aux":{"manifestPushedInsteadOfIndex":true}}"#.to_owned())).await;
    assert!(scene.fails().await.to_string().contains("one manifest of an index"));
}

#[tokio::test]
async fn a_refusal_in_place_of_a_stream_is_sorted() {
    for (status, registry) in [(401, true), (403, true), (404, false), (409, false), (500, false), (503, false)] {
        for switch in [
            Switch::Status(status),
            page(status, format!("<html>{}", "x".repeat(10 * 1024 * 1024))),
            Switch::HtmlEcho { status, size: 10 * 1024 * 1024 },
        ] {
            let scene = Scene::with(switch).await;
            let error = scene.push_as(&basic(CANARY), limits(), &()).await.unwrap_err();
            assert_eq!(error.blames_registry(), registry, "{status}: {error}");
            assert!(!error.leaves_registry_unknown());
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(!text.contains("CANARY") && text.len() < 2500, "{status}: {text}");
            }
        }
    }
    let scene = Scene::with(Switch::Status(404)).await;
    assert!(matches!(scene.fails().await, EngineError::NoSuchImage { .. }));
}

#[tokio::test]
async fn who_failed_is_told_apart() {
    // A registry that wants other credentials.
    let scene = Scene::new(Options::default(), RegistryOptions::default().basic("me", "right")).await;
    let error = scene.push_as(&basic(CANARY), limits(), &()).await.unwrap_err();
    assert!(error.blames_registry() && error.asks_for_credentials(), "{error}");
    assert!(!error.to_string().contains("CANARY"));
    // A registry that is not there.
    let Scene { registry, fake, name, server, .. } = Scene::new(Options::default(), RegistryOptions::default()).await;
    drop(registry);
    let error = connect(&fake).await.push(&name, &Credentials::Anonymous, &server, &()).await.unwrap_err();
    assert!(error.blames_registry(), "{error}");
    // An image that is not there.
    let scene = Scene::new(Options::default(), RegistryOptions::default()).await;
    let absent = EngineName::new(scene.name.repository(), "absent").unwrap();
    let error = connect(&scene.fake).await.push(&absent, &Credentials::Anonymous, &scene.server, &()).await.unwrap_err();
    assert!(matches!(error, EngineError::Push { registry: None, .. }) && !error.blames_registry(), "{error}");
}

#[tokio::test]
async fn what_the_daemon_echoes_is_freed_of_secrets() {
    let header = Authentication::new(&basic(CANARY), "127.0.0.1:5000").header();
    let header = header.to_str().unwrap();
    for echoed in [CANARY, header] {
        let scene = Scene::with(Switch::StreamError {
            position: Position::First,
            line: real_error_line(&format!("denied to {echoed} and {echoed}")),
        })
        .await;
        // The header has the server's name in it, so the same server.
        let server = Host::parse("127.0.0.1:5000").unwrap();
        let error = connect(&scene.fake).await.push(&scene.name, &basic(CANARY), &server, &()).await.unwrap_err();
        assert!(error.to_string().ends_with("denied to *** and ***"), "{error}");
        assert!(!format!("{error:?}").contains(echoed));
    }
}

#[tokio::test]
async fn a_push_that_is_given_up_closes_its_connection() {
    let scene = Scene::with(Switch::StallStreamAfter(1)).await;
    let engine = connect(&scene.fake).await;
    let given_up = tokio::time::timeout(SHORT, engine.push(&scene.name, &Credentials::Anonymous, &scene.server, &())).await;
    assert!(given_up.is_err());
    // The daemon goes on answering others.
    scene.fake.behave();
    engine.inspect(&scene.name.to_string()).await.unwrap();
    engine.push(&scene.name, &Credentials::Anonymous, &scene.server, &()).await.unwrap();
}
