use std::fs;
use std::net::TcpListener;

use bytes::Bytes;
use pushgate_test_registry::{Rule, Step, Switch};

use super::*;
use crate::Served;
use crate::testing::LAYER;
use pushgate_oci::Digest;
use pushgate_oci::media_type::OCI_CONFIG;

/// What the registry does wrong, and how the push must end. In no case may the tag be there, unless it is not known whether it is.
async fn ends_with(rule: Rule, is_expected: impl Fn(&PushError) -> bool) {
    let registry = start(Options::default().misbehave(rule.clone())).await;
    let (_layout, content) = image();
    let error = push(&impatient(&registry), &content).await.unwrap_err();
    assert!(is_expected(&error), "{rule:?}: {error:?}");
    if !matches!(error, PushError::Unconfirmed(_)) {
        assert_eq!(registry.tag_digest(REPOSITORY, "v1"), None, "{rule:?}");
    }
    // The registry recovers, and so must whoever uses it.
    registry.behave();
    push(&impatient(&registry), &content).await.unwrap();
}

#[tokio::test]
async fn statuses_are_told_apart() {
    for step in [Step::ManifestGet, Step::UploadStart, Step::UploadFinish, Step::ManifestPut] {
        ends_with(Rule::on(step, Switch::Status(403)), |error| matches!(error, PushError::Registry(RegistryError::Denied { .. }))).await;
        ends_with(Rule::on(step, Switch::Status(429)), |error| {
            matches!(error, PushError::Registry(RegistryError::Status { code: 429, .. }))
        })
        .await;
        ends_with(Rule::on(step, Switch::Status(500)), |error| {
            matches!(error, PushError::Registry(RegistryError::Status { code: 500, .. }))
        })
        .await;
    }
    for step in [Step::UploadStart, Step::UploadFinish, Step::ManifestPut] {
        ends_with(Rule::on(step, Switch::Status(404)), |error| matches!(error, PushError::Registry(RegistryError::NotFound { .. }))).await;
    }
    // A success that is none.
    ends_with(Rule::on(Step::UploadFinish, Switch::Status(200)), |error| {
        matches!(error, PushError::Registry(RegistryError::Status { code: 200, .. }))
    })
    .await;
}

#[tokio::test]
async fn connections_that_break() {
    let broken =
        |error: &PushError| matches!(error, PushError::Registry(RegistryError::Disconnected { .. } | RegistryError::TimedOut { .. }));
    for step in [Step::ManifestGet, Step::UploadStart, Step::UploadFinish] {
        ends_with(Rule::on(step, Switch::ResetAfterRequest(0)), broken).await;
        ends_with(Rule::on(step, Switch::StallAfterRequest(0)), broken).await;
        ends_with(Rule::on(step, Switch::Raw(Bytes::from_static(b"SSH-2.0-OpenSSH\r\n"))), broken).await;
    }
    ends_with(Rule::on(Step::ManifestGet, Switch::CutReplyAfter(3)).times(1), |_| true).await;
    for switch in [Switch::ResetAfterRequest(1), Switch::StallAfterRequest(1), Switch::Raw(Bytes::new())] {
        ends_with(Rule::on(Step::ManifestPut, switch), |error| matches!(error, PushError::Unconfirmed(_))).await;
    }
}

#[tokio::test]
async fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let host = Host::parse(&format!("127.0.0.1:{port}")).unwrap();
    let options = ClientOptions::new(host, Scheme::Http);
    let error = registry_error(push(&RegistryClient::new(options).unwrap(), &image().1).await);
    assert!(matches!(error, RegistryError::Unreachable { .. }), "{error:?}");
    let expected = format!("fetching manifest `v1` of repository `team/app` at http://127.0.0.1:{port}: cannot connect");
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn bodies_are_bounded() {
    let (_layout, content) = image();
    for switch in [Switch::EndlessBody, Switch::GiganticBody(1 << 40)] {
        let registry = start(Options::default()).await;
        let client = impatient(&registry);
        push(&client, &content).await.unwrap();
        registry.misbehave(Rule::on(Step::ManifestGet, switch));
        let error = client.manifest(REPOSITORY, "v1").await.unwrap_err();
        assert!(matches!(error, RegistryError::BodyTooLarge { .. }), "{error:?}");
    }
    for switch in [Switch::StallReplyAfter(5), Switch::CutReplyAfter(5), Switch::Drip(Duration::from_millis(200))] {
        let registry = start(Options::default()).await;
        let client = impatient(&registry);
        push(&client, &content).await.unwrap();
        registry.misbehave(Rule::on(Step::ManifestGet, switch.clone()));
        let error = client.manifest(REPOSITORY, "v1").await.unwrap_err();
        assert!(matches!(error, RegistryError::TimedOut { .. } | RegistryError::Disconnected { .. }), "{switch:?}: {error:?}");
    }
}

