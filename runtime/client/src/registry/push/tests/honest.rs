use std::collections::BTreeMap;
use std::sync::Mutex;

use pushgate_test_registry::{Rule, Step, Switch};

use super::*;
use crate::PushOutcome;
use crate::testing::for_platform;
use crate::{LayerOutcome, Progress, TlsFault};
use pushgate_oci::Digest;

#[tokio::test]
async fn an_image_and_then_nothing_to_do() {
    let registry = start(Options::default()).await;
    let client = client(&registry, Credentials::Anonymous);
    let (_layout, content) = image();
    assert!(client.manifest(REPOSITORY, "v1").await.unwrap().is_none());

    let pushed = push(&client, &content).await.unwrap();
    assert_eq!(pushed, Pushed { digest: content.root().digest.clone(), outcome: PushOutcome::Updated });
    assert_eq!(registry.tag_digest(REPOSITORY, "v1").as_deref(), Some(pushed.digest.as_str()));
    for blob in content.blobs() {
        assert!(registry.has_blob(REPOSITORY, blob.descriptor.digest.as_str()));
    }
    let requests = registry.requests();
    let last = requests.last().unwrap();
    assert_eq!((last.step, last.header("content-type")), (Step::ManifestPut, Some(content.root().media_type.as_str())));
    assert_eq!(requests.iter().filter(|request| request.step == Step::ManifestPut).count(), 1);
    assert!(requests.iter().all(|request| request.header("user-agent").unwrap().starts_with("pushgate/")));

    let served = client.manifest(REPOSITORY, "v1").await.unwrap().unwrap();
    assert_eq!((&served.bytes, &served.digest), (content.root_bytes(), &pushed.digest));
    assert_eq!(served.media_type, content.root().media_type);
    assert!(matches!(served.document(), Ok(pushgate_oci::Document::Manifest(_))));
    let by_digest = client.manifest(REPOSITORY, pushed.digest.as_str()).await.unwrap().unwrap();
    assert_eq!(by_digest.bytes, served.bytes);

    registry.forget_requests();
    assert_eq!(push(&client, &content).await.unwrap().outcome, PushOutcome::Unchanged);
    assert_eq!(registry.requests().len(), 1);
}

#[tokio::test]
async fn only_what_is_missing_is_sent() {
    let registry = start(Options::default()).await;
    let client = client(&registry, Credentials::Anonymous);
    push(&client, &image().1).await.unwrap();
    registry.forget_requests();

    let layout = TestLayout::with_image(&[b"the first layer", b"another layer"]);
    let recorder = Recorder::default();
    client.push(REPOSITORY, "v1", &layout.pin(None).unwrap(), &PushOptions::default(), &recorder).await.unwrap();
    let finished = recorder.finished.into_inner().unwrap();
    // The config has the same diff_ids and so the same bytes.
    assert_eq!(finished.values().filter(|how| **how == LayerOutcome::AlreadyThere).count(), 2);
    assert_eq!(finished[&Digest::sha256(b"another layer")], LayerOutcome::Uploaded);
    assert_eq!(registry.requests().iter().filter(|request| request.step == Step::UploadFinish).count(), 1);
}

#[tokio::test]
async fn an_index_is_pushed_from_its_leaves() {
    let layout = TestLayout::new();
    let amd = for_platform(layout.image("amd64", &[b"amd"]), "linux", "amd64");
    let arm = for_platform(layout.image("arm64", &[b"arm"]), "linux", "arm64");
    layout.index(&[layout.nested(&[layout.nested(&[amd]), arm])]);
    let content = layout.pin(None).unwrap();
    let registry = start(Options::default()).await;
    push(&client(&registry, Credentials::Anonymous), &content).await.unwrap();
    let puts: Vec<String> =
        registry.requests().iter().filter(|request| request.step == Step::ManifestPut).map(|request| request.path.clone()).collect();
    let children = content.children().iter().map(|child| child.descriptor.digest.to_string());
    let expected: Vec<String> =
        children.chain(["v1".to_owned()]).map(|reference| format!("/v2/{REPOSITORY}/manifests/{reference}")).collect();
    assert_eq!(puts, expected);
    // One after the other, and after all blobs: the registry would have refused a manifest whose parts are not there.
    assert!(registry.requests().iter().all(|request| request.status.is_some_and(|status| status < 500)));
}

#[tokio::test]
async fn many_layers_go_over_few_connections() {
    let layers: Vec<Vec<u8>> = (0_u32..61).map(|number| number.to_string().into_bytes().repeat(100)).collect();
    let layers: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
    let layout = TestLayout::with_image(&layers);
    let registry = start(Options::default()).await;
    push(&client(&registry, Credentials::Anonymous), &layout.pin(None).unwrap()).await.unwrap();
    assert!(registry.connections() <= 32, "{} connections", registry.connections());
}

