//! Registries that say what is not so about a blob, or nothing.

use pushgate_test_registry::{Rule, Step, Switch};

use super::*;
use crate::RequestContext;
use pushgate_oci::Digest;

const LAYER_SIZE: usize = 3 * 1024 * 1024;

fn large() -> (TestLayout, PinnedContent, Digest) {
    let layer: Vec<u8> = (0..LAYER_SIZE).map(|index| u8::try_from(index % 251).unwrap()).collect();
    let layout = TestLayout::with_image(&[&layer]);
    let content = layout.pin(None).unwrap();
    (layout, content, Digest::sha256(&layer))
}

/// How many bytes of blobs went out.
fn sent(registry: &Registry) -> u64 {
    let of_a_blob = |step| matches!(step, Step::UploadFinish | Step::UploadChunk);
    registry.requests().iter().filter(|request| of_a_blob(request.step)).map(|request| request.body_length).sum()
}

#[tokio::test]
async fn a_blob_that_is_acknowledged_as_another() {
    let (_layout, content, layer) = large();
    let lie = || Switch::Header("docker-content-digest", Digest::sha256(b"lie").to_string());
    let finish = || Rule::on(Step::UploadFinish, lie()).containing(layer.hexadecimal());
    // In one request, and in chunks.
    for whole in [true, false] {
        let registry = start(Options::default().misbehave(finish())).await;
        if !whole {
            registry.misbehave(Rule::on(Step::UploadFinish, Switch::Status(413)).containing(layer.hexadecimal()).times(1));
        }
        let error = registry_error(push(&persistent(&registry), &content).await);
        let expected = format!("the registry took the blob {layer} for {}", Digest::sha256(b"lie"));
        assert!(error.to_string().ends_with(&expected), "{error}");
        assert_eq!(registry.tag_digest(REPOSITORY, "v1"), None);
        assert!(registry.requests().iter().all(|request| request.step != Step::ManifestPut));
    }
    // No digest, one of another algorithm, and one that is none: the registry has compared it with the one in the
    // request.
    for switch in [
        Switch::WithoutHeader("docker-content-digest"),
        Switch::Header("docker-content-digest", format!("sha512:{}", "a".repeat(128))),
        Switch::Header("docker-content-digest", "sha256:".to_owned()),
    ] {
        let registry = start(Options::default().misbehave(Rule::on(Step::UploadFinish, switch))).await;
        push(&persistent(&registry), &content).await.unwrap();
    }
}

#[tokio::test]
async fn a_blob_that_is_acknowledged_in_other_words_is_looked_for() {
    let (_layout, content, layer) = large();
    for status in [200, 201, 202, 204] {
        let registry = start(Options::default().misbehave(Rule::on(Step::UploadFinish, Switch::Answer(status)))).await;
        push(&persistent(&registry), &content).await.unwrap();
        assert!(registry.tag_digest(REPOSITORY, "v1").is_some());
        // Chunks too: what the registry has says its range, and in the end the digest.
        let in_chunks = Rule::on(Step::UploadFinish, Switch::Status(413)).containing(layer.hexadecimal()).times(1);
        let registry = start(Options::default().misbehave(in_chunks)).await;
        registry.misbehave(Rule::on(Step::UploadChunk, Switch::Answer(status)));
        push(&persistent(&registry), &content).await.unwrap();
        assert!(registry.has_blob(REPOSITORY, layer.as_str()));
    }
}

