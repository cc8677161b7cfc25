//! What is wanted of a source: `--platform`, `--verify`, `--compress`; and artifacts about other manifests.

mod compressed;
mod hidden;

use pushgate_test_images::{Image, Layout, Tar, sha256};
use pushgate_test_registry::{Options, Registry};
use serde_json::{Value, json};

use crate::support::{Home, assert_whole};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

fn registry() -> Registry {
    Registry::start_blocking(Options::default()).expect("a registry")
}

fn image() -> Image {
    Image::new().label("org.opencontainers.image.source", "https://example.com").layer([("hello.txt", b"hello\n".as_slice())])
}

/// A home with a layout of two platforms and an attestation in `image`.
fn home_with_index() -> Home {
    let home = Home::new();
    let images = [image(), image().architecture("arm64", Some("v8"))];
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add_index(&images, true, None)).expect("a layout");
    home
}

/// What a tag points to.
pub(crate) fn manifests(registry: &Registry, tag: &str) -> Value {
    serde_json::from_slice(&registry.manifest("app", tag).expect("a manifest").bytes).expect("JSON")
}

#[test]
fn one_platform_of_an_index_is_pushed_without_the_others_and_their_attestations() {
    let home = home_with_index();
    let registry = registry();
    let host = registry.host();
    for (tag, platform, architecture) in [("a", "linux/amd64", "amd64"), ("b", "linux/arm64", "arm64"), ("c", "linux/arm64/v8", "arm64")] {
        let ran = home.must(&format!("push {host}/app:{tag} --uri {host} --from oci:image --platform {platform}"));
        let digest = registry.tag_digest("app", tag).expect("a tag");
        assert_eq!(ran.stdout, format!("{host}/app@{digest}\n"));
        let manifest = manifests(&registry, tag);
        let config = registry.blob("app", manifest["config"]["digest"].as_str().expect("a digest")).expect("the config");
        let config: Value = serde_json::from_slice(&config).expect("JSON");
        assert_eq!(config["architecture"], architecture);
    }
    // Neither the index nor the attestation arrived.
    let digests: std::collections::BTreeSet<_> = registry.tags("app").iter().filter_map(|tag| registry.tag_digest("app", tag)).collect();
    assert_eq!(digests.len(), 2);
    assert!(registry.requests().iter().all(|request| !request.body.windows(7).any(|bytes| bytes == b"in-toto")));
    assert_whole!(home, home.run(&format!("push {host}/app:d --uri {host} --from oci:image --platform linux/s390x")));
    assert_whole!(home, home.run(&format!("push {host}/app:d --uri {host} --from oci:image --platform amd64")));
}

#[test]
fn a_hook_sees_the_platform_that_is_pushed_and_no_other() {
    let home = Home::new();
    let images = [image(), Image::new().architecture("arm64", None).raw_layer(vec![1; 10])];
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add_index(&images, true, None)).expect("a layout");
    let code = |more: &str| {
        let line = format!("check registry.example.com/app:v1 --uri registry.example.com --from oci:image {more}");
        let set = r#"labels:=["org.opencontainers.image.source"]"#;
        let words = line.split_whitespace().map(str::to_owned);
        home.run_words(words.chain(["--flavor", "require-labels", "--set", set].map(str::to_owned))).code
    };
    assert_eq!(code(""), 4, "the image for arm64 has no label");
    assert_eq!(code("--platform linux/amd64"), 0);
    assert_eq!(code("--platform linux/arm64"), 4);
}

#[test]
fn where_there_is_one_image_the_platform_is_compared() {
    let home = Home::new();
    image().write_docker_archive(std::fs::File::create(home.join("image.tar")).expect("a file"), &["a:b"]).expect("an archive");
    let registry = registry();
    let line = |platform: &str| format!("push {0}/app:v1 --uri {0} --from docker-archive:image.tar --platform {platform}", registry.host());
    assert_whole!(home, home.run(&line("linux/arm64")));
    assert!(registry.requests().is_empty());
    home.must(&line("linux/amd64"));
}

