//! Artifacts about other manifests, at registries that list them and at those that do not.

use pushgate_test_registry::{Rule, Step, Switch};
use serde_json::{Value, json};

use super::*;
use crate::PushOutcome;
use crate::testing::for_platform;
use pushgate_oci::media_type::{OCI_INDEX, OCI_MANIFEST};

/// An artifact about `subject`, with a content of its own.
fn artifact(layout: &TestLayout, subject: &Value, content: &[u8]) -> PinnedContent {
    layout.index(&[artifact_manifest(layout, subject, content)]);
    layout.pin(None).unwrap()
}

fn artifact_manifest(layout: &TestLayout, subject: &Value, content: &[u8]) -> Value {
    let empty = layout.blob("application/vnd.oci.empty.v1+json", b"{}");
    let manifest = json!({
        "schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": "application/vnd.example.sbom", "config": empty,
        "layers": [layout.blob("application/vnd.example.part", content)], "subject": subject, "annotations": { "a": "b" },
    });
    layout.document(OCI_MANIFEST, &manifest)
}

/// An image that was pushed as `v1`, and its descriptor.
async fn with_image(registry: &Registry) -> (TestLayout, Value) {
    let layout = TestLayout::new();
    let image = layout.image("amd64", &[b"one"]);
    layout.index(std::slice::from_ref(&image));
    push(&client(registry, Credentials::Anonymous), &layout.pin(None).unwrap()).await.unwrap();
    (layout, image)
}

/// As docker-registry 2.8 is.
async fn old_registry() -> Registry {
    start(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::WithoutHeader("oci-subject")))).await
}

fn fallback(image: &Value) -> String {
    image["digest"].as_str().unwrap().replace(':', "-")
}

fn list(registry: &Registry, image: &Value) -> Vec<Value> {
    let manifest = registry.manifest(REPOSITORY, &fallback(image)).unwrap();
    assert_eq!(manifest.media_type, OCI_INDEX);
    let index: Value = serde_json::from_slice(&manifest.bytes).unwrap();
    assert_eq!(index["mediaType"], OCI_INDEX);
    index["manifests"].as_array().unwrap().clone()
}

async fn push_as(registry: &Registry, tag: &str, content: &PinnedContent) -> Result<Pushed, PushError> {
    client(registry, Credentials::Anonymous).push(REPOSITORY, tag, content, &PushOptions::default(), &()).await
}

#[tokio::test]
async fn a_registry_that_lists_referrers_is_left_to_it() {
    let registry = start(Options::default()).await;
    let (layout, image) = with_image(&registry).await;
    let content = artifact(&layout, &image, b"sbom");
    push_as(&registry, "sbom", &content).await.unwrap();
    assert_eq!(registry.tags(REPOSITORY), ["sbom", "v1"]);
    assert_eq!(registry.tag_digest(REPOSITORY, "sbom").as_deref(), Some(content.root().digest.as_str()));
    // One that answers for another subject has not understood.
    let other = Switch::Header("oci-subject", pushgate_oci::Digest::sha256(b"other").to_string());
    registry.misbehave(Rule::on(Step::ManifestPut, other));
    push_as(&registry, "other", &artifact(&layout, &image, b"other")).await.unwrap();
    assert_eq!(list(&registry, &image).len(), 1);
}

#[tokio::test]
async fn otherwise_the_list_is_kept_under_a_tag_of_the_same_repository() {
    let registry = old_registry().await;
    let (layout, image) = with_image(&registry).await;
    let first = artifact(&layout, &image, b"first");
    push_as(&registry, "first", &first).await.unwrap();
    let entry = json!({
        "mediaType": OCI_MANIFEST, "digest": first.root().digest.as_str(), "size": first.root().size,
        "artifactType": "application/vnd.example.sbom", "annotations": { "a": "b" },
    });
    assert_eq!(list(&registry, &image), std::slice::from_ref(&entry));
    assert_eq!(registry.repositories(), [REPOSITORY]);
    // Nobody fetched the subject.
    let subject = format!("/v2/{REPOSITORY}/manifests/{}", image["digest"].as_str().unwrap());
    assert!(registry.requests().iter().all(|request| request.path != subject));

    // Under another name it is the same manifest, and another one is added to it. What others wrote stays.
    push_as(&registry, "again", &first).await.unwrap();
    assert_eq!(list(&registry, &image), std::slice::from_ref(&entry));
    let theirs = json!({ "mediaType": OCI_MANIFEST, "digest": image["digest"], "size": image["size"], "unknown": [1, { "x": "y" }] });
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [theirs, entry], "annotations": { "theirs": "too" } });
    registry.put_manifest(REPOSITORY, &fallback(&image), OCI_INDEX, index.to_string());
    let second = artifact(&layout, &image, b"second");
    push_as(&registry, "second", &second).await.unwrap();
    let entries = list(&registry, &image);
    assert_eq!((&entries[0], &entries[1]), (&theirs, &entry));
    assert_eq!(entries[2]["digest"], second.root().digest.as_str());
    let kept: Value = serde_json::from_slice(&registry.manifest(REPOSITORY, &fallback(&image)).unwrap().bytes).unwrap();
    assert_eq!(kept["annotations"], json!({ "theirs": "too" }));
}

