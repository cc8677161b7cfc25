//! What the documents of an image say: keys that differ in case, what an image is, and how much one may have.

use pushgate_test_engine::{Endpoint, Options as EngineOptions};
use pushgate_test_images::{Image, Layout, Tar};
use pushgate_test_registry::{Options, Registry};
use serde_json::{Value, json};

use crate::direct::Stage;
use crate::support::{Home, Ran};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

fn registry() -> Registry {
    Registry::start_blocking(Options::default()).expect("a registry")
}

/// Writes a layout as a tar file.
fn archive(home: &Home, layout: &str, file: &str) {
    let mut tar = Tar::new(std::fs::File::create(home.join(file)).expect("a file"));
    let mut add = |name: &str| tar.file(name, &std::fs::read(home.join(layout).join(name)).expect("a file")).expect("an entry");
    add("oci-layout");
    add("index.json");
    for blob in std::fs::read_dir(home.join(layout).join("blobs/sha256")).expect("blobs") {
        add(&format!("blobs/sha256/{}", blob.expect("a blob").file_name().to_string_lossy()));
    }
    tar.finish().expect("an archive");
}

/// `require-labels` is asked for two labels that differ in case, and for one that is not there.
const LABELS: &str = r#"--flavor require-labels --set labels:=["Name","name","NAME"]"#;

fn sees_both(ran: &Ran) {
    assert_eq!(ran.code, 4, "{ran:?}");
    let told = format!("{}{}", ran.stdout, ran.stderr);
    assert!(told.contains("`NAME`") && !told.contains("`Name`") && !told.contains("`name`"), "{ran:?}");
}

#[test]
fn a_flavor_sees_labels_that_differ_in_case_from_every_source() {
    let home = Home::new();
    let image = Image::new().label("Name", "rhel7").label("name", "team/app").layer([("hello.txt", b"hello\n".as_slice())]);
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    archive(&home, "image", "image.tar");
    image.write_docker_archive(std::fs::File::create(home.join("saved.tar")).expect("a file"), &["app:v1"]).expect("an archive");
    let registry = registry();
    let host = registry.host();
    for source in ["oci:image", "oci-archive:image.tar", "docker-archive:saved.tar"] {
        sees_both(&home.run(&format!("check {host}/app:v1 --uri {host} --from {source} {LABELS}")));
        home.must(&format!("push {host}/app:v1 --uri {host} --from {source} --verify"));
    }
    for (options, how) in [
        (EngineOptions::default(), ""),
        (EngineOptions::default().containerd(), ""),
        (EngineOptions::default(), "--direct"),
        (EngineOptions::default().containerd(), "--direct"),
    ] {
        let stage = Stage::new(options);
        let image = pushgate_test_engine::Image::default().label("Name", "rhel7").label("name", "team/app");
        let name = format!("{}/app:v2", stage.registry.host());
        stage.engine.add_image(&image, &[&name]);
        sees_both(&stage.run(&format!("check {name} {how} {LABELS}")));
        assert_eq!(stage.run(&format!("push {name} {how}")).code, 0, "{how}");
    }
}

#[test]
fn annotations_that_differ_in_case_are_pushed_as_they_are() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let config = layout.blob(Image::new().config().to_string().as_bytes(), CONFIG).expect("a blob");
    let annotations = json!({ "Name": "1", "name": "2", "size": "3", "Size": "4" });
    let document = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [], "annotations": annotations });
    let mut manifest = layout.blob(document.to_string().as_bytes(), MANIFEST).expect("a blob");
    manifest["annotations"] = annotations.clone();
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest], "annotations": annotations });
    let index = layout.blob(index.to_string().as_bytes(), INDEX).expect("a blob");
    let digest = layout.list(index, None).expect("an entry");
    let registry = registry();
    home.must(&format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host()));
    assert_eq!(registry.tag_digest("app", "v1"), Some(digest));
}

/// A manifest of a config and a layer, in a layout.
fn listed(layout: &mut Layout, config: (&str, &[u8]), layer: &str, name: &str) {
    let config = layout.blob(config.1, config.0).expect("a blob");
    let layer = layout.blob(b"content", layer).expect("a blob");
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer] });
    let manifest = layout.blob(manifest.to_string().as_bytes(), MANIFEST).expect("a blob");
    layout.list(manifest, Some(name)).expect("an entry");
}

#[test]
fn what_looks_like_an_image_and_is_none_is_an_artifact() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let cosign = "application/vnd.dev.cosign.simplesigning.v1+json";
    let config = br#"{"architecture":"","os":"","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#;
    listed(&mut layout, (CONFIG, config), cosign, "signature");
    let (unknown, empty) = ("application/vnd.unknown.config.v1+json", "application/vnd.oci.empty.v1+json");
    listed(&mut layout, (unknown, b"{}"), LAYER, "unknown");
    listed(&mut layout, (empty, b"{}"), LAYER, "empty");
    let registry = registry();
    let host = registry.host();
    for (name, kind) in [("signature", cosign), ("unknown", unknown), ("empty", empty)] {
        for how in ["", "--verify"] {
            home.must(&format!("push {host}/app:{name} --uri {host} --from oci:image:{name} {how}"));
        }
        assert!(registry.tag_digest("app", name).is_some());
        for flavor in [
            "non-root",
            r#"platforms --set required:=["linux/amd64"]"#,
            r#"require-labels --set labels:=["a"]"#,
            r#"max-size --set compressed=1GB"#,
        ] {
            let ran = home.run(&format!("check {host}/app:{name} --uri {host} --from oci:image:{name} --flavor {flavor}"));
            assert_eq!(ran.code, 4, "{ran:?}");
            assert!(ran.stderr.contains(&format!("an artifact of type `{kind}`")), "{ran:?}");
        }
    }
}

