//! `pushgate push --from oci-archive:FILE` and `docker-archive:FILE`: archives are read where they lie, and never extracted.

use pushgate_test_images::{Image, Layout, Tar, sha256};
use pushgate_test_registry::{Options, Registry};
use serde_json::Value;

use crate::support::Home;

fn image() -> Image {
    Image::new().label("a", "1").layer([("hello.txt", b"hello\n".as_slice())]).raw_layer(vec![7; 3_000_000])
}

fn registry() -> Registry {
    Registry::start_blocking(Options::default()).expect("a registry")
}

/// Packs the layout in `image` into `image.tar`.
fn pack(home: &Home) {
    let mut tar = Tar::new(Vec::new());
    for name in ["oci-layout", "index.json"] {
        tar.file(name, &std::fs::read(home.join("image").join(name)).expect("a file")).expect("an entry");
    }
    for blob in std::fs::read_dir(home.join("image/blobs/sha256")).expect("blobs").map(|entry| entry.expect("an entry")) {
        let name = format!("blobs/sha256/{}", blob.file_name().to_str().expect("UTF-8"));
        tar.file(&name, &std::fs::read(blob.path()).expect("a blob")).expect("an entry");
    }
    home.write("image.tar", tar.finish().expect("an archive"));
}

fn files(home: &Home) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> = std::fs::read_dir(home.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    names
}

#[test]
fn an_oci_archive_is_pushed_as_the_layout_in_it() {
    let home = Home::new();
    let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image(), Some("v1"))).expect("a layout");
    pack(&home);
    std::fs::remove_dir_all(home.join("image")).expect("only the archive is left");
    let before = files(&home);
    let registry = registry();
    let host = registry.host();
    let ran = home.must(&format!("push {host}/app:v1 --uri {host} --from oci-archive:image.tar:v1"));
    assert_eq!(ran.stdout, format!("{host}/app@{digest}\n"));
    assert_eq!(files(&home), before, "nothing was extracted");
    assert_eq!(home.run(&format!("push {host}/app:v1 --uri {host} --from oci-archive:image.tar:v2")).code, 6);
}

#[test]
fn a_docker_archive_is_pushed_with_its_config_and_compressed_layers_and_always_as_the_same() {
    let home = Home::new();
    let image = image();
    image.write_docker_archive(std::fs::File::create(home.join("image.tar")).expect("a file"), &["local/app:v1"]).expect("an archive");
    let registry = registry();
    let line = format!("push {0}/app:v1 --uri {0} --from docker-archive:image.tar --output json", registry.host());
    let json = home.must(&line).json();
    let digest = json["digest"].as_str().expect("a digest");
    let manifest: Value = serde_json::from_slice(&registry.manifest("app", digest).expect("the manifest").bytes).expect("JSON");
    assert_eq!(manifest["config"]["digest"], sha256(image.config().to_string().as_bytes()));
    for layer in manifest["layers"].as_array().expect("layers") {
        let bytes = registry.blob("app", layer["digest"].as_str().expect("a digest")).expect("the layer");
        assert!(bytes.starts_with(&[0x1f, 0x8b]), "gzip");
    }
    assert_eq!(home.must(&line).json()["remote"], "unchanged");
}

#[test]
fn an_archive_that_is_none_is_the_callers() {
    let home = Home::new();
    home.write("text.tar", "not an archive");
    home.write("empty.tar", vec![0; 1024]);
    let mut archive = Vec::new();
    image().write_docker_archive(&mut archive, &["a:b"]).expect("an archive");
    home.write("truncated.tar", &archive[..archive.len() / 2]);
    for transport in ["oci-archive", "docker-archive"] {
        for name in ["text", "empty", "truncated", "missing"] {
            let ran = home.run(&format!("push registry.example.com/app:v1 --uri registry.example.com --from {transport}:{name}.tar"));
            assert_eq!(ran.code, 6, "{transport}:{name}: {ran:?}");
            assert!(ran.stderr.contains(".tar") || ran.stderr.contains("archive"), "{ran:?}");
        }
    }
}

#[test]
fn a_layer_that_is_not_what_the_config_says_is_never_pushed() {
    let home = Home::new();
    let mut archive = Vec::new();
    image().write_docker_archive(&mut archive, &["a:b"]).expect("an archive");
    let place = archive.windows(6).position(|bytes| bytes == b"hello\n").expect("the layer's content");
    archive[place] ^= 1;
    home.write("image.tar", archive);
    let registry = registry();
    let ran = home.run(&format!("push {0}/app:v1 --uri {0} --from docker-archive:image.tar", registry.host()));
    assert_eq!(ran.code, 6, "{ran:?}");
    assert_eq!(registry.tag_digest("app", "v1"), None);
}
