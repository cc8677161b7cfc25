//! `pushgate push --from oci:DIR`, straight to a registry.

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};

use crate::support::{Home, User, assert_whole};

fn image() -> Image {
    Image::new().label("org.opencontainers.image.source", "https://example.com").layer([("hello.txt", b"hello\n".as_slice())])
}

/// A home with an OCI layout of one image in `image`, and the digest of its manifest.
fn home_with_image() -> (Home, String) {
    let home = Home::new();
    let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image(), None)).expect("a layout");
    (home, digest)
}

fn registry() -> Registry {
    Registry::start_blocking(Options::default()).expect("a registry")
}

#[test]
fn what_is_pushed_is_what_the_layout_holds() {
    let (home, digest) = home_with_image();
    let registry = registry();
    let host = registry.host();
    let ran = home.must(&format!("push {host}/team/app:v1 --uri {host}/team --from oci:image"));
    assert_eq!(ran.stdout, format!("{host}/team/app@{digest}\n"));
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert!(matches!(lines.as_slice(), [layer] if layer.starts_with("pushed    ")), "a line for the layer: {lines:?}");
    let quiet = home.must(&format!("push {host}/team/app:v2 --uri {host}/team --from oci:image --quiet"));
    assert_eq!(quiet.stderr, "");
    let json = home.must(&format!("push {host}/team/app:v3 --uri {host}/team --from oci:image --output json"));
    assert_eq!(json.stderr, "");
    assert_eq!(registry.tag_digest("team/app", "v1"), Some(digest));
    assert_eq!(registry.open_uploads(), 0);
}

#[test]
fn the_same_push_again_changes_nothing() {
    let (home, digest) = home_with_image();
    let registry = registry();
    let line = format!("push {0}/team/app:v1 --uri {0}/team --from oci:image --output json", registry.host());
    assert_eq!(home.must(&line).json()["remote"], "updated");
    registry.forget_requests();
    let json = home.must(&line).json();
    assert_eq!((&json["remote"], &json["verdict"], &json["digest"]), (&"unchanged".into(), &"pushed".into(), &digest.into()));
    let written = registry.requests().into_iter().filter(|request| !["GET", "HEAD"].contains(&request.method.as_str())).count();
    assert_eq!(written, 0, "nothing is sent again");
}

#[test]
fn every_platform_of_an_index_is_pushed_with_its_attestation() {
    let home = Home::new();
    let images = [image(), image().architecture("arm64", Some("v8"))];
    let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add_index(&images, true, Some("v1"))).expect("a layout");
    let registry = registry();
    home.must(&format!("push {0}/team/app:v1 --uri {0} --from oci:image:v1", registry.host()));
    assert_eq!(registry.tag_digest("team/app", "v1").as_ref(), Some(&digest));
    let index = registry.manifest("team/app", &digest).expect("the index");
    let index: serde_json::Value = serde_json::from_slice(&index.bytes).expect("JSON");
    for manifest in index["manifests"].as_array().expect("manifests") {
        assert!(registry.manifest("team/app", manifest["digest"].as_str().expect("a digest")).is_some());
    }
}

#[test]
fn a_reference_chooses_among_several_images() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    layout.add(&image(), Some("one")).expect("an image");
    let two = layout.add(&image().label("number", "2"), Some("two")).expect("an image");
    let registry = registry();
    let host = registry.host();
    home.must(&format!("push {host}/app:v1 --uri {host} --from oci:image:two"));
    assert_eq!(registry.tag_digest("app", "v1"), Some(two));
    assert_whole!(home, home.run(&format!("push {host}/app:v1 --uri {host} --from oci:image")));
    assert_whole!(home, home.run(&format!("push {host}/app:v1 --uri {host} --from oci:image:three")));
}

#[test]
fn a_source_that_is_not_there_is_the_callers() {
    let home = Home::new();
    assert_whole!(home, home.run("push registry.example.com/app:v1 --uri registry.example.com --from oci:missing"));
    assert_whole!(home, home.run("push registry.example.com/app:v1 --uri registry.example.com --from missing/image"));
    // The machine of the test may have an Engine, of Docker or of Podman, in the usual places.
    let usual = ["/var/run/docker.sock", "/run/podman/podman.sock"];
    if usual.iter().all(|socket| !std::path::Path::new(socket).exists()) {
        assert_whole!(home, home.run("push registry.example.com/app:v1 --uri registry.example.com"));
    }
}

#[test]
fn a_damaged_layer_is_never_followed_by_a_manifest() {
    let (home, _) = home_with_image();
    let layer = std::fs::read_dir(home.join("image/blobs/sha256"))
        .expect("blobs")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| std::fs::read(path).expect("a blob").starts_with(b"hello.txt"))
        .expect("the layer");
    let mut bytes = std::fs::read(&layer).expect("the layer");
    bytes[513] ^= 1;
    std::fs::write(&layer, bytes).expect("the layer");
    let registry = registry();
    let ran = home.run(&format!("push {0}/app:v1 --uri {0} --from oci:image --output json", registry.host()));
    assert!([6, 7].contains(&ran.code), "{ran:?}");
    assert_eq!(registry.tag_digest("app", "v1"), None);
}