#[tokio::test]
async fn the_body_decides_about_the_digest() {
    let (_layout, content) = image();
    let registry = start(Options::default()).await;
    let client = client(&registry, Credentials::Anonymous);
    push(&client, &content).await.unwrap();
    let lie = Switch::Header("docker-content-digest", Digest::sha256(b"lie").to_string());
    registry.misbehave(Rule::on(Step::ManifestGet, lie));
    let digest = content.root().digest.as_str();
    assert_eq!(client.manifest(REPOSITORY, "v1").await.unwrap().unwrap().digest.as_str(), digest);
    assert_eq!(client.manifest(REPOSITORY, digest).await.unwrap().unwrap().digest.as_str(), digest);
    registry.behave();
    registry.misbehave(Rule::on(Step::ManifestGet, Switch::Body(Bytes::from_static(b"{}"))));
    assert_eq!(client.manifest(REPOSITORY, "v1").await.unwrap().unwrap().digest, Digest::sha256(b"{}"));
    let error = client.manifest(REPOSITORY, digest).await.unwrap_err();
    assert!(matches!(error, RegistryError::BadAnswer { .. }), "{error:?}");

    let registry = start(Options::default()).await;
    let lie = Switch::Header("docker-content-digest", Digest::sha256(b"lie").to_string());
    registry.misbehave(Rule::on(Step::ManifestPut, lie.clone()));
    push(&impatient(&registry), &content).await.expect("the tag serves the very bytes");
    // And where it does not.
    let registry = start(Options::default()).await;
    registry.misbehave(Rule::on(Step::ManifestPut, lie));
    registry.misbehave(Rule::on(Step::ManifestPut, Switch::KeepOther(Bytes::from_static(b"{}"))));
    let client = impatient(&registry);
    push(&client, &content).await.expect("it was acknowledged");
    let served = client.served(REPOSITORY, "v1", &content.root().digest, None).await.unwrap();
    assert!(matches!(&served, Served::Other(other) if *other == Digest::sha256(b"{}")), "{served:?}");
}

