//! `pushgate push` through a Docker Engine that misbehaves, to a registry that tells what arrived.

use pushgate_test_engine::{Endpoint, Engine, Image, Options, Position, Rule, Switch, error_line};
use pushgate_test_registry::{Options as RegistryOptions, Registry};

use crate::support::{Home, Ran, User, assert_whole};

/// A Docker Engine with one image, named as it is to be pushed, and the registry that it is pushed to.
struct Stage {
    home: Home,
    engine: Engine,
    registry: Registry,
    image_id: String,
}

impl Stage {
    fn new(options: Options) -> Self {
        let engine = Engine::start_blocking(options).expect("an engine");
        let registry = Registry::start_blocking(RegistryOptions::default()).expect("a registry");
        let name = format!("{}/team/app:v1", registry.host());
        let image_id = engine.add_image(&Image::default().label("number", "1"), &[&name]);
        Self { home: Home::new(), engine, registry, image_id }
    }

    fn name(&self) -> String {
        format!("{}/team/app:v1", self.registry.host())
    }

    fn run(&self, line: &str) -> Ran {
        let mut command = self.home.command(line.split_whitespace());
        Ran::from(command.env("DOCKER_HOST", self.engine.docker_host()).output().expect("the command runs"))
    }

    fn push(&self) -> Ran {
        self.run(&format!("push {} --uri {} --output json", self.name(), self.registry.host()))
    }

    fn pushes(&self) -> usize {
        self.engine.requests().iter().filter(|request| request.endpoint == Endpoint::Push).count()
    }

    fn served(&self) -> Option<String> {
        self.registry.tag_digest("team/app", "v1")
    }
}

#[test]
fn an_honest_engine_pushes_and_the_digest_is_the_registrys() {
    for options in [Options::default(), Options::default().containerd()] {
        let stage = Stage::new(options);
        let ran = stage.push();
        assert_eq!(ran.code, 0, "{ran:?}");
        let json = ran.json();
        assert_eq!(json["digest"].as_str().map(str::to_owned), stage.served());
        assert_eq!(json["remote"], "updated");
        assert_eq!(stage.push().json()["remote"], "unchanged");
    }
}

#[test]
fn the_credentials_reach_the_engine_as_they_are() {
    let user = User::new("person", "p:a~s?s>wör/d+=");
    let mut stage = Stage::new(Options::default());
    stage.registry = Registry::start_blocking(RegistryOptions::default().basic(&user.name, &user.password)).expect("a registry");
    let name = stage.name();
    stage.engine.tag(&stage.image_id, &name);
    stage.home.log_in(&stage.registry.host(), &user);
    let ran = stage.push();
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn an_error_inside_the_stream_is_no_push() {
    for position in [Position::First, Position::Middle] {
        let line = error_line("denied: requested access to the resource is denied");
        let stage = Stage::new(Options::default().misbehave(Rule::on(Endpoint::Push, Switch::StreamError { position, line })));
        let ran = stage.push();
        assert_eq!(ran.code, 7, "{position:?} {ran:?}");
        assert_eq!(stage.served(), None);
    }
}

#[test]
fn a_stream_that_ends_without_a_digest_is_no_success() {
    for switch in [Switch::SayNothing, Switch::CutStreamAfter(2)] {
        let stage = Stage::new(Options::default().misbehave(Rule::on(Endpoint::Push, switch.clone())));
        let ran = stage.push();
        assert_eq!((ran.code, &ran.json()["remote"]), (6, &"unchanged".into()), "{switch:?} {ran:?}");
    }
    // Everything arrived, and the engine's last words were lost: something changed, so this is not to be tried again blindly.
    let lost = Stage::new(
        Options::default()
            .misbehave(Rule::on(Endpoint::Push, Switch::WithoutDigestText))
            .misbehave(Rule::on(Endpoint::Push, Switch::WithoutAux)),
    );
    let ran = lost.push();
    assert_eq!((ran.code, &ran.json()["remote"]), (9, &"unknown".into()), "{ran:?}");
}

#[test]
fn an_engine_that_claims_a_push_is_not_believed() {
    let stage = Stage::new(Options::default().misbehave(Rule::on(Endpoint::Push, Switch::PushNothing)));
    let ran = stage.push();
    assert_eq!(ran.code, 9, "{ran:?}");
    let wrong = format!("sha256:{}", "0".repeat(64));
    let stage = Stage::new(Options::default().misbehave(Rule::on(Endpoint::Push, Switch::WrongDigest(wrong))));
    assert_eq!(stage.push().code, 9);
}

#[test]
fn an_old_digest_of_the_same_repository_is_never_reported() {
    let stage = Stage::new(Options::default().misbehave(Rule::on(Endpoint::Push, Switch::SayNothing)));
    let stale = format!("sha256:{}", "1".repeat(64));
    stage.engine.add_repository_digest(&stage.image_id, &format!("{}/team/app@{stale}", stage.registry.host()));
    let ran = stage.push();
    assert_ne!(ran.code, 0);
    assert!(!ran.stdout.contains(&stale), "{ran:?}");
}

#[test]
fn a_tag_that_moves_before_the_push_stops_it() {
    let stage = Stage::new(Options::default());
    let other = stage.engine.add_image(&Image::default().label("number", "2"), &["other:v1"]);
    let retag = Switch::Retag { name: stage.name(), image_id: other };
    stage.engine.misbehave(Rule::on(Endpoint::Inspect, retag).times(1));
    let ran = stage.push();
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stderr.contains("tag moved"), "{ran:?}");
    assert_eq!(stage.pushes(), 0);
}