/// A layout with an image whose config names another content than its layer has.
fn home_with_wrong_layer() -> (Home, String) {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let config = Image::new().raw_layer(b"promised".to_vec()).config().to_string();
    let config = layout.blob(config.as_bytes(), CONFIG).expect("a blob");
    let layer = layout.blob(b"delivered", LAYER).expect("a blob");
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer] }).to_string();
    let manifest = layout.blob(manifest.as_bytes(), MANIFEST).expect("a blob");
    let digest = layout.list(manifest, None).expect("an entry");
    (home, digest)
}

#[test]
fn what_verify_finds_is_told_before_anything_is_sent() {
    let (home, digest) = home_with_wrong_layer();
    let registry = registry();
    let host = registry.host();
    let line = format!("push {host}/app:v1 --uri {host} --from oci:image --verify");
    let ran = home.run(&line);
    for digest in [sha256(b"delivered"), sha256(b"promised")] {
        assert!(ran.stderr.contains(&digest), "{ran:?}");
    }
    assert_whole!(home, ran);
    assert_whole!(home, home.run(&format!("check {host}/app:v1 --uri {host} --from oci:image --verify")));
    assert!(registry.requests().is_empty());
    // Nobody but --verify could tell.
    home.must(&line.replace(" --verify", ""));
    assert_eq!(registry.tag_digest("app", "v1"), Some(digest));

    let good = Home::new();
    Layout::create(&good.join("image")).and_then(|mut layout| layout.add_index(&[image(), image()], true, None)).expect("a layout");
    good.must(&line);
}

/// A frame of zstd (RFC 8878, section 3.1.1) with one raw block, and a window of so many bits.
fn with_window(content: &[u8], bits: u8) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a short one") << 3 | 1;
    [&[0x28, 0xb5, 0x2f, 0xfd, 0, (bits - 10) << 3][..], &length.to_le_bytes()[..3], content].concat()
}

/// A layout in `image` with an image of layers of these types and bytes, whose config says that they hold these
/// contents.
fn home_with_layers(layers: &[(&str, &[u8], &[u8])]) -> Home {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let config = layers.iter().fold(Image::new(), |image, (_, _, content)| image.raw_layer(content.to_vec())).config().to_string();
    let config = layout.blob(config.as_bytes(), CONFIG).expect("a blob");
    let layers: Vec<Value> = layers.iter().map(|(media_type, bytes, _)| layout.blob(bytes, media_type).expect("a blob")).collect();
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers }).to_string();
    let manifest = layout.blob(manifest.as_bytes(), MANIFEST).expect("a blob");
    layout.list(manifest, None).expect("an entry");
    home
}

/// containerized-data-importer#4277, containers/image#2646.
#[test]
fn what_verify_cannot_look_into_is_read_and_reported() {
    const ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
    const ENCRYPTED: &str = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted";
    let registry = registry();
    let host = registry.host();
    let (fits, large) = (with_window(b"fits", 27), with_window(b"large", 28));
    let secret = b"what only the key opens".as_slice();
    let home = home_with_layers(&[(ZSTD, &fits, b"fits"), (ZSTD, &large, b"large"), (ENCRYPTED, secret, b"secret")]);
    let push = |tag: &str| format!("push {host}/app:{tag} --uri {host} --from oci:image --verify");
    let check = format!("check {host}/app:v1 --uri {host} --from oci:image --verify");
    assert_whole!(home, home.must(&check));
    let check = home.must(&format!("{check} --output json")).json();
    let pushed = home.must(&format!("{} --output json", push("v2"))).json();
    for json in [check, pushed] {
        let named = json["not_looked_into"].as_array().expect("a list").iter().map(|entry| (&entry["layer"], &entry["reason"]));
        let expected = [(json!(sha256(&large)), json!("zstd-window")), (json!(sha256(secret)), json!("encrypted"))];
        assert!(named.eq(expected.iter().map(|(layer, reason)| (layer, reason))), "{json:#}");
        let warned: Vec<&str> = json["warnings"].as_array().expect("warnings").iter().filter_map(|entry| entry["code"].as_str()).collect();
        assert_eq!(warned, ["layer.not-looked-into"; 2], "{json:#}");
    }
    // Without --verify nobody looks, and nothing is said. What was looked into as a whole says nothing either.
    assert!(!home.must(&push("v3").replace(" --verify", "")).stderr.contains("looked into"));
    let fitting = home_with_layers(&[(ZSTD, &fits, b"fits")]);
    let json = fitting.must(&format!("{} --output json", push("v4"))).json();
    assert!(json.get("not_looked_into").is_none(), "{json:#}");
    // It is read all the same: other bytes under its name are found.
    std::fs::write(home.join("image/blobs").join(sha256(secret).replace(':', "/")), b"WHAT only the key opens").expect("written");
    let ran = home.run(&push("v5"));
    assert_eq!((ran.code, registry.tag_digest("app", "v5")), (6, None), "{ran:?}");

    // In an archive of `docker save`, where a name says the digest of a layer, or says nothing.
    let config = Image::new().raw_layer(b"large".to_vec()).config().to_string();
    for layer in [format!("blobs/{}", sha256(&large).replace(':', "/")), "layer.tar".to_owned()] {
        let mut tar = Tar::new(Vec::new());
        tar.file("config.json", config.as_bytes()).and_then(|()| tar.file(&layer, &large)).expect("entries");
        let manifest = json!([{ "Config": "config.json", "RepoTags": null, "Layers": [layer] }]).to_string();
        tar.file("manifest.json", manifest.as_bytes()).expect("an entry");
        home.write("image.tar", tar.finish().expect("an archive"));
        let line = format!("push {host}/app:v6 --uri {host} --from docker-archive:image.tar --verify --output json");
        let json = home.must(&line).json();
        assert_eq!(json["not_looked_into"][0]["layer"], sha256(&large), "{layer}: {json:#}");
    }
}

