mod platforms;
mod sources;
mod subjects;

use std::fs;
use std::os::unix::fs::symlink;
use std::slice;

use serde_json::{Value, json};

use super::*;
use crate::digest::Digest;
use crate::media_type::{DOCKER_MANIFEST, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST};
use crate::testing::{LAYER, Pin, TestLayout, for_platform, named};

fn digest_of(descriptor: &Value) -> String {
    descriptor["digest"].as_str().unwrap().to_owned()
}

#[track_caller]
fn refused(layout: &TestLayout, root: Value, expected: &str) {
    layout.index(&[root]);
    let error = layout.pin(None).unwrap_err();
    let shown = match std::error::Error::source(&error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    assert!(shown.contains(expected), "{shown}");
}

/// An artifact about another manifest, as signatures and bills of materials are.
fn about(layout: &TestLayout, subject: &Value) -> Value {
    let empty = layout.blob("application/vnd.oci.empty.v1+json", b"{}");
    let manifest = json!({
        "schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": "application/vnd.example.sbom", "config": empty,
        "layers": [layout.blob("application/vnd.example.part", b"part")], "subject": subject, "annotations": { "a": "b" },
    });
    layout.document(OCI_MANIFEST, &manifest)
}

#[test]
fn an_image() {
    let layout = TestLayout::with_image(&[b"one", b"two", b"one"]);
    let content = layout.pin(Some("v1")).unwrap();
    assert_eq!(content.root().digest, Digest::sha256(content.root_bytes()));
    assert!(content.children().is_empty());
    assert_eq!(content.artifact_type(), None);
    let [image] = content.images() else { panic!("{:?}", content.images()) };
    assert_eq!(image.platform.to_string(), "linux/amd64");
    assert_eq!(image.config.labels()["a"], "b");
    // The config, and each layer once.
    let sizes: Vec<u64> = content.blobs().iter().map(|blob| blob.descriptor.size).collect();
    assert_eq!(sizes.len(), 3);
    assert_eq!(image.compressed_size, Some(sizes.iter().sum()));
    assert_eq!(image.uncompressed_size, None, "the config names other content");
    assert_eq!(content.blobs()[0].descriptor.digest, image.config_digest);
}

#[test]
fn an_index_with_attestations() {
    let layout = TestLayout::new();
    let amd = for_platform(layout.image("amd64", &[b"a"]), "linux", "amd64");
    let arm = for_platform(layout.image("arm64", &[b"b"]), "linux", "arm64");
    let in_toto = layout.blob("application/vnd.in-toto+json", b"{}");
    let config = layout.document(OCI_CONFIG, &TestLayout::config("unknown", 1));
    let old = for_platform(layout.manifest(&config, slice::from_ref(&in_toto)), "unknown", "unknown");
    let empty = layout.blob("application/vnd.oci.empty.v1+json", b"{}");
    let new = for_platform(layout.manifest(&empty, &[in_toto]), "unknown", "unknown");
    let inner = layout.nested(&[arm, old]);
    let root = layout.nested(&[amd.clone(), inner, new, amd]);
    layout.index(&[root]);
    let content = layout.pin(None).unwrap();
    let platforms: Vec<String> = content.images().iter().map(|image| image.platform.to_string()).collect();
    assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
    // Children come before what points to them: amd64, arm64, the old attestation, the inner index, the new one.
    let kinds: Vec<&str> = content.children().iter().map(|child| child.descriptor.media_type.rsplit('.').nth(1).unwrap()).collect();
    assert_eq!(kinds, ["manifest", "manifest", "manifest", "index", "manifest"]);
}

#[test]
fn an_artifact() {
    let layout = TestLayout::new();
    let config = layout.blob("application/vnd.cncf.helm.config.v1+json", b"{}");
    let chart = layout.blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", b"chart");
    layout.index(&[layout.manifest(&config, &[chart])]);
    let content = layout.pin(None).unwrap();
    assert!(content.images().is_empty());
    assert_eq!(content.artifact_type(), Some("application/vnd.cncf.helm.config.v1+json"));
    assert_eq!(content.blobs().len(), 2);
}

#[test]
fn the_entry_is_chosen_by_name_or_digest() {
    let layout = TestLayout::new();
    let (one, two) = (layout.image("amd64", &[b"1"]), layout.image("arm64", &[b"2"]));
    layout.index(&[named(one.clone(), "v1"), named(two.clone(), "v2")]);
    assert_eq!(layout.pin(Some("v2")).unwrap().root().digest.as_str(), digest_of(&two));
    assert_eq!(layout.pin(Some(&digest_of(&one))).unwrap().root().digest.as_str(), digest_of(&one));
    let error = layout.pin(None).unwrap_err();
    assert!(matches!(&error, LayoutError::Ambiguous { count: 2, entries } if *entries == ["v1", "v2"]), "{error:?}");
    assert!(matches!(layout.pin(Some("v3")), Err(LayoutError::NoSuchEntry { .. })));

    layout.index(&[named(one.clone(), "v1"), named(two.clone(), "v1")]);
    let error = layout.pin(Some("v1")).unwrap_err();
    assert!(matches!(&error, LayoutError::Ambiguous { entries, .. } if entries.contains(&digest_of(&two))), "{error:?}");

    layout.index(&[named(one.clone(), "v1"), named(one, "v2")]);
    assert!(layout.pin(None).is_ok());
    layout.index(&[]);
    assert!(matches!(layout.pin(None), Err(LayoutError::Empty)));
}

#[test]
fn links_and_devices_are_not_followed() {
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::write(outside.path(), b"one").unwrap();
    let layer = Digest::sha256(b"one");

    let layout = TestLayout::with_image(&[b"one"]);
    let blob = layout.blob_path(layer.as_str());
    fs::remove_file(&blob).unwrap();
    symlink(outside.path(), &blob).unwrap();
    assert!(matches!(layout.pin(None), Err(LayoutError::Unreadable { .. })));

    fs::remove_file(&blob).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &blob, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    assert!(matches!(layout.pin(None), Err(LayoutError::Unreadable { .. })));
    fs::remove_file(&blob).unwrap();
    fs::create_dir(&blob).unwrap();
    assert!(matches!(layout.pin(None), Err(LayoutError::Unreadable { .. })));

    for folder in ["blobs", "blobs/sha256"] {
        let layout = TestLayout::with_image(&[b"one"]);
        let (inside, moved) = (layout.path().join(folder), layout.path().join("moved"));
        fs::rename(&inside, &moved).unwrap();
        symlink(&moved, &inside).unwrap();
        assert!(matches!(layout.pin(None), Err(LayoutError::Unreadable { .. })), "{folder}");
    }
    for file in ["oci-layout", "index.json"] {
        let layout = TestLayout::with_image(&[b"one"]);
        let (inside, moved) = (layout.path().join(file), layout.path().join("moved"));
        fs::rename(&inside, &moved).unwrap();
        symlink(&moved, &inside).unwrap();
        assert!(matches!(OciLayout::open(layout.path()), Err(LayoutError::Unreadable { .. })), "{file}");
    }
    // The path of the layout itself is the caller's.
    let layout = TestLayout::with_image(&[b"one"]);
    let link = outside.path().with_extension("link");
    symlink(layout.path(), &link).unwrap();
    assert!(OciLayout::open(&link).is_ok());
    fs::remove_file(&link).unwrap();
}

#[test]
fn a_layout_must_be_one() {
    let layout = TestLayout::new();
    assert!(matches!(OciLayout::open(&layout.path().join("missing")), Err(LayoutError::NotOpened { .. })));
    assert!(matches!(OciLayout::open(&layout.path().join("index.json")), Err(LayoutError::NotOpened { .. })));
    fs::write(layout.path().join("oci-layout"), r#"{"imageLayoutVersion":"2.0.0"}"#).unwrap();
    assert!(matches!(OciLayout::open(layout.path()), Err(LayoutError::Version { .. })));
    fs::write(layout.path().join("oci-layout"), r#"{"imagelayoutversion":"1.0.0"}"#).unwrap();
    assert!(matches!(OciLayout::open(layout.path()), Err(LayoutError::Document { .. })));
    fs::write(layout.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    fs::write(layout.path().join("index.json"), " ".repeat(5 * 1024 * 1024)).unwrap();
    assert!(matches!(OciLayout::open(layout.path()), Err(LayoutError::Unreadable { .. })));
}

#[test]
fn sizes_and_digests_must_be_right() {
    let layout = TestLayout::with_image(&[b"one"]);
    fs::write(layout.blob_path(Digest::sha256(b"one").as_str()), b"longer").unwrap();
    assert!(matches!(layout.pin(None), Err(LayoutError::WrongSize { expected: 3, actual: 6, .. })));

    let layout = TestLayout::new();
    let root = layout.image("amd64", &[]);
    let file = layout.blob_path(&digest_of(&root));
    let changed = fs::read_to_string(&file).unwrap().replace("schemaVersion\":2", "schemaVersion\":3");
    fs::write(&file, changed).unwrap();
    layout.index(&[root]);
    assert!(matches!(layout.pin(None), Err(LayoutError::WrongDigest { .. })));

    let mut root = layout.image("amd64", &[]);
    root["size"] = json!(5 * 1024 * 1024);
    refused(&layout, root, "more than the 4194304 allowed");
    let mut root = layout.image("amd64", &[]);
    root["digest"] = json!("sha256:../../../../etc/passwd");
    layout.index(&[root]);
    assert!(matches!(OciLayout::open(layout.path()), Err(LayoutError::Document { .. })));
    let missing = layout.image("amd64", &[b"gone"]);
    fs::remove_file(layout.blob_path(Digest::sha256(b"gone").as_str())).unwrap();
    refused(&layout, missing, "is not in the layout");
}

#[test]
fn what_a_hook_could_not_see_is_refused() {
    let layout = TestLayout::new();
    let image = layout.image("amd64", &[b"one"]);
    let layer = layout.blob(LAYER, b"one");
    let artifact_config = layout.blob("application/vnd.example.config.v1+json", b"{}");
    let part = layout.blob("application/vnd.example.part", b"part");

    refused(&layout, for_platform(image.clone(), "unknown", "unknown"), "its config is for linux/amd64");
    refused(&layout, for_platform(image.clone(), "linux", "arm64"), "its config is for linux/amd64");
    let hidden = layout.manifest(&layout.document(OCI_CONFIG, &TestLayout::config("unknown", 1)), slice::from_ref(&layer));
    refused(&layout, hidden, "an image for the platform `unknown/unknown`");
    // Nothing that has layers of an image is taken for an attestation.
    for config in [&artifact_config, &layout.blob("application/vnd.oci.empty.v1+json", b"{}")] {
        let hidden = for_platform(layout.manifest(config, slice::from_ref(&layer)), "unknown", "unknown");
        refused(&layout, layout.nested(&[image.clone(), hidden]), "an artifact of type");
    }
    let signature = layout.manifest(&layout.blob(OCI_CONFIG, b"{}"), slice::from_ref(&part));
    refused(&layout, layout.nested(&[image.clone(), signature]), "an artifact of type `application/vnd.example.part`");
    let artifact = layout.manifest(&artifact_config, slice::from_ref(&part));
    refused(&layout, layout.nested(&[image.clone(), artifact]), "an artifact of type `application/vnd.example.config.v1+json`");

    refused(&layout, layout.blob("text/plain", b"x"), "neither a manifest nor an index");
    let mut twice = image.clone();
    twice["mediaType"] = json!(DOCKER_MANIFEST);
    refused(&layout, layout.nested(&[image.clone(), twice]), "listed twice, in different ways");

    let config = layout.document(OCI_CONFIG, &TestLayout::config("amd64", 2));
    refused(&layout, layout.manifest(&config, slice::from_ref(&layer)), "has 1 layers, but its config has 2");
    let config = layout.blob(OCI_CONFIG, br#"{"architecture":"amd64","os":"linux","config":{"User":"1000","user":"0"}}"#);
    refused(&layout, layout.manifest(&config, &[layer]), "the key `user` stands twice");
    let config = layout.document(OCI_CONFIG, &TestLayout::config("amd64", 1));
    let foreign = layout.blob("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", b"x");
    refused(&layout, layout.manifest(&config, &[foreign]), "nondistributable");
}

#[test]
fn a_config_that_docker_would_run_is_an_image() {
    let layout = TestLayout::new();
    let config = layout.document("application/octet-stream", &TestLayout::config("amd64", 1));
    layout.index(&[layout.manifest(&config, &[layout.blob(LAYER, b"layer")])]);
    assert_eq!(layout.pin(None).unwrap().images().len(), 1);
}

#[test]
fn trees_are_bounded() {
    let layout = TestLayout::new();
    let mut root = layout.image("amd64", &[]);
    for _ in 0..2 {
        root = layout.nested(&[root]);
    }
    layout.index(&[root.clone()]);
    assert!(layout.pin(None).is_ok());
    refused(&layout, layout.nested(&[root]), "nested more than 2 deep");

    let many: Vec<Value> = (0..40).map(|number: u8| layout.image("amd64", &[&[number]])).collect();
    let (one, other) = many.split_at(20);
    layout.index(&[layout.nested(&[layout.nested(one), layout.nested(other)])]);
    assert_eq!(layout.pin(None).unwrap().images().len(), 40);
    let more: Vec<Value> = (40..80).map(|number: u8| layout.image("amd64", &[&[number]])).collect();
    refused(&layout, layout.nested(&[layout.nested(&many), layout.nested(&more)]), "more than 64 manifests");

    let config = |number: usize| {
        let mut config = TestLayout::config("amd64", 0);
        config["author"] = json!("x".repeat(3 * 1024 * 1024 + number));
        layout.manifest(&layout.document(OCI_CONFIG, &config), &[])
    };
    let large: Vec<Value> = (0..6).map(config).collect();
    refused(&layout, layout.nested(&large), "more than 16 MiB");
}

/// G-10.
#[test]
fn a_config_must_name_its_layers() {
    let layout = TestLayout::new();
    let layer = layout.blob(LAYER, b"one");
    let digest = Digest::sha256(b"one").to_string();
    for (rootfs, layers) in [
        (json!(null), 1),
        (json!({}), 1),
        (json!({ "type": "layers" }), 1),
        (json!({ "type": "layers", "diff_ids": null }), 1),
        (json!({ "type": "layers", "diff_ids": [] }), 1),
        (json!({ "type": "layers", "diff_ids": [digest, digest] }), 1),
        (json!({ "type": "layers", "diff_ids": [digest] }), 0),
        (json!({ "type": "layers", "diff_ids": [7] }), 1),
        (json!({ "type": "layers", "diff_ids": ["sha256:1"] }), 1),
        (json!({ "type": "layers", "diff_ids": digest }), 1),
        (json!([digest]), 1),
    ] {
        let config = json!({ "architecture": "amd64", "os": "linux", "rootfs": rootfs });
        let config = layout.document(OCI_CONFIG, &config);
        layout.index(&[layout.manifest(&config, &vec![layer.clone(); layers])]);
        let error = layout.pin(None).unwrap_err();
        assert!(matches!(error, LayoutError::LayerCount { .. } | LayoutError::Config { .. }), "{rootfs}: {error}");
    }
}

/// G-13. That an index lists itself takes a collision of the hash: what is read must have the digest by which it was named.
#[test]
fn an_index_cannot_list_itself() {
    let layout = TestLayout::new();
    let image = layout.image("amd64", &[b"one"]);
    let index = layout.nested(slice::from_ref(&image));
    let file = layout.blob_path(&digest_of(&index));
    let document = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [index] }).to_string();
    let mut itself = index.clone();
    itself["size"] = json!(document.len());
    fs::write(file, document).unwrap();
    layout.index(&[itself]);
    assert!(matches!(layout.pin(None), Err(LayoutError::WrongDigest { .. })));
    // A diamond is walked once.
    let layer = layout.nested(&[image.clone(), image.clone()]);
    layout.index(&[layout.nested(&[layer.clone(), layer.clone(), layer])]);
    let content = layout.pin(None).unwrap();
    assert_eq!((content.images().len(), content.children().len()), (1, 2));
    // A layout may hold many images. One of them is pushed.
    let entries: Vec<Value> = (0..10_000).map(|number| named(image.clone(), &number.to_string())).collect();
    layout.index(&entries);
    assert!(layout.pin(Some("9999")).is_ok());
}

/// An image's config type with no layers, or with one of an image's, is an image; everything else an artifact, of which a hook hears what it is.
#[test]
fn kinds_of_manifests() {
    let layout = TestLayout::new();
    let image_config = |media_type: &str| layout.document(media_type, &TestLayout::config("amd64", 1));
    let other = |media_type: &str| layout.blob(media_type, b"{}");
    let (artifact, cosign) = ("application/vnd.example.config", "application/vnd.dev.cosign.simplesigning.v1+json");
    //   the config's type                                    the layer's type                 an image, what artifact, or refused
    for (config, layer, expected) in [
        (image_config(OCI_CONFIG), LAYER, Ok("image")),
        (image_config("application/vnd.docker.container.image.v1+json"), LAYER, Ok("image")),
        (image_config("application/octet-stream"), LAYER, Ok("image")),
        (image_config(OCI_CONFIG), "application/vnd.oci.image.layer.v2.unknown", Ok("image")),
        (image_config(OCI_CONFIG), cosign, Ok(cosign)),
        (other(OCI_CONFIG), cosign, Ok(cosign)),
        (other("application/octet-stream"), "text/plain", Ok("text/plain")),
        (other(artifact), "text/plain", Ok(artifact)),
        (other(LAYER), "text/plain", Ok(LAYER)),
        (other(OCI_MANIFEST), OCI_MANIFEST, Ok(OCI_MANIFEST)),
        // What `oras push` writes.
        (other("application/vnd.unknown.config.v1+json"), LAYER, Ok("application/vnd.unknown.config.v1+json")),
        (other("application/vnd.oci.empty.v1+json"), LAYER, Ok("application/vnd.oci.empty.v1+json")),
        (other(LAYER), LAYER, Ok(LAYER)),
        (other(artifact), "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Err("nondistributable")),
        (other(OCI_CONFIG), LAYER, Err("is missing")),
    ] {
        let name = format!("{} with {layer}", config["mediaType"]);
        let layer = layout.blob(layer, b"one");
        let root = layout.manifest(&config, &[layer]);
        match expected {
            Ok(kind) => {
                layout.index(&[root]);
                let content = layout.pin(None).unwrap();
                let expected = if kind == "image" { (1, None) } else { (0, Some(kind)) };
                assert_eq!((content.images().len(), content.artifact_type()), expected, "{name}");
            }
            Err(problem) => refused(&layout, root, problem),
        }
    }
    // One layer of an image is enough, and an artifact may be in a manifest of Docker's: its plugins are.
    let config = layout.document(OCI_CONFIG, &TestLayout::config("amd64", 2));
    layout.index(&[layout.manifest(&config, &[layout.blob("text/plain", b"one"), layout.blob(LAYER, b"two")])]);
    assert_eq!(layout.pin(None).unwrap().images().len(), 1);
    let plugin = other("application/vnd.docker.plugin.v1+json");
    let part = layout.blob("application/vnd.docker.image.rootfs.diff.tar.gzip", b"plugin");
    let manifest = json!({ "schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": plugin, "layers": [part] });
    layout.index(&[layout.document(DOCKER_MANIFEST, &manifest)]);
    assert_eq!(layout.pin(None).unwrap().artifact_type(), Some("application/vnd.docker.plugin.v1+json"));
    // Without layers, the config must be one.
    refused(&layout, layout.manifest(&other(OCI_CONFIG), &[]), "is missing");

    let config = image_config(OCI_CONFIG);
    let mut layer = layout.blob(LAYER, b"one");
    layer["urls"] = json!(["http://169.254.169.254/"]);
    refused(&layout, layout.manifest(&config, &[layer]), "content at other places is not supported");
    let typed = |inside: &str, outside: &str| {
        let layer = layout.blob(LAYER, b"one");
        layout.document(outside, &json!({ "schemaVersion": 2, "mediaType": inside, "config": config, "layers": [layer] }))
    };
    for (inside, outside) in
        [(DOCKER_MANIFEST, OCI_MANIFEST), (OCI_MANIFEST, DOCKER_MANIFEST), (OCI_MANIFEST, OCI_INDEX), (OCI_INDEX, OCI_MANIFEST)]
    {
        layout.index(&[typed(inside, outside)]);
        assert!(layout.pin(None).is_err(), "{inside} as {outside}");
    }
}
