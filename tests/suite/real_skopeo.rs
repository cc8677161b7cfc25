//! What pushgate pushed, as skopeo reads it back.

use std::path::Path;
use std::process::{Command, Stdio};

use pushgate_test_images::{Image, Layout, sha256};
use serde_json::Value;

use crate::support::{DockerRegistry, Home, guest};

/// Runs skopeo, which must succeed, and returns what it printed, to the byte.
fn skopeo(home: &Home, words: &[&str]) -> Vec<u8> {
    let mut command = Command::new("skopeo");
    command.arg("--insecure-policy").args(words).current_dir(home.path()).stdin(Stdio::null());
    let output = command.env_clear().env("HOME", home.path()).env("PATH", "/usr/bin:/bin").output().expect("skopeo runs");
    assert!(output.status.success(), "skopeo {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The manifest that the registry has, to the byte.
fn raw(home: &Home, name: &str) -> Vec<u8> {
    skopeo(home, &["inspect", "--raw", "--tls-verify=false", &format!("docker://{name}")])
}

/// Copies an image with everything that belongs to it, and returns the manifest; skopeo checks every digest on the way.
fn copy(home: &Home, name: &str, to: &str) -> Value {
    let source = format!("docker://{name}");
    skopeo(home, &["copy", "--all", "--preserve-digests", "--src-tls-verify=false", &source, &format!("dir:{to}")]);
    serde_json::from_slice(&std::fs::read(home.join(to).join("manifest.json")).expect("a manifest")).expect("JSON")
}

/// The file of a blob in a folder that skopeo wrote.
fn blob(folder: &Path, digest: &Value) -> Vec<u8> {
    let digest = digest.as_str().expect("a digest");
    let bytes = std::fs::read(folder.join(digest.trim_start_matches("sha256:"))).expect("the blob");
    assert_eq!(sha256(&bytes), digest);
    bytes
}

fn image() -> Image {
    let files = |number: u8| [("data", vec![number; 200_000])];
    (0..3).fold(Image::new().label("made.for", "skopeo"), |image, number| {
        let files = files(number);
        image.layer(files.iter().map(|(name, content)| (*name, content.as_slice())))
    })
}

/// A layout in `image`, and the digest of what is in it.
fn layout(home: &Home) -> String {
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image(), Some("v1"))).expect("a layout")
}

fn tar(home: &Home, folder: &str, archive: &str) {
    let status = Command::new("tar").args(["-C", folder, "-cf", archive, "."]).current_dir(home.path()).status().expect("tar runs");
    assert!(status.success());
}

#[test]
#[ignore = "needs skopeo: cargo xtask test"]
fn a_layout_and_its_archive_arrive_to_the_byte() {
    let home = Home::new();
    let digest = layout(&home);
    tar(&home, "image", "image.tar");
    let registry = DockerRegistry::start();
    for (source, name) in [("oci:image", "layout"), ("oci-archive:image.tar:v1", "archive")] {
        let name = format!("{}/{name}:v1", registry.host());
        home.must(&format!("push {name} --uri {} --from {source}", registry.host()));
        assert_eq!(sha256(&raw(&home, &name)), digest);
        let copied = home.join("copied");
        let manifest = copy(&home, &name, "copied");
        for layer in manifest["layers"].as_array().expect("layers").iter().chain([&manifest["config"]]) {
            blob(&copied, &layer["digest"]);
        }
        std::fs::remove_dir_all(copied).expect("a folder");
    }
}

#[test]
#[ignore = "needs skopeo: cargo xtask test"]
fn a_docker_archive_arrives_with_its_config_and_layers() {
    let home = Home::new();
    let archive = std::fs::File::create(home.join("image.tar")).expect("a file");
    image().write_docker_archive(archive, &["local:dev"]).expect("an archive");
    let registry = DockerRegistry::start();
    let name = format!("{}/app:v1", registry.host());
    home.must(&format!("push {name} --uri {} --from docker-archive:image.tar", registry.host()));

    let inspected: Value =
        serde_json::from_slice(&skopeo(&home, &["inspect", "--tls-verify=false", &format!("docker://{name}")])).expect("JSON");
    assert_eq!(inspected["Labels"]["made.for"], "skopeo");
    let manifest = copy(&home, &name, "copied");
    let config: Value = serde_json::from_slice(&blob(&home.join("copied"), &manifest["config"]["digest"])).expect("JSON");
    assert_eq!(config, image().config());

    // Skopeo takes the archive itself for the same image.
    skopeo(&home, &["copy", "docker-archive:image.tar", "dir:unpacked"]);
    let unpacked: Value = serde_json::from_slice(&std::fs::read(home.join("unpacked/manifest.json")).expect("a manifest")).expect("JSON");
    assert_eq!(unpacked["config"]["digest"], manifest["config"]["digest"]);

    // And what skopeo makes of it again is the same image: it hashes what is in each layer.
    skopeo(&home, &["copy", "--src-tls-verify=false", &format!("docker://{name}"), "docker-archive:back.tar:local:back"]);
    let again = format!("{}/again:v1", registry.host());
    home.must(&format!("push {again} --uri {} --from docker-archive:back.tar", registry.host()));
    let again: Value = serde_json::from_slice(&raw(&home, &again)).expect("JSON");
    assert_eq!(again["config"]["digest"], manifest["config"]["digest"]);
}

/// What docs/testing-flavors.md says: the config of an image that is there makes an image of a case.
#[test]
#[ignore = "needs skopeo: cargo xtask test"]
fn a_config_that_skopeo_prints_is_that_of_a_case() {
    let home = Home::new();
    layout(&home);
    let registry = DockerRegistry::start();
    let name = format!("docker://{}/app:v1", registry.host());
    home.must(&format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host()));
    let case = "image = \"registry.example.com/app:v1\"\nsettings = { do = \"report\", look = [\"images\"] }\n[[images]]\nconfig-file = \"image.json\"\n[expect]\n\
                verdict = \"denied\"\nviolations = [{ code = \"probe.report\" }]\n";
    home.write("project/cases/case.toml", case);
    let probe = guest("probe").display();
    for raw in [&["inspect", "--config", "--tls-verify=false"][..], &["inspect", "--config", "--raw", "--tls-verify=false"]] {
        home.write("project/cases/image.json", skopeo(&home, &[raw, &[name.as_str()]].concat()));
        let seen = home.must(&format!("flavor test project --component {probe} --output json")).json();
        assert_eq!(seen["cases"][0]["violations"][0]["details"]["image.0.labels"], "made.for=skopeo", "{seen:#}");
    }
}

#[test]
#[ignore = "needs skopeo: cargo xtask test"]
fn every_platform_of_an_index_arrives_to_the_byte() {
    let home = Home::new();
    let images = [image(), image().architecture("arm64", Some("v8"))];
    let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add_index(&images, true, None)).expect("a layout");
    let registry = DockerRegistry::start();
    let name = format!("{}/app:v1", registry.host());
    home.must(&format!("push {name} --uri {} --from oci:image", registry.host()));
    let index = raw(&home, &name);
    assert_eq!(sha256(&index), digest);
    let index: Value = serde_json::from_slice(&index).expect("JSON");
    for manifest in index["manifests"].as_array().expect("manifests") {
        let digest = manifest["digest"].as_str().expect("a digest");
        assert_eq!(sha256(&raw(&home, &format!("{}/app@{digest}", registry.host()))), digest);
    }
    copy(&home, &name, "copied");
}