#[test]
fn a_tag_that_moves_during_the_push_is_exit_9_with_both_digests() {
    let stage = Stage::new(Options::default());
    let other = stage.engine.add_image(&Image::default().label("number", "2"), &["other:v1"]);
    stage.engine.misbehave(Rule::on(Endpoint::Push, Switch::PushOther(other.clone())));
    let ran = stage.push();
    assert_eq!((ran.code, &ran.json()["remote"]), (9, &"unknown".into()), "{ran:?}");
    assert!(ran.stderr.contains(&stage.image_id) && ran.stderr.contains(&other), "{ran:?}");
}

#[test]
fn the_request_names_the_tag() {
    let stage = Stage::new(Options::default());
    let host = stage.registry.host();
    stage.engine.tag(&stage.image_id, &format!("{host}/team/app:latest"));
    let ran = stage.run(&format!("push {host}/team/app --uri {host}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    let requests = stage.engine.requests();
    let push = requests.iter().find(|request| request.endpoint == Endpoint::Push).expect("a push");
    assert_eq!(push.query, "tag=latest");
}

#[test]
fn no_engine_lists_what_was_tried() {
    let home = Home::new();
    let mut command = home.command(["push", "registry.example.com/app:v1", "--uri", "registry.example.com"]);
    let ran = Ran::from(command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock").output().expect("the command runs"));
    assert_whole!(home, ran);
    let mut command = home.command(["push", "registry.example.com/app:v1", "--uri", "registry.example.com"]);
    let ran = Ran::from(command.env("DOCKER_HOST", "ssh://somebody@example.com").output().expect("the command runs"));
    assert_whole!(home, ran);
}

#[test]
fn layers_that_the_engine_pushes_have_lines_too() {
    let stage = Stage::new(Options::default());
    let line = format!("push {} --uri {}", stage.name(), stage.registry.host());
    for word in ["pushed ", "exists "] {
        let ran = stage.run(&line);
        assert_eq!(ran.code, 0, "{ran:?}");
        let lines: Vec<&str> = ran.stderr.lines().collect();
        assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with(word)), "{lines:?}");
    }
}

#[test]
fn layers_that_the_engine_finds_after_an_answer_was_lost_were_pushed() {
    let stage = Stage::new(Options::default());
    stage.engine.misbehave(Rule::on(Endpoint::Push, Switch::LoseLayerAnswers));
    let ran = stage.run(&format!("push {} --uri {}", stage.name(), stage.registry.host()));
    assert_eq!(ran.code, 0, "{ran:?}");
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with("pushed ")), "{lines:?}");
}

#[test]
fn the_current_context_says_which_engine_is_meant() {
    let stage = Stage::new(Options::default());
    let context = |host: &str| {
        // The SHA-256 of `far`.
        let id = pushgate_oci::Digest::sha256(b"far").as_str().trim_start_matches("sha256:").to_owned();
        let description = serde_json::json!({ "Name": "far", "Metadata": {}, "Endpoints": { "docker": { "Host": host } } });
        stage.home.write(&format!(".docker/contexts/meta/{id}/meta.json"), description.to_string());
    };
    stage.home.write(".docker/config.json", r#"{"currentContext":"far"}"#);
    context(&stage.engine.docker_host());
    let push = format!("push {} --uri {}", stage.name(), stage.registry.host());
    let ran = stage.home.run(&push);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(stage.pushes(), 1);

    context("ssh://somebody:secret@far.example");
    assert_whole!(stage.home, stage.home.run(&push));
    context("unix:///nonexistent/docker.sock");
    assert_whole!(stage.home, stage.home.run(&push));
    stage.home.write(".docker/config.json", r#"{"currentContext":"near"}"#);
    let ran = stage.home.run(&push);
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stderr.contains("the Docker context `near`") && ran.stderr.contains("there is no such context"), "{ran:?}");
    // What comes first does not look at it.
    assert_eq!(stage.run(&push).code, 0);
}
