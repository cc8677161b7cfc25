//! Registries that serve late what they acknowledged, and acknowledge it in other words.

use bytes::Bytes;
use http::StatusCode;
use pushgate_test_registry::{Rule, Step, Switch};
use serde_json::json;

use super::*;
use crate::Served;
use crate::testing::for_platform;
use pushgate_oci::Digest;
use pushgate_oci::media_type::{OCI_INDEX, OCI_MANIFEST};

/// As many questions as there are in one wait.
const QUESTIONS: u64 = 8;

/// An index of two images.
fn index() -> (TestLayout, PinnedContent) {
    let layout = TestLayout::new();
    let images = ["amd64", "arm64"].map(|name| for_platform(layout.image(name, &[name.as_bytes()]), "linux", name));
    layout.index(&[layout.nested(&images)]);
    let content = layout.pin(None).unwrap();
    (layout, content)
}

/// What is served of `v1` when `content` was pushed over another image, or over nothing.
async fn served_after(registry: &Registry, content: &PinnedContent) -> Served {
    let client = persistent(registry);
    let prepared = client.prepare(REPOSITORY, "v1", content, &PushOptions::default(), &()).await.unwrap();
    let crate::Prepared::Ready { before } = prepared else { panic!("{prepared:?}") };
    client.publish(REPOSITORY, "v1", content, before.as_ref()).await.unwrap();
    client.served(REPOSITORY, "v1", &content.root().digest, before.as_ref()).await.unwrap()
}

#[tokio::test]
async fn a_tag_is_waited_for_alike_where_it_is_old_and_where_it_is_not_there() {
    let (_layout, content) = image();
    for old in [false, true] {
        for late in [0, 1, 3, QUESTIONS - 1] {
            let registry = start(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::Late(late)))).await;
            if old {
                registry.put_image(REPOSITORY, "v1", &[("old", "yes")]);
            }
            let served = served_after(&registry, &content).await;
            assert!(matches!(&served, Served::Written(found) if found.digest == content.root().digest), "{old} {late}: {served:?}");
        }
        let registry = start(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::Late(u64::MAX)))).await;
        let before = old.then(|| registry.put_image(REPOSITORY, "v1", &[("old", "yes")]));
        registry.forget_requests();
        match (served_after(&registry, &content).await, before) {
            (Served::Missing, None) => {}
            (Served::Old(found), Some(before)) => assert_eq!(found.as_str(), before),
            (served, _) => panic!("{served:?}"),
        }
        let asked = registry.requests().iter().filter(|request| request.step == Step::ManifestGet).count();
        assert_eq!(asked, usize::try_from(QUESTIONS).unwrap() + 1, "once before the push, and then so often");
    }
}

#[tokio::test]
async fn copies_that_differ_are_waited_for_too() {
    // In turn: not there, the old one, another one that the first question did not meet, and at last the new one.
    let (_layout, content) = image();
    let registry = start(Options::default()).await;
    registry.put_image(REPOSITORY, "v1", &[("old", "yes")]);
    let older = registry.put_image(REPOSITORY, "older", &[("older", "yes")]);
    let older = registry.manifest(REPOSITORY, &older).unwrap().bytes;
    let get = |switch, skip| Rule::on(Step::ManifestGet, switch).containing("/v1").after(skip).times(1);
    registry.misbehave(get(Switch::Status(404), 1));
    registry.misbehave(get(Switch::Body(older), 2));
    registry.misbehave(Rule::on(Step::ManifestPut, Switch::Late(3)));
    let served = served_after(&registry, &content).await;
    assert!(matches!(served, Served::Written(_)), "{served:?}");
}

#[tokio::test]
async fn any_success_counts_and_then_what_is_served() {
    let (_layout, content) = index();
    for status in [200, 202, 203, 204, 206] {
        let registry = start(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::Answer(status)))).await;
        let served = served_after(&registry, &content).await;
        assert!(matches!(served, Served::Written(_)), "{status}: {served:?}");
        for child in content.children() {
            assert!(registry.manifest(REPOSITORY, child.descriptor.digest.as_str()).is_some());
        }
        // Acknowledged in the same words, and not kept.
        let registry = start(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::Status(status)))).await;
        let error = registry_error(push(&persistent(&registry), &content).await);
        let expected = format!("the registry answered {status} instead of 201, and does not serve the manifest");
        assert!(error.to_string().ends_with(&expected), "{error}");
        assert_eq!(registry.tag_digest(REPOSITORY, "v1"), None);
        // The top alone.
        let top = Rule::on(Step::ManifestPut, Switch::Status(status)).containing("/v1");
        let registry = start(Options::default().misbehave(top)).await;
        assert!(matches!(served_after(&registry, &content).await, Served::Missing));
    }
    // As before: no question where the acknowledgement is in order, or only lacks a digest.
    for rule in [None, Some(Rule::on(Step::ManifestPut, Switch::WithoutHeader("docker-content-digest")))] {
        let registry = start(Options::default()).await;
        rule.into_iter().for_each(|rule| registry.misbehave(rule));
        push(&persistent(&registry), &content).await.unwrap();
        assert_eq!(registry.requests().iter().filter(|request| request.step == Step::ManifestGet).count(), 1);
    }
}