#[tokio::test]
async fn a_blob_that_is_not_kept_is_found_out_where_that_is_wanted() {
    let (_layout, content) = image();
    let verify = PushOptions { verify: true, ..PushOptions::default() };
    let layer = Digest::sha256(b"the first layer");
    let push = async |registry: &Registry| persistent(registry).push(REPOSITORY, "v1", &content, &verify, &()).await;
    let registry = start(Options::default()).await;
    push(&registry).await.unwrap();
    let asked = |registry: &Registry| {
        let heads = registry.requests().into_iter().filter(|request| request.step == Step::BlobHead);
        heads.map(|request| request.path.rsplit('/').next().unwrap().to_owned()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(asked(&registry), content.blobs().iter().map(|blob| blob.descriptor.digest.to_string()).collect());

    let registry = start(Options::default()).await;
    registry.misbehave(Rule::on(Step::UploadFinish, Switch::Forget).containing(layer.hexadecimal()));
    let error = registry_error(push(&registry).await);
    assert!(error.to_string().ends_with("the registry acknowledged the blob and does not have it"), "{error}");
    assert!(error.to_string().contains(layer.as_str()), "{error}");
    assert!(registry.requests().iter().all(|request| request.step != Step::ManifestPut));
    // A moment later it is there.
    let late = || Rule::on(Step::BlobHead, Switch::Status(404)).containing(layer.hexadecimal());
    let registry = start(Options::default().misbehave(late().times(3))).await;
    push(&registry).await.unwrap();
    // Without the wish, that is the registry's promise: it refuses the manifest itself, or breaks its word.
    let registry = start(Options::default()).await;
    super::push(&persistent(&registry), &content).await.unwrap();
    assert!(asked(&registry).is_empty());
}

#[tokio::test]
async fn a_length_of_nothing_is_no_length() {
    let (layout, content) = image();
    let nothing = || Rule::on(Step::BlobHead, Switch::Header("content-length", "0".to_owned()));
    let registry = start(Options::default().misbehave(nothing())).await;
    for blob in content.blobs() {
        registry.put_blob(REPOSITORY, std::fs::read(layout.blob_path(blob.descriptor.digest.as_str())).unwrap());
    }
    push(&persistent(&registry), &content).await.unwrap();
    assert_eq!(sent(&registry), 0);
    // A blob that is empty is expected to be.
    let layout = TestLayout::with_image(&[b"", b"more"]);
    let registry = start(Options::default().misbehave(nothing())).await;
    registry.put_blob(REPOSITORY, "");
    push(&persistent(&registry), &layout.pin(None).unwrap()).await.unwrap();
    // And other lengths go on being compared.
    let registry = start(Options::default().misbehave(Rule::on(Step::BlobHead, Switch::Header("content-length", "7".to_owned())))).await;
    registry.put_blob(REPOSITORY, "the first layer");
    let error = registry_error(push(&persistent(&registry), &content).await);
    assert!(matches!(error, RegistryError::BadAnswer { .. }), "{error:?}");
}

#[tokio::test]
async fn ranges_that_lie_cost_a_few_sizes_of_the_layer() {
    let (_layout, content, layer) = large();
    let whole = u64::try_from(LAYER_SIZE).unwrap();
    let refused = || Rule::on(Step::UploadFinish, Switch::Status(413)).containing(layer.hexadecimal()).times(1);
    for (step, switch) in [
        (Step::UploadChunk, Switch::TakeOnly(1)),
        (Step::UploadChunk, Switch::TakeOnly(100)),
        (Step::UploadChunk, Switch::TakeOnly(64 * 1024)),
        (Step::UploadChunk, Switch::Header("range", "0-0".to_owned())),
        (Step::UploadChunk, Switch::Header("range", "0-1".to_owned())),
        (Step::UploadChunk, Switch::Header("range", "5-9".to_owned())),
        (Step::UploadChunk, Switch::Header("range", "0-99999999999".to_owned())),
        (Step::UploadChunk, Switch::Header("range", "nonsense".to_owned())),
        // Chunks fail, and each question afterwards is answered with a little more.
        (Step::UploadChunk, Switch::Status(500)),
        (Step::UploadChunk, Switch::Status(416)),
        (Step::UploadFinish, Switch::Status(500)),
        (Step::UploadFinish, Switch::Status(416)),
    ] {
        let registry = start(Options::default().misbehave(refused())).await;
        registry.misbehave(Rule::on(step, switch.clone()));
        let error = push(&persistent(&registry), &content).await.unwrap_err();
        assert!(matches!(error, PushError::Registry(_)), "{switch:?}: {error:?}");
        assert!(sent(&registry) <= 6 * whole, "{switch:?}: {} bytes", sent(&registry));
        assert_eq!(registry.open_uploads(), 0, "{switch:?}");
    }
    // No range at all: then the registry has what was sent, and the digest decides.
    let registry = start(Options::default().misbehave(refused())).await;
    registry.misbehave(Rule::on(Step::UploadChunk, Switch::WithoutHeader("range")));
    push(&persistent(&registry), &content).await.unwrap();
    assert!(sent(&registry) <= 3 * whole, "{} bytes", sent(&registry));
    // Chunks that are taken in part, as often as that may happen.
    let registry = start(Options::default().misbehave(refused())).await;
    registry.misbehave(Rule::on(Step::UploadChunk, Switch::TakeOnly(500_000)).times(3));
    push(&persistent(&registry), &content).await.unwrap();
}

#[tokio::test]
async fn a_status_that_creeps_forward_is_given_up() {
    let (_layout, content, layer) = large();
    let whole = u64::try_from(LAYER_SIZE).unwrap();
    let registry = start(Options::default()).await;
    // The closing request always fails, and each time the registry says that it has one byte more.
    registry.misbehave(Rule::on(Step::UploadFinish, Switch::ResetAfterRequest(whole / 2)).containing(layer.hexadecimal()));
    for number in 0..200 {
        let range = Switch::Header("range", format!("0-{}", number + 1));
        registry.misbehave(Rule::on(Step::UploadStatus, range).after(number).times(1));
    }
    push(&persistent(&registry), &content).await.unwrap_err();
    assert!(sent(&registry) <= 6 * whole, "{} bytes", sent(&registry));
}

#[tokio::test]
async fn what_is_too_large_however_small() {
    let (_layout, content, layer) = large();
    let proxy = |step| Rule::on(step, Switch::Status(413)).containing(if step == Step::UploadFinish { layer.hexadecimal() } else { "" });
    let registry = start(Options::default().misbehave(proxy(Step::UploadFinish))).await;
    registry.misbehave(proxy(Step::UploadChunk));
    let error = registry_error(push(&persistent(&registry), &content).await);
    let expected = "status 413: a request of 65536 bytes is too large for the registry, or for what stands before it: UNKNOWN: ";
    assert!(error.to_string().contains(expected), "{error}");
    assert!(matches!(error, RegistryError::Status { code: 413, .. }), "{error:?}");
    // Of a blob that is smaller than any chunk, and of a manifest.
    let (_layout, content) = image();
    let small = Digest::sha256(b"the first layer");
    let refused = Rule::on(Step::UploadFinish, Switch::Status(413)).containing(small.hexadecimal());
    let registry = start(Options::default().misbehave(refused)).await;
    let error = registry_error(push(&persistent(&registry), &content).await);
    assert!(error.to_string().contains("status 413: a request of 15 bytes is too large"), "{error}");
    let registry = start(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::Status(413)))).await;
    let error = registry_error(push(&persistent(&registry), &content).await);
    assert!(matches!(error, RegistryError::Status { code: 413, .. }), "{error:?}");
}

