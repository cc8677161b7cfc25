//! Debian's docker-registry.

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::Identity;
use serde_json::{Value, json};

use crate::support::{DockerRegistry, Home, Ran, Settings, TokenServer, User, guest};

fn home_with_layers(layers: usize) -> (Home, String) {
    let home = Home::new();
    let image = (0..layers).fold(Image::new(), |image, number| image.raw_layer(vec![u8::try_from(number).expect("few layers"); 100_000]));
    let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    (home, digest)
}

#[test]
#[ignore = "needs docker-registry: cargo xtask test"]
fn a_layout_is_pushed_and_pushed_again() {
    let (home, digest) = home_with_layers(12);
    let registry = DockerRegistry::start();
    let line = format!("push {0}/team/app:v1 --uri {0}/team --from oci:image --output json", registry.host());
    let first = home.must(&line).json();
    assert_eq!((&first["remote"], &first["digest"]), (&"updated".into(), &digest.clone().into()));
    assert_eq!(home.must(&line).json()["remote"], "unchanged");
}

#[test]
#[ignore = "needs docker-registry: cargo xtask test"]
fn an_index_is_pushed_with_all_its_platforms() {
    let home = Home::new();
    let images = [Image::new().raw_layer(vec![1; 10]), Image::new().architecture("arm64", Some("v8")).raw_layer(vec![2; 10])];
    let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add_index(&images, true, None)).expect("a layout");
    let registry = DockerRegistry::start();
    let ran = home.must(&format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host()));
    assert_eq!(ran.stdout, format!("{}/app@{digest}\n", registry.host()));
}

#[test]
#[ignore = "needs docker-registry: cargo xtask test"]
fn the_password_of_the_docker_config_opens_it_and_another_does_not() {
    let (home, _) = home_with_layers(1);
    // The characters that break where somebody takes the wrong alphabet, or splits at the first colon.
    let user = User::new("person", "p:a~s?s>w ör/d+=");
    let registry = DockerRegistry::with_user(&user);
    let line = format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host());
    assert_eq!(home.run(&line).code, 7);
    home.log_in(registry.host(), &User::new("person", "S3CRET-CANARY-wrong"));
    let wrong = home.run(&line);
    assert_eq!(wrong.code, 7);
    assert!(!format!("{wrong:?}").contains("S3CRET-CANARY"));
    home.log_in(registry.host(), &user);
    home.must(&line);
}

/// It has no referrers API, so the list is kept under a tag.
#[test]
#[ignore = "needs docker-registry: cargo xtask test"]
fn artifacts_about_an_image_are_found_from_it() {
    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let subject = layout.add(&Image::new().raw_layer(vec![1; 100]), Some("image")).expect("an image");
    let size = std::fs::metadata(home.join("image/blobs").join(subject.replace(':', "/"))).expect("the manifest").len();
    let mut digests = Vec::new();
    for name in ["sbom", "signature"] {
        let kind = format!("application/vnd.example.{name}");
        let empty = layout.blob(b"{}", "application/vnd.oci.empty.v1+json").expect("a blob");
        let part = layout.blob(name.as_bytes(), &kind).expect("a blob");
        let subject = json!({ "mediaType": MANIFEST, "digest": subject, "size": size });
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind, "config": empty, "layers": [part], "subject": subject,
            "annotations": { "name": name },
        });
        let manifest = layout.blob(manifest.to_string().as_bytes(), MANIFEST).expect("a blob");
        digests.push(layout.list(manifest, Some(name)).expect("an entry"));
    }
    let registry = DockerRegistry::start();
    // Twice, so that the second time everything is there.
    for tag in ["v1", "v2"] {
        for name in ["image", "sbom", "signature"] {
            home.must(&format!("push {0}/app:{name}-{tag} --uri {0} --from oci:image:{name}", registry.host()));
        }
    }
    let list: Value = serde_json::from_slice(&registry.get(&format!("/v2/app/manifests/{}", subject.replace(':', "-")))).expect("JSON");
    assert_eq!(list["mediaType"], "application/vnd.oci.image.index.v1+json");
    let listed = |member: &str| [0, 1].map(|place| list["manifests"][place][member].clone());
    assert_eq!(listed("digest"), [digests[0].as_str(), &digests[1]]);
    assert_eq!(listed("artifactType"), ["application/vnd.example.sbom", "application/vnd.example.signature"]);
    assert_eq!(listed("annotations"), [json!({ "name": "sbom" }), json!({ "name": "signature" })]);
    assert_eq!(list["manifests"].as_array().map(Vec::len), Some(2));
}

