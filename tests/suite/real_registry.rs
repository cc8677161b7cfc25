//! Debian's docker-registry.

use pushgate_oci::{ClientOptions, Document, RegistryClient, Scheme};
use pushgate_reference::Host;
use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::Identity;
use serde_json::json;

use crate::support::{DockerRegistry, Home, Settings, TokenServer, User};

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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let served = runtime.block_on(async {
        let host = Host::parse(registry.host()).expect("a host");
        let options = ClientOptions::new(host, Scheme::Http);
        let client = RegistryClient::new(options).expect("a client");
        client.manifest("app", &subject.replace(':', "-")).await.expect("an answer").expect("the list")
    });
    let Document::Index(list) = served.document().expect("an index") else { panic!("no list") };
    let listed: Vec<_> = list.manifests.iter().map(|entry| entry.digest.to_string()).collect();
    assert_eq!(listed, digests);
    assert_eq!(list.manifests[0].artifact_type.as_deref(), Some("application/vnd.example.sbom"));
    assert_eq!(list.manifests[1].annotations["name"], "signature");
}
