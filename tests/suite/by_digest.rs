//! `pushgate push registry/app@sha256:…`: an image that is named by its digest has no tag, before a push and after it.

use pushgate_test_engine::{Endpoint, Engine, Options as EngineOptions};
use pushgate_test_images::{Image, Layout, sha256};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};

use crate::support::{Home, Ran, assert_whole, guest};

/// A registry, and an image with the digest of its manifest.
struct Stage {
    home: Home,
    registry: Registry,
    digest: String,
}

fn image() -> Image {
    Image::new().label("a", "1").layer([("hello.txt", b"hello\n".as_slice())])
}

impl Stage {
    fn new() -> Self {
        let home = Home::new();
        let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image(), None)).expect("a layout");
        Self { home, registry: Registry::start_blocking(Options::default()).expect("a registry"), digest }
    }

    fn run(&self, command: &str, digest: &str, more: &str) -> Ran {
        let host = self.registry.host();
        self.home.run(&format!("{command} {host}/team/app@{digest} --uri {host}/team --output json {more}"))
    }

    fn holds(&self, digest: &str) -> bool {
        assert_eq!(self.registry.tags("team/app"), [""; 0]);
        self.registry.manifest("team/app", digest).is_some()
    }
}

#[test]
fn an_image_is_pushed_under_its_digest_and_no_tag() {
    let stage = Stage::new();
    let digest = &stage.digest;
    for (remote, requests) in [("updated", true), ("unchanged", false)] {
        stage.registry.forget_requests();
        let ran = stage.run("push", digest, "--from oci:image");
        assert_eq!(ran.code, 0, "{ran:?}");
        let json = ran.json();
        let name = format!("{}/team/app@{digest}", stage.registry.host());
        assert_eq!(
            (json["image"].as_str(), json["digest"].as_str(), json["remote"].as_str()),
            (Some(&*name), Some(&**digest), Some(remote))
        );
        assert!(stage.holds(digest));
        let wrote = stage.registry.requests().iter().any(|request| request.step == Step::ManifestPut);
        assert_eq!(wrote, requests);
    }
}

#[test]
fn so_is_an_index_and_what_docker_save_wrote() {
    let stage = Stage::new();
    let images = [image(), image().architecture("arm64", Some("v8"))];
    let mut layout = Layout::create(&stage.home.join("index")).expect("a layout");
    let index = layout.add_index(&images, true, None).expect("an index");
    let file = std::fs::File::create(stage.home.join("image.tar")).expect("a file");
    image().write_docker_archive(file, &["local/app:v1"]).expect("an archive");
    // What its layers are compressed to is known to pushgate alone: another registry, or an earlier push, says it.
    let host = stage.registry.host();
    let archived = stage.home.must(&format!("push {host}/other:v1 --uri {host} --from docker-archive:image.tar --output json")).json();
    let archived = archived["digest"].as_str().expect("a digest");
    for (digest, source) in
        [(index.as_str(), "oci:index"), (archived, "docker-archive:image.tar"), (archived, "docker-archive:image.tar --verify")]
    {
        for command in ["check", "push"] {
            let ran = stage.run(command, digest, &format!("--from {source}"));
            assert_eq!(ran.code, 0, "{source}: {ran:?}");
        }
        assert!(stage.holds(digest), "{source}");
    }
}

#[test]
fn another_digest_than_the_images_is_the_callers_and_nothing_is_sent() {
    let stage = Stage::new();
    let other = sha256(b"another image");
    let file = std::fs::File::create(stage.home.join("image.tar")).expect("a file");
    image().write_docker_archive(file, &["local/app:v1"]).expect("an archive");
    for source in ["oci:image", "docker-archive:image.tar"] {
        for command in ["check", "push"] {
            for named in [other.clone(), format!("sha512:{}", "0a".repeat(64)), format!("sha384:{}", "0a".repeat(48))] {
                let ran = stage.run(command, &named, &format!("--from {source}"));
                assert_eq!(ran.code, 6, "{ran:?}");
                let message = ran.json()["error"]["message"].as_str().expect("a message").to_owned();
                assert!(message.contains(&named) && message.matches("sha256:").count() > usize::from(named == other), "{message}");
                assert!(source != "oci:image" || message.contains(&stage.digest), "{message}");
            }
        }
    }
    assert!(stage.registry.requests().is_empty());
    let host = stage.registry.host();
    assert_whole!(stage.home, stage.home.run(&format!("push {host}/team/app@{other} --uri {host}/team --from oci:image")));
    let both = format!("push {host}/team/app:v1@{other} --uri {host}/team --from oci:image");
    let ran = stage.home.run(&both);
    assert_eq!(ran.code, 3);
    assert_whole!(stage.home, ran);
}