#[test]
#[ignore = "needs docker-registry: cargo xtask test"]
fn over_tls_the_authority_must_be_trusted() {
    let (home, digest) = home_with_layers(3);
    let identity = Identity::for_names(&["127.0.0.1".to_owned()]).expect("a certificate");
    let registry = DockerRegistry::start_with(&Settings { identity: Some(&identity), ..Settings::default() });
    home.write("ca.pem", &identity.ca);
    let line = format!("push {0}/team/app:v1 --uri {0}/team --from oci:image --tls", registry.host());

    let untrusted = home.run(&line);
    assert_eq!(untrusted.code, 7, "{untrusted:?}");
    assert!(untrusted.stderr.contains("hint: ") && untrusted.stderr.contains("--ca-file"), "{untrusted:?}");
    let another = Identity::for_names(&["127.0.0.1".to_owned()]).expect("a certificate");
    home.write("another.pem", &another.ca);
    assert_eq!(home.run(&format!("{line} --ca-file another.pem")).code, 7);

    let trusted = format!("{line} --ca-file ca.pem");
    assert_eq!(home.must(&trusted).stdout, format!("{}/team/app@{digest}\n", registry.host()));
    assert_eq!(home.must(&format!("{trusted} --output json")).json()["remote"], "unchanged");
}

#[test]
#[ignore = "needs docker-registry: cargo xtask test"]
fn a_certificate_of_another_name_is_not_the_registrys() {
    let (home, _) = home_with_layers(1);
    let identity = Identity::for_names(&["registry.example.com".to_owned()]).expect("a certificate");
    let registry = DockerRegistry::start_with(&Settings { identity: Some(&identity), ..Settings::default() });
    home.write("ca.pem", &identity.ca);
    let ran = home.run(&format!("push {0}/app:v1 --uri {0} --from oci:image --tls --ca-file ca.pem", registry.host()));
    assert_eq!(ran.code, 7, "{ran:?}");
}

#[test]
#[ignore = "needs docker-registry: cargo xtask test"]
fn a_token_server_gives_what_a_push_needs() {
    let (home, digest) = home_with_layers(12);
    let user = User::new("person", "S3CRET-CANARY:a~s?s>w ör/d+=");
    let tokens = TokenServer::start(&user);
    let settings = Settings { identity: Some(tokens.identity()), tokens: Some(&tokens), ..Settings::default() };
    let registry = DockerRegistry::start_with(&settings);
    home.write("ca.pem", &tokens.identity().ca);
    let line = format!("push {0}/team/app:v1 --uri {0}/team --from oci:image --tls --ca-file ca.pem --output json", registry.host());

    let anonymous = home.run(&line);
    assert_eq!(anonymous.code, 7, "{anonymous:?}");
    home.log_in(registry.host(), &User::new("person", "S3CRET-CANARY-wrong"));
    let wrong = home.run(&line);
    assert_eq!(wrong.code, 7, "{wrong:?}");
    assert!(!format!("{anonymous:?}{wrong:?}").contains("S3CRET-CANARY"));

    home.log_in(registry.host(), &user);
    let pushed = home.must(&line).json();
    assert_eq!((&pushed["remote"], &pushed["digest"]), (&"updated".into(), &digest.into()));
    let before = tokens.requests();
    assert_eq!(home.must(&line).json()["remote"], "unchanged");
    assert_eq!(tokens.requests() - before, 1, "a push of nothing new needs one token");
}

