//! `--direct`: out of the Docker Engine, and past it.

use pushgate_test_engine::{Endpoint, Engine, Options as EngineOptions, Rule, Switch};
use pushgate_test_registry::{Options, Registry};

use crate::sources::manifests;
use crate::support::{Home, Ran, assert_whole};

/// A Docker Engine with an image, and a registry.
pub(crate) struct Stage {
    home: Home,
    pub(crate) engine: Engine,
    pub(crate) registry: Registry,
    pub(crate) image_id: String,
}

impl Stage {
    pub(crate) fn new(options: EngineOptions) -> Self {
        let engine = Engine::start_blocking(options).expect("an engine");
        let registry = Registry::start_blocking(Options::default()).expect("a registry");
        let image = pushgate_test_engine::Image { layers: vec![vec![7; 400_000].into(), vec![8; 10].into()], ..Default::default() };
        let image_id = engine.add_image(&image.label("from", "the engine"), &[&format!("{}/app:v1", registry.host())]);
        let home = Home::new();
        std::fs::create_dir(home.join("temporary")).expect("a folder");
        Self { home, engine, registry, image_id }
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        let line = format!("{line} --uri {0} --output json", self.registry.host());
        let mut command = self.home.command(line.split_whitespace());
        command.env("DOCKER_HOST", self.engine.docker_host()).env("TMPDIR", self.home.join("temporary"));
        Ran::from(command.output().expect("the command runs"))
    }

    fn push(&self, more: &str) -> Ran {
        let ran = self.run(&format!("push {}/app:v1 --direct {more}", self.registry.host()));
        let left = std::fs::read_dir(self.home.join("temporary")).expect("a folder").count();
        assert_eq!(left, 0, "nothing is left behind");
        assert!(self.engine.requests().iter().all(|request| !matches!(request.endpoint, Endpoint::Push | Endpoint::Tag)));
        ran
    }

    fn stays_out(&self, more: &str, expected: &str) {
        let ran = self.push(more);
        assert_eq!(ran.code, 6, "{ran:?}");
        let error = ran.json()["error"]["message"].as_str().expect("a message").to_owned();
        assert!(error.contains(expected), "{error}");
        assert!(self.registry.requests().is_empty(), "nothing was sent");
    }
}

#[test]
fn an_image_is_taken_out_of_the_engine_and_pushed_without_it() {
    for containerd in [false, true] {
        let options = if containerd { EngineOptions::default().containerd() } else { EngineOptions::default() };
        let stage = Stage::new(options);
        for more in ["", "--verify", "--platform linux/amd64", "--compress zstd"] {
            let ran = stage.push(more);
            assert_eq!(ran.code, 0, "{ran:?}");
            let digest = stage.registry.tag_digest("app", "v1").expect("a tag");
            assert_eq!(ran.json()["digest"], digest);
            let manifest = manifests(&stage.registry, "v1");
            assert_eq!(manifest["config"]["digest"].as_str(), stage.engine.config_digest(&stage.image_id).as_deref());
            if containerd {
                assert_eq!(stage.engine.manifest_digest(&stage.image_id), Some(digest));
            }
        }
        let exported: Vec<_> = stage.engine.requests().into_iter().filter(|request| request.endpoint == Endpoint::Export).collect();
        assert_eq!(exported.len(), 4);
        for request in exported {
            assert_eq!(request.image.as_deref(), Some(stage.image_id.as_str()), "by its ID");
        }
        stage.registry.forget_requests();
        stage.stays_out("--platform linux/arm64", "linux/arm64");
    }
}

#[test]
fn what_the_hook_sees_is_in_the_archive() {
    let stage = Stage::new(EngineOptions::default());
    assert_eq!(stage.push(r#"--flavor require-labels --set labels:=["from"]"#).code, 0);
    assert_eq!(stage.push(r#"--flavor require-labels --set labels:=["other"]"#).code, 4);
}

#[test]
fn a_tag_that_moves_during_the_export_does_not_matter() {
    let stage = Stage::new(EngineOptions::default());
    let other = stage.engine.add_image(&pushgate_test_engine::Image::default().label("other", "yes"), &["other:v1"]);
    let retag = Switch::Retag { name: format!("{}/app:v1", stage.registry.host()), image_id: other };
    stage.engine.misbehave(Rule::on(Endpoint::Inspect, retag).times(1));
    assert_eq!(stage.push("").code, 0);
    assert_eq!(manifests(&stage.registry, "v1")["config"]["digest"], stage.image_id);
}

#[test]
fn an_export_of_another_image_is_refused() {
    for containerd in [false, true] {
        let options = if containerd { EngineOptions::default().containerd() } else { EngineOptions::default() };
        let stage = Stage::new(options);
        let other = stage.engine.add_image(&pushgate_test_engine::Image::default().label("other", "yes"), &["other:v1"]);
        stage.engine.misbehave(Rule::on(Endpoint::Export, Switch::ExportOther(other.clone())));
        stage.stays_out("", &format!("was asked for the image {} and gave out {other}", stage.image_id));
    }
}

#[test]
fn an_export_that_is_broken_is_refused() {
    for (switch, expected) in [
        (Switch::EndExportAfter(200_000), "the file ends in the middle of an entry"),
        (Switch::EndExportAfter(0), "the file ends without the two blocks of zeros"),
        (Switch::CutExportAfter(200_000), "the connection to the Docker Engine broke"),
        (Switch::Status(500), "answered 500"),
        (Switch::ExportBytes(b"<html>".as_slice().into()), "the archive is refused"),
    ] {
        let stage = Stage::new(EngineOptions::default().misbehave(Rule::on(Endpoint::Export, switch)));
        stage.stays_out("", expected);
    }
}

#[test]
fn without_a_temporary_file_nothing_is_taken_out() {
    let stage = Stage::new(EngineOptions::default());
    let line = format!("push {0}/app:v1 --uri {0} --direct", stage.registry.host());
    let mut command = stage.home.command(line.split_whitespace());
    command.env("DOCKER_HOST", stage.engine.docker_host()).env("TMPDIR", "/nonexistent/folder");
    let ran = Ran::from(command.output().expect("the command runs"));
    assert_whole!(stage.home, ran);
    assert!(stage.engine.requests().iter().all(|request| request.endpoint != Endpoint::Export));
}

#[test]
fn the_engines_own_push_is_held_to_the_platform_too() {
    let stage = Stage::new(EngineOptions::default());
    let push = |platform: &str| stage.run(&format!("push {}/app:v1 --platform {platform}", stage.registry.host()));
    let ran = push("linux/arm64");
    assert_eq!((ran.code, &ran.json()["error"]["message"]), (6, &"the image is for linux/amd64, not for linux/arm64".into()));
    assert!(stage.registry.requests().is_empty());
    assert_eq!(push("linux/amd64").code, 0);
}