#[test]
fn hooks_see_no_tag_and_the_digest() {
    let stage = Stage::new();
    stage.home.must(&format!("flavor register {}", guest("probe").display()));
    let host = stage.registry.host();
    let rules = r#"rules:=[{"code":"a.b","require":"push.tag == '' && push.reference.matches('/app@sha256:[0-9a-f]{64}$')"}]"#;
    let uri = format!("{host}/team");
    let ran = stage.home.run_words(["registry", "register", "prod", "--uri", &uri, "--flavor", "cel", "--set", rules]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for more in ["--flavor forbid-tags", "--flavor semver-tags", "--flavor immutable-tags --grant registry"] {
        stage.home.must(&format!("registry add-hook prod {more}"));
    }
    for command in ["check", "push"] {
        let ran = stage.home.run(&format!("{command} {host}/team/app@{} --from oci:image", stage.digest));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert!(stage.registry.requests().iter().all(|request| request.step != Step::TagList));
    stage.home.must(
        "registry add-hook prod --flavor probe --set do=report --set look:=[\"push\"] --grant registry --grant http=https://a.example",
    );
    let ran = stage.home.run(&format!("check {host}/team/app@{} --from oci:image --output json", stage.digest));
    assert_eq!(ran.code, 4, "{ran:?}");
    let details = &ran.json()["hooks"][4]["violations"][0]["details"];
    assert_eq!(details["push.reference"], format!("{host}/team/app@{}", stage.digest));
    assert!(details.get("push.tag").is_none(), "{details}");
}

#[test]
fn the_docker_engine_pushes_to_tags_alone() {
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    let engine = Engine::start_blocking(EngineOptions::default().containerd()).expect("an engine");
    let host = registry.host();
    let id = engine.add_image(&pushgate_test_engine::Image::default(), &[&format!("{host}/app:v1")]);
    let digest = engine.manifest_digest(&id).expect("a manifest");
    let home = Home::new();
    let run = |line: &str| {
        let mut command = home.command(line.split_whitespace());
        Ran::from(command.env("DOCKER_HOST", engine.docker_host()).output().expect("the command runs"))
    };
    for command in ["check", "push"] {
        let ran = run(&format!("{command} {host}/app@{digest} --uri {host} --from docker-daemon:{host}/app:v1"));
        assert_eq!(ran.code, 6, "{ran:?}");
        assert!(ran.stderr.contains("pushes to tags alone") && ran.stderr.contains("--direct"), "{ran:?}");
    }
    assert!(engine.requests().iter().all(|request| !matches!(request.endpoint, Endpoint::Push | Endpoint::Tag)));
    let ran = run(&format!("push {host}/app@{digest} --uri {host} --from docker-daemon:{host}/app:v1 --direct"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(registry.manifest("app", &digest).is_some() && registry.tags("app").is_empty());
}

/// The answer to the manifest is lost, or the registry does not keep what it acknowledged.
#[test]
fn what_became_of_it_is_asked_as_for_a_tag() {
    let stage = Stage::new();
    stage.registry.misbehave(Rule::on(Step::ManifestPut, Switch::Answer(500)));
    let ran = stage.run("push", &stage.digest, "--from oci:image");
    assert_eq!(ran.code, 0, "it arrived all the same: {ran:?}");
    assert!(stage.holds(&stage.digest));

    let stage = Stage::new();
    stage.registry.misbehave(Rule::on(Step::ManifestPut, Switch::Late(u64::MAX)));
    let host = stage.registry.host();
    let line = format!("push {host}/team/app@{} --uri {host}/team --from oci:image --output json", stage.digest);
    let mut command = stage.home.command(line.split_whitespace());
    let ran = Ran::from(command.env("PUSHGATE_CONFIRM_TIMEOUT", "1").output().expect("the command runs"));
    assert_eq!(ran.code, 9, "{ran:?}");
}