#[tokio::test]
async fn redirects_say_where_they_lead() {
    let (_layout, content) = image();
    for step in [Step::ManifestGet, Step::UploadStart, Step::UploadFinish] {
        for status in [301, 302, 303, 307, 308] {
            let location = "https://user:S3CRET-CANARY-a@new.example.com/v2/x?token=S3CRET-CANARY-b";
            let headers = vec![("location", location.to_owned())];
            let registry = start(Options::default()).await;
            registry.misbehave(Rule::on(step, Switch::Reply { status, headers, body: bytes::Bytes::new() }));
            let error = registry_error(push(&persistent(&registry), &content).await);
            let expected = format!("status {status}: it leads to https://new.example.com/v2/x");
            assert!(error.to_string().ends_with(&expected), "{error}");
            assert!(!everything(&error).contains("S3CRET"), "{error:?}");
            let is_of_registry = |context: &RequestContext| context.step != crate::Step::FetchToken;
            assert!(
                matches!(&error, RegistryError::Status { code, context, .. } if *code == status && is_of_registry(context)),
                "{error:?}"
            );
        }
    }
    // Logging in, where there is no repository.
    let redirect = Switch::Redirect { status: 301, origin: "https://new.example.com".to_owned() };
    let registry = start(Options::default().misbehave(Rule::on(Step::Ping, redirect))).await;
    let error = client(&registry, basic("person", "right")).verify_credentials().await.unwrap_err();
    assert!(error.to_string().ends_with("status 301: it leads to https://new.example.com/v2/"), "{error}");
}