/// The image in what another transport reads: each says what it is and what to do.
#[test]
fn sources_that_are_something_else() {
    let home = Home::new();
    Layout::create(&home.join("layout")).and_then(|mut layout| layout.add(&image(), None)).expect("a layout");
    let mut saved = Vec::new();
    image().write_docker_archive(&mut saved, &["a:b"]).expect("an archive");
    home.write("saved.tar", &saved);
    let tar = |folder: &str, file: &str| {
        let mut tar = std::process::Command::new("tar");
        let packed = tar.arg("-C").arg(home.join(folder)).arg("-cf").arg(home.join(file)).arg(".").status();
        assert!(packed.expect("tar runs").success());
    };
    tar("layout", "layout.tar");
    for (name, files) in [("docker-dir", &["manifest.json", "version"][..]), ("old", &["repositories"]), ("rootfs", &["etc/passwd"])] {
        files.iter().for_each(|file| drop(home.write(&format!("{name}/{file}"), "{}")));
        tar(name, &format!("{name}.tar"));
    }
    home.write("packed.tar.gz", [0x1f, 0x8b, 8, 0]);
    home.write("packed.tar.zst", [0x28, 0xb5, 0x2f, 0xfd, 0]);
    std::fs::create_dir(home.join("empty")).expect("a folder");
    for (source, expected) in [
        ("oci-archive:saved.tar", "`--from docker-archive:FILE`"),
        ("oci:saved.tar", "`--from docker-archive:FILE`"),
        ("docker-archive:layout.tar", "`--from oci-archive:FILE`"),
        ("oci:layout.tar", "`--from oci-archive:FILE`"),
        ("oci-archive:layout", "`--from oci:DIR`"),
        ("docker-archive:layout", "`--from oci:DIR`"),
        ("oci:docker-dir", "`podman save --format oci-dir`"),
        ("docker-archive:docker-dir", "`podman save --format oci-dir`"),
        ("docker-archive:docker-dir.tar", "`podman save --format oci-dir`"),
        ("oci-archive:docker-dir.tar", "`podman save --format oci-dir`"),
        ("docker-archive:old.tar", "a current Docker"),
        ("oci-archive:old.tar", "a current Docker"),
        ("docker-archive:rootfs.tar", "`docker export`"),
        ("oci-archive:rootfs.tar", "`docker export`"),
        ("oci:rootfs", "holds `oci-layout`"),
        ("oci:empty", "the right path"),
        ("oci-archive:empty", "the right path"),
        ("docker-archive:packed.tar.gz", "`gzip -d`"),
        ("oci-archive:packed.tar.zst", "`zstd -d`"),
        ("oci:packed.tar.gz", "`gzip -d`"),
    ] {
        let ran = home.run(&format!("push registry.example.com/app:v1 --uri registry.example.com --from {source}"));
        assert_eq!(ran.code, 6, "{source}: {ran:?}");
        let hint = ran.stderr.split_once("hint: ").unwrap_or_else(|| panic!("{source}: {ran:?}")).1;
        assert!(hint.contains(expected) && !ran.stderr.contains("damaged"), "{source}: {ran:?}");
    }
    assert_whole!(home, home.run("push registry.example.com/app:v1 --uri registry.example.com --from oci-archive:saved.tar"));
    assert_whole!(home, home.run("push registry.example.com/app:v1 --uri registry.example.com --from oci:docker-dir"));
}

