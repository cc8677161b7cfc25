//! What the documents of an image say: keys that differ in case.

use pushgate_test_engine::Options as EngineOptions;
use pushgate_test_images::{Image, Layout, Tar};
use pushgate_test_registry::{Options, Registry};
use serde_json::json;

use crate::direct::Stage;
use crate::support::{Home, Ran};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

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