#[tokio::test]
async fn the_tag_comes_last() {
    let registry = old_registry().await;
    let (layout, image) = with_image(&registry).await;
    let content = artifact(&layout, &image, b"sbom");
    registry.forget_requests();
    push_as(&registry, "sbom", &content).await.unwrap();
    let puts = registry.requests().into_iter().filter(|request| request.step == Step::ManifestPut);
    let names: Vec<String> = puts.map(|request| request.path.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(names, [content.root().digest.to_string(), fallback(&image), "sbom".to_owned()]);
}

#[tokio::test]
async fn a_subject_that_is_not_there_and_one_with_a_long_digest() {
    let registry = old_registry().await;
    let layout = TestLayout::new();
    let long = "c".repeat(128);
    for (digest, tag) in [
        (format!("sha256:{}", "b".repeat(64)), format!("sha256-{}", "b".repeat(64))),
        (format!("sha512:{long}"), format!("sha512-{}", "c".repeat(64))),
    ] {
        let subject = json!({ "mediaType": OCI_MANIFEST, "digest": digest, "size": 1 });
        push_as(&registry, "v1", &artifact(&layout, &subject, digest.as_bytes())).await.unwrap();
        assert!(registry.tag_digest(REPOSITORY, &tag).is_some(), "{tag}");
    }
}

#[tokio::test]
async fn what_is_under_the_tag_and_is_no_list_is_left_alone() {
    let registry = old_registry().await;
    let (layout, image) = with_image(&registry).await;
    let content = artifact(&layout, &image, b"sbom");
    let tag = fallback(&image);
    let padding = "x".repeat(4 * 1024 * 1024 - 200);
    for (media_type, text, expected) in [
        (OCI_MANIFEST, r#"{"schemaVersion":2}"#.to_owned(), "but this is `application/vnd.oci.image.manifest.v1+json`"),
        ("text/plain", "hello".to_owned(), "but this is `text/plain`"),
        (OCI_INDEX, "hello".to_owned(), "cannot be used"),
        (OCI_INDEX, r#"{"schemaVersion":2,"manifests":[],"Manifests":[]}"#.to_owned(), "cannot be used"),
        (OCI_INDEX, r#"{"schemaVersion":2,"manifests":[],"layers":[]}"#.to_owned(), "cannot be used"),
        (OCI_INDEX, format!(r#"{{"schemaVersion":2,"mediaType":"{OCI_MANIFEST}","manifests":[]}}"#), "says that it is something else"),
        (OCI_INDEX, format!(r#"{{"schemaVersion":2,"manifests":[],"annotations":{{"x":"{padding}"}}}}"#), "more than the 4194304 allowed"),
    ] {
        let before = registry.put_manifest(REPOSITORY, &tag, media_type, text);
        let error = registry_error(push_as(&registry, "sbom", &content).await);
        assert!(matches!(error, RegistryError::BadAnswer { .. }) && error.to_string().contains(expected), "{error}");
        assert_eq!(registry.tag_digest(REPOSITORY, &tag), Some(before));
        assert_eq!(registry.tag_digest(REPOSITORY, "sbom"), None, "nothing changed under the tag");
    }
}

#[tokio::test]
async fn an_entry_that_another_client_overwrote_is_added_again() {
    let lost = || Rule::on(Step::ManifestPut, Switch::Forget).containing("/manifests/sha256-");
    let registry = old_registry().await;
    let (layout, image) = with_image(&registry).await;
    registry.misbehave(lost().times(3));
    push_as(&registry, "first", &artifact(&layout, &image, b"first")).await.unwrap();
    assert_eq!(list(&registry, &image).len(), 1);

    registry.misbehave(lost());
    registry.forget_requests();
    let error = registry_error(push_as(&registry, "second", &artifact(&layout, &image, b"second")).await);
    assert!(error.to_string().contains("though it was written 4 times"), "{error}");
    let written = registry.requests().into_iter().filter(|request| request.step == Step::ManifestPut && request.path.contains("sha256-"));
    assert_eq!(written.count(), 4);
    assert_eq!(registry.tag_digest(REPOSITORY, "second"), None);
}

/// Under its own digest it is served before it is linked.
#[tokio::test]
async fn an_artifact_that_is_pushed_by_digest_is_linked_by_the_next_push_if_not_by_its_own() {
    let registry = old_registry().await;
    let (layout, image) = with_image(&registry).await;
    let content = artifact(&layout, &image, b"first");
    let digest = content.root().digest.to_string();
    registry.misbehave(Rule::on(Step::ManifestPut, Switch::Status(403)).containing("/manifests/sha256-").times(1));
    registry_error(push_as(&registry, &digest, &content).await);
    assert!(registry.manifest(REPOSITORY, &digest).is_some());
    for _ in 0..2 {
        assert_eq!(push_as(&registry, &digest, &content).await.unwrap().outcome, PushOutcome::Unchanged);
        assert_eq!(list(&registry, &image).len(), 1);
    }
}

#[tokio::test]
async fn attestations_of_an_index_are_linked_too() {
    let registry = old_registry().await;
    let layout = TestLayout::new();
    let image = layout.image("amd64", &[b"one"]);
    let attestation = for_platform(artifact_manifest(&layout, &image, b"provenance"), "unknown", "unknown");
    layout.index(&[layout.nested(&[for_platform(image.clone(), "linux", "amd64"), attestation.clone()])]);
    push_as(&registry, "v1", &layout.pin(None).unwrap()).await.unwrap();
    assert_eq!(list(&registry, &image)[0]["digest"], attestation["digest"]);
}