/// It knows no pages, sorts nothing, and has no list for a repository that is not there. What a flavor is told is as the contract says.
#[test]
#[ignore = "needs docker-registry: cargo xtask test"]
fn a_flavor_asks_about_tags() {
    let (home, digest) = home_with_layers(1);
    let user = User::new("person", "secret");
    let registry = DockerRegistry::with_user(&user);
    home.log_in(registry.host(), &user);
    for tag in ["v2", "v10", "v1", "B"] {
        home.must(&format!("push {0}/team/app:{tag} --uri {0} --from oci:image", registry.host()));
    }
    home.must(&format!("flavor register {}", guest("probe").display()));
    let ask = |repository: &str, after: &str, count: u32| {
        let settings = json!({ "do": "report", "look": ["registry"], "repository": repository, "after": after, "count": count });
        let line = format!("check {0}/team/app:v1 --uri {0}/team --flavor probe --output json --settings", registry.host());
        let grants = ["--grant", "registry", "--grant", "http=https://api.example.com"].map(str::to_owned);
        let ran = home.run_words(line.split(' ').map(str::to_owned).chain([settings.to_string()]).chain(grants));
        assert_eq!(ran.code, 4, "{ran:?}");
        ran.json()["hooks"][0]["violations"][0]["details"].clone()
    };
    let all = ask("team/app", "", 10);
    assert_eq!((&all["registry.repository-exists"], &all["registry.tags"]), (&"true".into(), &"B,v1,v10,v2".into()), "{all:#}");
    assert_eq!(all["registry.manifest-digest"], digest);
    assert_eq!(ask("team/app", "v1", 1)["registry.tags"], "v10");
    assert_eq!(ask("team/app", "v2", 1)["registry.tags"], "");
    let none = ask("team/none", "", 10);
    assert_eq!((&none["registry.repository-exists"], &none["registry.tags"]), (&"false".into(), &"".into()), "{none:#}");
    assert_eq!(none["registry.manifest-digest"], "none");
}

/// Pushes of `home_with_two`, with the flavor that keeps tags where they are.
fn push_once(home: &Home, registry: &DockerRegistry, layout: &str, tag: &str) -> Ran {
    let (image, uri) = (format!("{}/team/app:{tag}", registry.host()), format!("{}/team", registry.host()));
    let source = format!("oci:{layout}");
    let words = ["push", &image, "--uri", &uri, "--from", &source, "--output", "json", "--flavor", "immutable-tags"];
    home.run_words(words.iter().chain(&["--grant", "registry", "--set", r#"except:=["latest", "*-dev"]"#]))
}

/// Another image in `other`.
fn home_with_two() -> (Home, String) {
    let (home, digest) = home_with_layers(1);
    Layout::create(&home.join("other")).and_then(|mut layout| layout.add(&Image::new().raw_layer(vec![9; 9]), None)).expect("a layout");
    (home, digest)
}

#[test]
#[ignore = "needs docker-registry: cargo xtask test"]
fn a_tag_that_is_immutable_is_pushed_once() {
    let (home, digest) = home_with_two();
    let registry = DockerRegistry::start();
    assert_eq!(push_once(&home, &registry, "image", "v1").json()["remote"], "updated");
    let same = push_once(&home, &registry, "image", "v1");
    assert_eq!((same.code, &same.json()["remote"]), (0, &"unchanged".into()), "the same image moves no tag: {same:?}");
    let again = push_once(&home, &registry, "other", "v1");
    assert_eq!(again.code, 4, "{again:?}");
    let violation = again.json()["hooks"][0]["violations"][0].clone();
    assert_eq!((&violation["code"], &violation["details"]["digest"]), (&"tag.exists".into(), &digest.into()));
    assert_eq!(push_once(&home, &registry, "image", "v2").code, 0);
    for layout in ["image", "other"] {
        assert_eq!(push_once(&home, &registry, layout, "latest").code, 0);
        assert_eq!(push_once(&home, &registry, layout, "v3-dev").code, 0);
    }
}

#[test]
#[ignore = "needs docker-registry: cargo xtask test"]
fn a_registry_that_cannot_be_asked_lets_no_tag_pass() {
    let (home, _) = home_with_two();
    let user = User::new("person", "S3CRET-CANARY");
    let registry = DockerRegistry::with_user(&user);
    let refused = push_once(&home, &registry, "image", "v1");
    assert_eq!(refused.code, 7, "{refused:?}");
    home.log_in(registry.host(), &user);
    assert_eq!(push_once(&home, &registry, "image", "v1").code, 0);
    assert_eq!(push_once(&home, &registry, "other", "v1").code, 4);

    let uri = registry.host().to_owned();
    drop(registry);
    let image = format!("{uri}/team/app:v1");
    let down = home.run_words(["check", &image, "--uri", &uri, "--flavor", "immutable-tags", "--grant", "registry", "--output", "json"]);
    assert_eq!(down.code, 7, "{down:?}");
    assert_eq!(down.json()["error"]["kind"], "registry_failed");
}