/// kind#3795, moby#49473, rules_img#679.
#[test]
fn sources_that_are_not_whole() {
    let home = home_with_index();
    let digest = |name: &str| {
        let index = std::fs::read_to_string(home.join("image/index.json")).expect("the index");
        let index: Value = serde_json::from_str(&index).expect("JSON");
        let root = index["manifests"][0]["digest"].as_str().expect("a digest").replace(':', "/");
        let root: Value = serde_json::from_slice(&std::fs::read(home.join("image/blobs").join(root)).expect("a blob")).expect("JSON");
        let manifests = root["manifests"].as_array().expect("manifests").clone();
        let found = manifests.into_iter().find(|entry| entry["platform"]["architecture"] == name).expect("a platform");
        found["digest"].as_str().expect("a digest").to_owned()
    };
    std::fs::remove_file(home.join("image/blobs").join(digest("arm64").replace(':', "/"))).expect("removed");
    let registry = registry();
    let line = format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host());
    assert_whole!(home, home.run(&line));
    home.must(&format!("{line} --platform linux/amd64"));

    // What `docker save` left out.
    let mut tar = Tar::new(Vec::new());
    tar.file("config.json", image().config().to_string().as_bytes()).expect("an entry");
    let manifest = json!([{ "Config": "config.json", "RepoTags": null, "Layers": ["blobs/sha256/gone"] }]).to_string();
    tar.file("manifest.json", manifest.as_bytes()).expect("an entry");
    home.write("image.tar", tar.finish().expect("an archive"));
    let ran = home.run(&line.replace("oci:image", "docker-archive:image.tar"));
    assert!(ran.code == 6 && ran.stderr.contains("`docker save`") && !ran.stderr.contains("damaged"), "{ran:?}");

    // Blobs that are links, as a build tool leaves them.
    let file = home.join("image/blobs").join(digest("amd64").replace(':', "/"));
    std::fs::rename(&file, home.join("elsewhere")).expect("moved");
    std::os::unix::fs::symlink(home.join("elsewhere"), &file).expect("a link");
    let ran = home.run(&format!("{line} --platform linux/amd64"));
    assert!(ran.code == 6 && ran.stderr.contains("a link") && ran.stderr.contains("`cp -rL DIR COPY`"), "{ran:?}");
    assert!(!ran.stderr.contains("damaged"), "{ran:?}");
}

#[test]
fn a_version_of_windows_is_chosen_by_name() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let mut entries = Vec::new();
    for version in ["10.0.17763.6414", "10.0.20348.2700"] {
        let mut config = Image::new().raw_layer(version.into()).config();
        (config["os"], config["os.version"]) = ("windows".into(), version.into());
        let config = layout.blob(config.to_string().as_bytes(), CONFIG).expect("a blob");
        let layer = layout.blob(version.as_bytes(), LAYER).expect("a blob");
        let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer] }).to_string();
        let mut manifest = layout.blob(manifest.as_bytes(), MANIFEST).expect("a blob");
        manifest["platform"] = json!({ "os": "windows", "architecture": "amd64", "os.version": version });
        entries.push(manifest);
    }
    let index = "application/vnd.oci.image.index.v1+json";
    let document = json!({ "schemaVersion": 2, "mediaType": index, "manifests": entries }).to_string();
    let root = layout.blob(document.as_bytes(), index).expect("a blob");
    layout.list(root, None).expect("an entry");
    let registry = registry();
    let push = |platform: &str| format!("push {0}/app:v1 --uri {0} --from oci:image --platform {platform}", registry.host());
    assert_whole!(home, home.run(&push("windows/amd64")));
    for (platform, entry) in [("windows/amd64:10.0.20348", 1), ("windows(10.0.17763.6414)/amd64", 0)] {
        let ran = home.must(&push(platform));
        assert!(ran.stdout.contains(entries[entry]["digest"].as_str().expect("a digest")), "{platform}: {ran:?}");
    }
    assert_eq!(home.run(&push("windows/amd64:x")).code, 2);
}

