//! `pushgate image layers`, and `base-images`, which takes what it lists: the layers of a base image are the same however they are packed.

use std::fs::File;
use std::io::Write as _;

use pushgate_test_engine::{Engine, Options as EngineOptions};
use pushgate_test_images::{Image, Layout, sha256};
use pushgate_test_registry::{Options, Registry};
use serde_json::{Value, json};

use crate::support::{Home, Ran, assert_whole};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

fn base() -> Image {
    Image::new().layer([("etc/os-release", &b"ID=base"[..])]).layer([("lib/base.so", &[7; 5_000][..])])
}

fn app() -> Image {
    base().layer([("app", &b"#!/bin/sh"[..])]).user("1000")
}

/// Its own layer lies below that of a base image.
fn other() -> Image {
    Image::new().layer([("app", &b"#!/bin/sh"[..])]).layer([("etc/os-release", &b"ID=base"[..])])
}

/// A home with Docker archives of the three, and layouts.
fn home() -> Home {
    let home = Home::new();
    for (name, image) in [("base", base()), ("app", app()), ("other", other())] {
        Layout::create(&home.join(name)).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
        image.write_docker_archive(File::create(home.join(format!("{name}.tar"))).expect("a file"), &["a:b"]).expect("an archive");
    }
    home
}

/// A layout of the image with packed layers, whose digests are others.
fn pack(home: &Home, image: &Image, folder: &str) {
    let plain = Home::new();
    Layout::create(&plain.join("image")).and_then(|mut layout| layout.add(image, None)).expect("a layout");
    let mut layout = Layout::create(&home.join(folder)).expect("a layout");
    let config = image.config();
    let packed: Vec<Value> = config["rootfs"]["diff_ids"]
        .as_array()
        .expect("diff_ids")
        .iter()
        .map(|diff_id| {
            let file = plain.join("image/blobs").join(diff_id.as_str().expect("a digest").replace(':', "/"));
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            let bytes = encoder.write_all(&std::fs::read(file).expect("a layer")).and_then(|()| encoder.finish()).expect("a packed layer");
            layout.blob(&bytes, GZIP).expect("a blob")
        })
        .collect();
    let config = layout.blob(config.to_string().as_bytes(), CONFIG).expect("a blob");
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": packed }).to_string();
    let manifest = layout.blob(manifest.as_bytes(), MANIFEST).expect("a blob");
    layout.list(manifest, None).expect("an entry");
}

fn diff_ids(ran: &Ran) -> Value {
    ran.json()["images"][0]["diff_ids"].clone()
}

#[test]
fn layers_of_an_image() {
    let home = home();
    let mut layout = Layout::create(&home.join("index")).expect("a layout");
    layout.add_index(&[base(), app().architecture("arm64", Some("v8"))], true, Some("both")).expect("an index");
    layout.add_artifact("application/vnd.example.sbom", b"{}", Some("artifact")).expect("an artifact");
    assert_whole!(home, home.run("image layers debian:12 --from oci:index:both"));
    assert_whole!(home, home.run("image layers registry.example.com/base:1 --from oci:index:both --output json"));
    assert_whole!(home, home.run("image layers debian --from oci:index:both --platform linux/arm64"));
    assert_whole!(home, home.run("image layers debian --from oci:index:artifact"));
    assert_whole!(home, home.run("image layers debian --from oci:missing"));
    assert_eq!(home.run("image layers Debian --from oci:base").code, 3);
    assert_eq!(home.run("image layers debian --from base").code, 2);
}

/// From each source, packed or not.
#[test]
fn they_are_those_of_what_the_layers_hold() {
    let home = home();
    pack(&home, &base(), "packed");
    let expected = base().config()["rootfs"]["diff_ids"].clone();
    for source in ["oci:base", "oci:packed", "docker-archive:base.tar"] {
        assert_eq!(diff_ids(&home.must(&format!("image layers base --from {source} --output json"))), expected, "{source}");
    }
    for options in [EngineOptions::default(), EngineOptions::default().containerd()] {
        let engine = Engine::start_blocking(options).expect("an engine");
        let layers = [vec![7; 4_000], vec![8; 10]];
        let image = pushgate_test_engine::Image { layers: layers.clone().map(Into::into).into(), ..Default::default() };
        engine.add_image(&image, &["base:1"]);
        let mut command = home.command(["image", "layers", "base:1", "--output", "json"]);
        let ran = Ran::from(command.env("DOCKER_HOST", engine.docker_host()).output().expect("the command runs"));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(diff_ids(&ran), json!(layers.map(|layer| sha256(&layer))));
    }
}

#[test]
fn an_image_is_pushed_that_begins_with_an_allowed_base_however_it_is_packed() {
    let home = home();
    pack(&home, &app(), "packed-app");
    let listed = home.must("image layers base --from docker-archive:base.tar --output json").json();
    let allowed: Vec<Value> = listed["images"]
        .as_array()
        .expect("images")
        .iter()
        .map(|image| json!({ "title": "base 1", "diff_ids": image["diff_ids"] }))
        .collect();
    home.write("settings.json", json!({ "allowed": allowed }).to_string());
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    let push = |from: &str| {
        let image = format!("{}/team/app:v1", registry.host());
        home.run(&format!("push {image} --uri {} --flavor base-images --settings @settings.json --from {from}", registry.host()))
    };
    for from in [
        "oci:app",
        "oci:packed-app",
        "docker-archive:app.tar --compress none",
        "docker-archive:app.tar --compress gzip",
        "docker-archive:app.tar --compress zstd",
        "docker-archive:app.tar --compress zstd --verify",
        "oci:base",
    ] {
        let ran = push(from);
        assert_eq!(ran.code, 0, "{from}: {ran:?}");
    }
    assert_whole!(home, push("oci:other"));
    assert_eq!(push("docker-archive:other.tar --compress zstd").code, 4);
}