#[tokio::test]
async fn large_and_empty_blobs_are_streamed() {
    // Neither a multiple of a piece, nor one byte short of it, nor nothing is special.
    let sizes = [0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 3 * 1024 * 1024];
    let layers: Vec<Vec<u8>> = sizes.iter().map(|size| vec![b'x'; *size]).collect();
    let layers: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
    let layout = TestLayout::with_image(&layers);
    let content = layout.pin(None).unwrap();
    let registry = start(Options::default()).await;
    let recorder = Recorder::default();
    client(&registry, Credentials::Anonymous).push(REPOSITORY, "v1", &content, &PushOptions::default(), &recorder).await.unwrap();
    for layer in &layers {
        let digest = Digest::sha256(layer);
        assert_eq!(registry.blob(REPOSITORY, digest.as_str()).unwrap(), *layer);
    }
    let advanced = recorder.advanced.into_inner().unwrap();
    for blob in content.blobs().iter().filter(|blob| blob.descriptor.size > 0) {
        let steps = &advanced[&blob.descriptor.digest];
        assert_eq!(steps.last(), Some(&blob.descriptor.size));
        assert!(steps.is_sorted(), "{steps:?}");
    }
}

#[tokio::test]
async fn a_connection_that_the_registry_closes_is_replaced() {
    let close = Switch::Header("connection", "close".to_owned());
    let registry = start(Options::default().misbehave(Rule::on(Step::Any, close))).await;
    let (_layout, content) = image();
    push(&client(&registry, Credentials::Anonymous), &content).await.unwrap();
    assert_eq!(registry.connections(), registry.requests().len() as u64);
}

#[tokio::test]
async fn over_tls() {
    let registry = start(Options::default().tls()).await;
    let ca = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ca.path(), registry.ca_pem().unwrap()).unwrap();
    let (_layout, content) = image();
    let with_ca = |host: &str| {
        let host = Host::parse(host).unwrap();
        ClientOptions { ca_file: Some(ca.path().to_owned()), ..ClientOptions::new(host, Scheme::Https) }
    };
    for host in [registry.host(), format!("localhost:{}", registry.address().port())] {
        let client = RegistryClient::new(with_ca(&host)).unwrap();
        push(&client, &content).await.unwrap();
    }

    // Without its authority.
    let untrusted = ClientOptions { scheme: Scheme::Https, ..options(&registry, Credentials::Anonymous) };
    let error = registry_error(push(&RegistryClient::new(untrusted).unwrap(), &content).await);
    // A system without any authorities cannot even begin.
    assert!(matches!(error, RegistryError::Unreachable { .. } | RegistryError::Tls { .. }), "{error:?}");
    if matches!(error, RegistryError::Unreachable { .. }) {
        assert_eq!(error.tls_fault(), Some(TlsFault::UntrustedCertificate), "{error:?}");
    }
    // Another name than the certificate's.
    let other = format!("127.0.0.2:{}", registry.address().port());
    let error = registry_error(push(&RegistryClient::new(with_ca(&other)).unwrap(), &content).await);
    assert!(matches!(error, RegistryError::Unreachable { .. }), "{error:?}");
    // In clear.
    let error = registry_error(push(&client(&registry, Credentials::Anonymous), &content).await);
    assert!(matches!(error, RegistryError::Disconnected { .. }), "{error:?}");
}

#[tokio::test]
async fn tls_where_there_is_none() {
    let registry = start(Options::default()).await;
    let tls = start(Options::default().tls()).await;
    let ca = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ca.path(), tls.ca_pem().unwrap()).unwrap();
    let options =
        ClientOptions { scheme: Scheme::Https, ca_file: Some(ca.path().to_owned()), ..options(&registry, Credentials::Anonymous) };
    let error = registry_error(push(&RegistryClient::new(options).unwrap(), &image().1).await);
    assert!(matches!(error, RegistryError::Unreachable { .. }), "{error:?}");
    assert_eq!(error.tls_fault(), Some(TlsFault::NotTls), "{error:?}");
    assert!(registry.requests().is_empty());
}

#[test]
fn ca_files() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let with = |path: &std::path::Path| {
        let host = Host::parse("a.example").unwrap();
        RegistryClient::new(ClientOptions { ca_file: Some(path.to_owned()), ..ClientOptions::new(host, Scheme::Https) })
    };
    for contents in
        ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\n!\n"]
    {
        std::fs::write(file.path(), contents).unwrap();
        assert!(matches!(with(file.path()), Err(RegistryError::Trust(CertificateError::CaFile { .. }))), "{contents:?}");
    }
    assert!(matches!(with(&file.path().with_extension("missing")), Err(RegistryError::Trust(CertificateError::CaFile { .. }))));
}

#[derive(Default)]
struct Recorder {
    advanced: Mutex<BTreeMap<Digest, Vec<u64>>>,
    finished: Mutex<BTreeMap<Digest, LayerOutcome>>,
}

impl Progress for Recorder {
    fn layer_advanced(&self, digest: &Digest, bytes: u64) {
        self.advanced.lock().unwrap().entry(digest.clone()).or_default().push(bytes);
    }

    fn layer_finished(&self, digest: &Digest, how: LayerOutcome) {
        assert!(self.finished.lock().unwrap().insert(digest.clone(), how).is_none());
    }
}