#[test]
fn archives_are_verified_where_they_lie() {
    let (home, _) = home_with_wrong_layer();
    let mut tar = std::process::Command::new("tar");
    tar.args(["--format=pax", "-C"]).arg(home.join("image")).arg("-cf").arg(home.join("oci.tar")).arg(".");
    assert!(tar.status().expect("tar runs").success());
    let mut archive = Vec::new();
    image().write_docker_archive(&mut archive, &["a:b"]).expect("an archive");
    home.write("good.tar", &archive);
    let place = archive.windows(6).position(|bytes| bytes == b"hello\n").expect("the layer's content");
    archive[place] ^= 1;
    home.write("docker.tar", archive);
    let registry = registry();
    for source in ["oci-archive:oci.tar", "docker-archive:docker.tar"] {
        for more in ["", "--compress none", "--compress zstd"].iter().filter(|more| more.is_empty() || source.starts_with("docker")) {
            let ran = home.run(&format!("push {0}/app:v1 --uri {0} --from {source} --verify {more}", registry.host()));
            assert_eq!(ran.code, 6, "{source} {more}: {ran:?}");
            assert_eq!(ran.stderr.matches("sha256:").count(), 3, "the layer, what was found and what was expected: {ran:?}");
        }
    }
    assert!(registry.requests().is_empty());
    home.must(&format!("push {0}/app:v1 --uri {0} --from docker-archive:good.tar --verify", registry.host()));
}

#[test]
fn an_option_for_another_kind_of_source_is_a_wrong_command_line() {
    let home = Home::new();
    for (number, line) in [
        "--from oci:image --compress zstd",
        "--from oci-archive:image.tar --direct",
        "--verify",
        "--compress none",
        "--from docker-archive:image.tar --compress xz",
    ]
    .iter()
    .enumerate()
    {
        let ran = home.run(&format!("push registry.example.com/app:v1 --uri registry.example.com {line}"));
        assert_eq!(ran.code, 2, "{line}: {ran:?}");
        insta::with_settings!({ snapshot_suffix => number.to_string() }, { assert_whole!(home, ran) });
    }
}

#[test]
fn an_artifact_about_an_image_is_pushed_and_is_no_image_for_a_hook() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let subject = layout.add(&image(), Some("image")).expect("an image");
    let empty = layout.blob(b"{}", "application/vnd.oci.empty.v1+json").expect("a blob");
    let part = layout.blob(b"signature", "application/vnd.example.signature").expect("a blob");
    let subject_size = std::fs::metadata(home.join("image/blobs").join(subject.replace(':', "/"))).expect("the image").len();
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/vnd.example.signature", "config": empty, "layers": [part],
        "subject": { "mediaType": MANIFEST, "digest": subject, "size": subject_size },
    });
    let manifest = layout.blob(manifest.to_string().as_bytes(), MANIFEST).expect("a blob");
    let digest = layout.list(manifest, Some("signature")).expect("an entry");
    let registry = registry();
    let host = registry.host();
    home.must(&format!("push {host}/app:v1 --uri {host} --from oci:image:image"));
    home.must(&format!("push {host}/app:signature --uri {host} --from oci:image:signature"));
    assert_eq!(registry.tag_digest("app", "signature"), Some(digest));
    let words = ["check", &format!("{host}/app:signature"), "--uri", &host, "--from", "oci:image:signature", "--flavor"];
    let more = ["require-labels", "--set", r#"labels:=["a"]"#];
    let ran = home.run_words(words.iter().chain(&more));
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("application/vnd.example.signature"), "{ran:?}");
}