#[test]
fn what_has_layers_of_an_image_is_never_hidden_in_an_index() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let image = layout.blob(Image::new().config().to_string().as_bytes(), CONFIG).expect("a blob");
    let image = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": image, "layers": [] });
    let image = layout.blob(image.to_string().as_bytes(), MANIFEST).expect("a blob");
    let config = layout.blob(b"{}", "application/vnd.oci.empty.v1+json").expect("a blob");
    let layer = layout.blob(b"content", LAYER).expect("a blob");
    let hidden = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer] });
    let mut hidden = layout.blob(hidden.to_string().as_bytes(), MANIFEST).expect("a blob");
    hidden["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
    hidden["annotations"] = json!({ "vnd.docker.reference.type": "attestation-manifest" });
    let index = |manifests: &[&Value]| json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests }).to_string();
    let mixed = layout.blob(index(&[&image, &hidden]).as_bytes(), INDEX).expect("a blob");
    layout.list(mixed, Some("mixed")).expect("an entry");
    let alone = layout.blob(index(&[&hidden]).as_bytes(), INDEX).expect("a blob");
    layout.list(alone, Some("alone")).expect("an entry");
    let registry = registry();
    let host = registry.host();
    let ran = home.run(&format!("push {host}/app:v1 --uri {host} --from oci:image:mixed"));
    assert_eq!(ran.code, 6, "{ran:?}");
    let ran = home.run(&format!("push {host}/app:v1 --uri {host} --from oci:image:alone --flavor non-root"));
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("not a container image"), "{ran:?}");
    assert_eq!(registry.tag_digest("app", "v1"), None);
}

/// A manifest of so many layers, all of the same content.
fn layered(layout: &mut Layout, config: &[u8], config_type: &str, layers: usize, name: &str) {
    let config = layout.blob(config, config_type).expect("a blob");
    let layer = layout.blob(&[0; 1024], "application/vnd.oci.image.layer.v1.tar").expect("a blob");
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": vec![layer; layers] });
    let manifest = layout.blob(manifest.to_string().as_bytes(), MANIFEST).expect("a blob");
    layout.list(manifest, Some(name)).expect("an entry");
}

#[test]
fn an_image_has_at_most_1024_layers_and_an_artifact_4096() {
    let home = Home::new();
    let image = |layers: usize| (0..layers).fold(Image::new(), |image, _| image.raw_layer(vec![0; 1024]));
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    for layers in [1_024, 1_025] {
        layered(&mut layout, image(layers).config().to_string().as_bytes(), CONFIG, layers, &format!("image-{layers}"));
        // As `docker save` does, which names a layer as often as it is there.
        let mut tar = Tar::new(std::fs::File::create(home.join(format!("{layers}.tar"))).expect("a file"));
        tar.file("config.json", image(layers).config().to_string().as_bytes()).expect("an entry");
        tar.file("layer.tar", &[0; 1024]).expect("an entry");
        let manifest = json!([{ "Config": "config.json", "RepoTags": ["app:v1"], "Layers": vec!["layer.tar"; layers] }]);
        tar.file("manifest.json", manifest.to_string().as_bytes()).expect("an entry");
        tar.finish().expect("an archive");
    }
    for layers in [4_096, 4_097] {
        layered(&mut layout, b"{}", "application/vnd.unknown.config.v1+json", layers, &format!("artifact-{layers}"));
    }
    let registry = registry();
    let host = registry.host();
    for (source, limit) in
        [("oci:image:image-1024", 0), ("oci:image:image-1025", 1024), ("oci:image:artifact-4096", 0), ("oci:image:artifact-4097", 4096)]
    {
        for how in ["", "--verify"] {
            let ran = home.run(&format!("push {host}/app:v1 --uri {host} --from {source} {how}"));
            assert_eq!(ran.code, if limit == 0 { 0 } else { 6 }, "{source}: {ran:?}");
            if limit > 0 {
                assert!(ran.stderr.contains(&format!("more than the {limit} elements allowed")), "{ran:?}");
                assert!(ran.stderr.contains("1024 layers, an artifact 4096"), "{ran:?}");
            }
        }
    }
    home.must(&format!("push {host}/app:v1 --uri {host} --from docker-archive:1024.tar"));
    let ran = home.run(&format!("push {host}/app:v1 --uri {host} --from docker-archive:1025.tar"));
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stderr.contains("1025 layers, more than the 1024 allowed") && ran.stderr.contains("fewer layers"), "{ran:?}");

    for (layers, code) in [(1_024, 0), (1_025, 6)] {
        let stage = Stage::new(EngineOptions::default());
        let image = pushgate_test_engine::Image { layers: vec![vec![0; 1024].into(); layers], ..Default::default() };
        let name = format!("{}/app:v2", stage.registry.host());
        stage.engine.add_image(&image, &[&name]);
        let ran = stage.run(&format!("push {name}"));
        assert_eq!(ran.code, code, "{ran:?}");
        if code == 6 {
            let error = ran.json()["error"].clone();
            assert!(error.to_string().contains("1024 allowed") && error.to_string().contains("fewer layers"), "{error}");
            assert!(stage.engine.requests().iter().all(|request| request.endpoint != Endpoint::Push));
        }
    }
}