#[tokio::test]
async fn children_that_are_served_late_or_taken_for_others() {
    let (_layout, content) = index();
    let child = content.children()[0].descriptor.digest.clone();
    let of_the_child = |switch| Rule::on(Step::ManifestPut, switch).containing(child.hexadecimal());
    let registry = start(Options::default()).await;
    registry.misbehave(of_the_child(Switch::Answer(202)));
    registry.misbehave(of_the_child(Switch::Late(3)));
    push(&persistent(&registry), &content).await.unwrap();

    let lie = || of_the_child(Switch::Header("docker-content-digest", Digest::sha256(b"lie").to_string()));
    let registry = start(Options::default().misbehave(lie())).await;
    push(&persistent(&registry), &content).await.expect("the very bytes are served");
    let registry = start(Options::default().misbehave(lie())).await;
    registry.misbehave(of_the_child(Switch::KeepOther(Bytes::from_static(b"{}"))));
    let error = registry_error(push(&persistent(&registry), &content).await);
    assert!(error.to_string().contains("the registry took the manifest"), "{error}");
    assert!(error.to_string().ends_with("and does not serve the manifest"), "{error}");
}

#[tokio::test]
async fn a_lost_answer_and_a_late_tag() {
    let (_layout, content) = image();
    // It was done, and cannot be said, and is served late: this must not be taken for a push that changed nothing.
    for late in [0, 2, QUESTIONS] {
        let registry = start(Options::default()).await;
        registry.put_image(REPOSITORY, "v1", &[("old", "yes")]);
        registry.misbehave(Rule::on(Step::ManifestPut, Switch::CutReplyAfter(0)));
        registry.misbehave(Rule::on(Step::ManifestPut, Switch::Late(late)));
        let pushed = push(&impatient(&registry), &content).await;
        match late {
            QUESTIONS => assert!(matches!(pushed, Err(PushError::Unconfirmed(_))), "{pushed:?}"),
            _ => assert!(pushed.is_ok(), "{late}: {pushed:?}"),
        }
    }
    // What `settled` is for.
    let registry = start(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::Late(3)))).await;
    let client = persistent(&registry);
    push(&client, &content).await.unwrap();
    let settled = client.settled(REPOSITORY, "v1", None).await.unwrap();
    assert_eq!(settled.map(|found| found.digest), Some(content.root().digest.clone()));
}

#[tokio::test]
async fn a_list_of_referrers_that_is_served_late_loses_nothing() {
    let layout = TestLayout::new();
    let image = layout.image("amd64", &[b"one"]);
    let about = |part: &[u8]| {
        let empty = layout.blob("application/vnd.oci.empty.v1+json", b"{}");
        let manifest = json!({
            "schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": "application/vnd.example.sbom", "config": empty,
            "layers": [layout.blob("application/vnd.example.part", part)], "subject": image,
        });
        for_platform(layout.document(OCI_MANIFEST, &manifest), "unknown", "unknown")
    };
    let parts = [about(b"provenance"), about(b"sbom")];
    layout.index(&[layout.nested(&[for_platform(image.clone(), "linux", "amd64"), parts[0].clone(), parts[1].clone()])]);
    let content = layout.pin(None).unwrap();
    let list = image["digest"].as_str().unwrap().replace(':', "-");
    for (late, answer) in [(1, 201), (3, 201), (3, 202), (1, 200)] {
        let registry = start(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::WithoutHeader("oci-subject")))).await;
        let theirs = registry.put_image(REPOSITORY, "theirs", &[]);
        let theirs = json!({ "mediaType": OCI_MANIFEST, "digest": theirs, "size": 7 });
        registry.put_manifest(REPOSITORY, &list, OCI_INDEX, json!({ "schemaVersion": 2, "manifests": [theirs] }).to_string());
        registry.misbehave(Rule::on(Step::ManifestPut, Switch::Late(late)).containing("sha256-"));
        registry.misbehave(Rule::on(Step::ManifestPut, Switch::Answer(answer)).containing("sha256-"));
        registry.forget_requests();
        push(&persistent(&registry), &content).await.unwrap();
        let index: serde_json::Value = serde_json::from_slice(&registry.manifest(REPOSITORY, &list).unwrap().bytes).unwrap();
        let entries: Vec<&str> = index["manifests"].as_array().unwrap().iter().map(|entry| entry["digest"].as_str().unwrap()).collect();
        let expected = [&theirs, &parts[0], &parts[1]].map(|entry| entry["digest"].as_str().unwrap());
        assert_eq!(entries, expected, "{late}");
        let written =
            registry.requests().into_iter().filter(|request| request.step == Step::ManifestPut && request.path.contains("sha256-"));
        assert_eq!(written.count(), 2, "each entry is written once");
    }
}

#[tokio::test]
async fn what_is_accepted_stands_in_one_line() {
    let (_layout, content) = index();
    let registry = start(Options::default().misbehave(Rule::on(Step::ManifestGet, Switch::FirstAcceptLine))).await;
    let client = persistent(&registry);
    push(&client, &content).await.unwrap();
    // The same for whoever asks by tag, by digest, and before a push: a registry that reads one line finds it.
    assert!(client.manifest(REPOSITORY, "v1").await.unwrap().is_some());
    assert!(client.manifest(REPOSITORY, content.root().digest.as_str()).await.unwrap().is_some());
    let again = push(&client, &content).await.unwrap();
    assert_eq!(again.outcome, crate::PushOutcome::Unchanged);
    for request in registry.requests().iter().filter(|request| request.step == Step::ManifestGet) {
        assert_eq!(request.headers.get_all("accept").iter().count(), 1);
        assert_eq!(request.header("accept"), Some(pushgate_oci::media_type::MANIFESTS.join(", ").as_str()));
        assert!(request.status.is_none_or(|status| status == StatusCode::OK || status == StatusCode::NOT_FOUND));
    }
}