#[test]
fn a_registry_that_is_down_is_the_operators() {
    let (home, _) = home_with_image();
    // A port that was free a moment ago, and that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    assert_whole!(home, home.run(&format!("push 127.0.0.1:{port}/app:v1 --uri 127.0.0.1:{port} --from oci:image")));
}

#[test]
fn a_wrong_password_is_the_operators_and_is_not_shown() {
    let (home, _) = home_with_image();
    let registry = Registry::start_blocking(Options::default().basic("user", "right")).expect("a registry");
    let host = registry.host();
    home.log_in(&host, &User::new("user", "S3CRET-CANARY-wrong"));
    assert_whole!(home, home.run(&format!("push {host}/app:v1 --uri {host} --from oci:image")));
    home.log_in(&host, &User::new("user", "right"));
    home.must(&format!("push {host}/app:v1 --uri {host} --from oci:image"));
}

#[test]
fn without_credentials_the_error_says_how_to_log_in() {
    let (home, _) = home_with_image();
    let registry = Registry::start_blocking(Options::default().basic("user", "right")).expect("a registry");
    assert_whole!(home, home.run(&format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host())));
}

#[test]
fn a_registry_that_fails_before_the_manifest_has_changed_nothing() {
    let (home, _) = home_with_image();
    for step in [Step::UploadStart, Step::UploadFinish] {
        let registry = Registry::start_blocking(Options::default().misbehave(Rule::on(step, Switch::Status(500)))).expect("a registry");
        let ran = home.run(&format!("push {0}/app:v1 --uri {0} --from oci:image --output json", registry.host()));
        assert_eq!(ran.code, 7, "{step:?}: {ran:?}");
        assert_eq!(ran.json()["remote"], "unchanged", "{step:?}");
        assert_eq!(registry.tag_digest("app", "v1"), None);
    }
}

#[test]
fn a_registry_that_serves_other_bytes_afterwards_is_exit_9() {
    let (home, _) = home_with_image();
    let other = Rule::on(Step::ManifestPut, Switch::KeepOther(br#"{"schemaVersion":2}"#.as_slice().into()));
    let registry = Registry::start_blocking(Options::default().misbehave(other)).expect("a registry");
    let host = registry.host();
    assert_whole!(home, home.run(&format!("push {host}/app:v1 --uri {host} --from oci:image")));
    let forgets = Rule::on(Step::ManifestPut, Switch::Forget);
    let registry = Registry::start_blocking(Options::default().misbehave(forgets)).expect("a registry");
    let ran = home.run(&format!("push {0}/app:v1 --uri {0} --from oci:image --output json", registry.host()));
    assert_eq!((ran.code, &ran.json()["remote"]), (9, &"unknown".into()), "{ran:?}");
}

#[test]
fn a_manifest_that_is_served_a_moment_later_is_waited_for() {
    let (home, digest) = home_with_image();
    // The push itself may look whether the tag is there already; the two answers after the manifest was put are late.
    let late = Rule::on(Step::ManifestGet, Switch::Status(404)).times(2);
    let registry = registry();
    let host = registry.host();
    registry.misbehave(late);
    home.must(&format!("push {host}/app:v1 --uri {host} --from oci:image"));
    assert_eq!(registry.tag_digest("app", "v1"), Some(digest));
}

#[test]
fn what_a_registry_warns_of_is_shown_once() {
    let (home, _) = home_with_image();
    let warning = Switch::Header("warning", "299 - \"moves to registry.example.org\"".to_owned());
    let registry = Registry::start_blocking(Options::default().misbehave(Rule::on(Step::Any, warning))).expect("a registry");
    let line = format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host());
    let ran = home.must(&line);
    assert_eq!(ran.stderr.matches("says: moves to registry.example.org").count(), 1, "{ran:?}");
    let warnings = home.must(&format!("{line} --output json")).json()["warnings"].clone();
    assert_eq!((warnings.as_array().map(Vec::len), &warnings[0]["code"]), (Some(1), &"registry.warning".into()), "{warnings}");
}

#[test]
fn layers_are_mounted_from_repositories_of_the_registry_alone() {
    let (home, digest) = home_with_image();
    let registry = registry();
    let host = registry.host();
    home.must(&format!("push {host}/team/base:v1 --uri {host}/team --from oci:image"));
    for from in ["team/base".to_owned(), format!("{host}/team/base")] {
        let ran = home.must(&format!("push {host}/team/app:v1 --uri {host}/team --from oci:image --mount-from {from}"));
        assert_eq!(ran.stdout, format!("{host}/team/app@{digest}\n"));
    }
    let mounted = home.must(&format!("push {host}/team/other:v1 --uri {host}/team --from oci:image --mount-from team/base"));
    assert!(mounted.stderr.starts_with("mounted "), "{mounted:?}");
    registry.forget_requests();
    for from in ["other/base", "team-evil/base", "registry.example.com/team/base", "../team/base"] {
        for command in ["push", "check"] {
            let ran = home.run(&format!("{command} {host}/team/app:v2 --uri {host}/team --from oci:image --mount-from {from}"));
            assert_eq!(ran.code, 3, "{ran:?}");
        }
    }
    assert!(registry.requests().is_empty());
    assert_eq!(home.run(&format!("push {host}/team/app:v2 --uri {host}/team --mount-from team/base")).code, 2);
}