#[tokio::test]
async fn nothing_is_sent_elsewhere() {
    let other = start(Options::default()).await;
    for location in [format!("{}/v2/{REPOSITORY}/blobs/uploads/1", other.origin()), "https://evil.example/x?token=y".to_owned()] {
        ends_with(Rule::on(Step::UploadStart, Switch::Header("location", location)), |error| {
            matches!(error, PushError::Registry(RegistryError::UploadElsewhere { .. }))
        })
        .await;
    }
    ends_with(Rule::on(Step::UploadStart, Switch::WithoutHeader("location")), |error| {
        matches!(error, PushError::Registry(RegistryError::BadAnswer { .. }))
    })
    .await;
    for step in [Step::ManifestGet, Step::UploadStart, Step::UploadFinish, Step::ManifestPut] {
        let redirect = Switch::Redirect { status: 307, origin: other.origin() };
        ends_with(Rule::on(step, redirect), |error| match error {
            PushError::Registry(RegistryError::Status { code: 307, .. }) => step != Step::ManifestPut,
            PushError::Unconfirmed(_) => step == Step::ManifestPut,
            _ => false,
        })
        .await;
    }
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_blob_that_lies_elsewhere_is_there() {
    let other = start(Options::default()).await;
    let registry = start(Options::default()).await;
    let (_layout, content) = image();
    for blob in ["the first layer", "the second layer"] {
        registry.put_blob(REPOSITORY, blob);
    }
    registry.misbehave(
        Rule::on(Step::BlobHead, Switch::Redirect { status: 307, origin: other.origin() })
            .containing(Digest::sha256(b"the first layer").as_str()),
    );
    push(&client(&registry, Credentials::Anonymous), &content).await.unwrap();
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_source_that_changes_is_not_pushed() {
    for (change, step) in [("short", None), ("longer than it was", None), ("the xxxxx layer", Some(Step::UploadFinish))] {
        let registry = start(Options::default()).await;
        let (layout, content) = image();
        fs::write(layout.blob_path(Digest::sha256(b"the first layer").as_str()), change).unwrap();
        let error = push(&client(&registry, Credentials::Anonymous), &content).await.unwrap_err();
        match step {
            None => assert!(matches!(error, PushError::Source(_)), "{error:?}"),
            // The same length: the registry finds it out, from the digest in the closing request.
            Some(_) => assert!(matches!(error, PushError::Registry(RegistryError::Status { code: 400, .. })), "{error:?}"),
        }
        assert!(registry.requests().iter().all(|request| request.step != Step::ManifestPut));
        assert_eq!(registry.tag_digest(REPOSITORY, "v1"), None);
    }
    let registry = start(Options::default()).await;
    let (layout, content) = image();
    fs::remove_file(layout.blob_path(Digest::sha256(b"the first layer").as_str())).unwrap();
    let error = push(&client(&registry, Credentials::Anonymous), &content).await.unwrap_err();
    assert!(matches!(error, PushError::Source(pushgate_oci::BlobError::Unreadable { .. })), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_cut_while_it_is_sent() {
    // Far more than sockets and buffers take, so that its end is read after the registry has stopped reading.
    let size = 64 * 1024 * 1024_usize;
    let layer = vec![0; size];
    let layout = TestLayout::with_image(&[&layer]);
    let content = layout.pin(None).unwrap();
    let file = layout.blob_path(Digest::sha256(&layer).as_str());
    let registry = start(Options::default()).await;
    let cutter = Cutter { file, digest: Digest::sha256(&layer) };
    let client = client(&registry, Credentials::Anonymous);
    let error = client.push(REPOSITORY, "v1", &content, &PushOptions::default(), &cutter).await.unwrap_err();
    assert!(matches!(error, PushError::Source(pushgate_oci::BlobError::WrongSize { .. })), "{error:?}");
    assert!(registry.requests().iter().all(|request| request.step != Step::ManifestPut));
    assert_eq!(registry.open_uploads(), 0);
}

/// Cuts a layer once the first of it is on its way.
struct Cutter {
    file: std::path::PathBuf,
    digest: Digest,
}

impl crate::Progress for Cutter {
    fn layer_advanced(&self, digest: &Digest, _bytes: u64) {
        if *digest == self.digest {
            fs::File::options().write(true).open(&self.file).unwrap().set_len(1024 * 1024).unwrap();
        }
    }
}

#[tokio::test]
async fn a_size_that_the_registry_knows_better() {
    let registry = start(Options::default()).await;
    let digest = registry.put_blob(REPOSITORY, "the true bytes");
    let layout = TestLayout::new();
    let mut layer = layout.blob(LAYER, b"other bytes under the same digest");
    fs::write(layout.blob_path(&digest), b"other bytes under the same digest").unwrap();
    layer["digest"] = digest.into();
    let config = layout.document(OCI_CONFIG, &TestLayout::config("amd64", 1));
    layout.index(&[layout.manifest(&config, &[layer])]);
    let error = registry_error(push(&client(&registry, Credentials::Anonymous), &layout.pin(None).unwrap()).await);
    assert!(matches!(error, RegistryError::BadAnswer { .. }), "{error:?}");
    assert_eq!(registry.tag_digest(REPOSITORY, "v1"), None);
}

#[tokio::test]
async fn names_are_checked_before_there_is_a_url() {
    let registry = start(Options::default()).await;
    let client = client(&registry, Credentials::Anonymous);
    let (_layout, content) = image();
    for (repository, tag) in [("../x", "v1"), ("a?x", "v1"), ("A", "v1"), ("a", "../x"), ("a", ""), ("a", "v1?x"), ("a/../b", "v1")] {
        let error = registry_error(client.push(repository, tag, &content, &PushOptions::default(), &()).await);
        assert!(matches!(error, RegistryError::InvalidName { .. }), "{error:?}");
    }
    assert!(registry.requests().is_empty());
}
