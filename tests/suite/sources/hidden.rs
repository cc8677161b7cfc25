//! What a source hides, or calls by names that do harm elsewhere.

use pushgate_test_engine::{Endpoint, Engine, Options as EngineOptions, Rule, Switch};
use pushgate_test_images::{Image, Layout, Tar};
use serde_json::{Value, json};

use super::{image, registry};
use crate::direct::Stage;
use crate::support::{Home, Ran};

/// D-09: what one platform hides, through every source that can hold several.
#[test]
fn no_platform_is_pushed_that_no_hook_saw() {
    let home = Home::new();
    let images = [image(), Image::new().architecture("arm64", None).raw_layer(vec![1; 10])];
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add_index(&images, true, None)).expect("a layout");
    let mut tar = std::process::Command::new("tar");
    tar.args(["--format=ustar", "-C"]).arg(home.join("image")).arg("-cf").arg(home.join("image.tar")).arg(".");
    assert!(tar.status().expect("tar runs").success());

    // A Docker Engine whose image is that index. Without --direct it would push more than it shows.
    let index: Value = serde_json::from_slice(&std::fs::read(home.join("image/index.json")).expect("index.json")).expect("JSON");
    let digest = index["manifests"][0]["digest"].as_str().expect("a digest");
    let inspect = json!({
        "Id": digest, "Os": "linux", "Architecture": "amd64", "RepoTags": [], "RepoDigests": [],
        "Config": { "Labels": { "org.opencontainers.image.source": "https://example.com" } }, "RootFS": { "Type": "layers", "Layers": [] },
        "Descriptor": { "mediaType": "application/vnd.oci.image.index.v1+json", "digest": digest, "size": 1 },
    });
    let body = inspect.to_string().into_bytes().into();
    let engine = Engine::start_blocking(EngineOptions::default()).expect("an engine");
    engine.misbehave(Rule::on(Endpoint::Inspect, Switch::Reply { status: 200, content_type: "application/json", body }));
    let archive = std::fs::read(home.join("image.tar")).expect("the archive");
    engine.add_image(&pushgate_test_engine::Image::default(), &["any:image"]);
    engine.misbehave(Rule::on(Endpoint::Export, Switch::ExportOther(engine.image_id("any:image").expect("an image"))));
    engine.misbehave(Rule::on(Endpoint::Export, Switch::ExportBytes(archive.into())));

    let registry = registry();
    let run = |more: &str, label: &str| {
        let line = format!("push {0}/app:v1 --uri {0} {more}", registry.host());
        let words = line.split_whitespace().map(str::to_owned);
        let set = format!(r#"labels:=["{label}"]"#);
        let words = words.chain(["--flavor", "require-labels", "--set", &set].map(str::to_owned));
        Ran::from(home.command(words).env("DOCKER_HOST", engine.docker_host()).output().expect("the command runs"))
    };
    for source in ["--from oci:image", "--from oci-archive:image.tar", "--from docker-daemon:any --direct"] {
        let ran = run(source, "org.opencontainers.image.source");
        assert_eq!(ran.code, 4, "{source}: {ran:?}");
        assert!(registry.requests().is_empty());
        let ran = run(&format!("{source} --platform linux/amd64"), "org.opencontainers.image.source");
        assert_eq!(ran.code, 0, "{source}: {ran:?}");
        registry.forget_requests();
        registry.set_tag("app", "v1", &format!("sha256:{}", "0".repeat(64)));
    }
    let ran = run("--from docker-daemon:any", "org.opencontainers.image.source");
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stderr.contains("index of several manifests"), "{ran:?}");
    assert!(registry.requests().is_empty());
    let all = Ran::from({
        let line = format!("push {0}/app:v1 --uri {0} --from docker-daemon:any --direct", registry.host());
        home.command(line.split_whitespace()).env("DOCKER_HOST", engine.docker_host()).output().expect("the command runs")
    });
    assert_eq!(all.code, 0, "{all:?}");
    assert_eq!(registry.tag_digest("app", "v1").as_deref(), Some(digest));
}

/// D-02 on a containerd store, which names an image by its manifest.
#[test]
fn a_tag_that_moves_during_the_push_of_a_containerd_store_is_exit_9() {
    let stage = Stage::new(EngineOptions::default().containerd());
    let other = stage.engine.add_image(&pushgate_test_engine::Image::default().label("other", "yes"), &["other:v1"]);
    stage.engine.misbehave(Rule::on(Endpoint::Push, Switch::PushOther(other.clone())));
    let ran = stage.run(&format!("push {}/app:v1", stage.registry.host()));
    assert_eq!((ran.code, &ran.json()["remote"]), (9, &"unknown".into()), "{ran:?}");
    assert!(ran.stderr.contains(&stage.image_id) && ran.stderr.contains(&other), "{ran:?}");
}

/// G-01 and G-14: what an archive calls things is shown at most, and escaped then.
#[test]
fn names_from_a_source_do_nothing() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    layout.add(&image(), Some("\u{1b}]0;pwn\u{7}one")).expect("an image");
    layout.add(&image().label("x", "y"), Some("\u{202e}two")).expect("an image");
    let ran = home.run("push registry.example.com/app:v1 --uri registry.example.com --from oci:image");
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stderr.contains("pwn") && ran.stderr.contains("two"), "{ran:?}");
    assert!(!ran.stderr.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{ran:?}");

    // Beside an image, entries whose names other programs take for paths.
    let mut archive = Vec::new();
    image().write_docker_archive(&mut archive, &["../../evil:v1", "evil.example.com/app:v1"]).expect("an archive");
    // Without its end.
    archive.truncate(archive.len() - 1024);
    let mut tar = Tar::new(Vec::new());
    for name in ["..\\x", "C:\\x", "caf\u{e9}", "cafe\u{301}", "A", "a", "-rf", "$(touch x)"] {
        tar.file(name, b"content").expect("an entry");
    }
    archive.extend(tar.finish().expect("an archive"));
    home.write("image.tar", archive);
    let list = || {
        let mut names: Vec<_> = std::fs::read_dir(home.path()).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        names.sort();
        names
    };
    let (before, registry) = (list(), registry());
    home.must(&format!("push {0}/app:v1 --uri {0} --from docker-archive:image.tar", registry.host()));
    assert_eq!(list(), before, "nothing was extracted");
    assert_eq!((registry.repositories(), registry.tags("app")), (vec!["app".to_owned()], vec!["v1".to_owned()]));
}
