//! How many requests a blob costs.

use std::collections::BTreeMap;
use std::sync::Mutex;

use pushgate_test_registry::{Rule, Step, Switch};

use super::*;
use crate::{LayerOutcome, Progress};
use pushgate_oci::Digest;

#[derive(Default)]
pub(super) struct Outcomes(pub(super) Mutex<BTreeMap<Digest, LayerOutcome>>);

impl Progress for Outcomes {
    fn layer_finished(&self, digest: &Digest, how: LayerOutcome) {
        self.0.lock().unwrap().insert(digest.clone(), how);
    }
}

/// Pushes, tries again without long waits, and gives how each of the layers came to be there, and the steps in the
/// order of the registry's record.
async fn steps(registry: &Registry, layers: &[&[u8]], mount_from: &[&str]) -> (Vec<LayerOutcome>, Vec<Step>) {
    registry.forget_requests();
    let layout = TestLayout::with_image(layers);
    let outcomes = Outcomes::default();
    let options = PushOptions { mount_from: mount_from.iter().map(|name| (*name).to_owned()).collect(), ..PushOptions::default() };
    persistent(registry).push(REPOSITORY, "v1", &layout.pin(None).unwrap(), &options, &outcomes).await.unwrap();
    let outcomes = outcomes.0.into_inner().unwrap();
    assert_eq!(registry.open_uploads(), 0);
    let steps = registry.requests().iter().map(|request| request.step).filter(|step| *step != Step::ManifestGet).collect();
    (layers.iter().map(|layer| outcomes[&Digest::sha256(layer)]).collect(), steps)
}

fn count(steps: &[Step], step: Step) -> usize {
    steps.iter().filter(|other| **other == step).count()
}

#[tokio::test]
async fn what_is_there_is_not_sent_whether_the_registry_knows_mounts_or_not() {
    // More than the system takes for a connection whose other end reads nothing.
    let large = vec![7; 24 * 1024 * 1024];
    for (switch, requests) in [
        // A mount, and its size.
        (None, (Step::UploadMount, 4)),
        // Does not know mounts: of the large layer that is found out before it is sent, and the small one costs less than the question.
        (Some(Switch::IgnoreMount), (Step::UploadMount, 3)),
        (Some(Switch::Status(400)), (Step::UploadMount, 3)),
        (Some(Switch::Status(405)), (Step::UploadMount, 3)),
        // There is no such repository yet to mount from.
        (Some(Switch::Status(404)), (Step::UploadMount, 3)),
    ] {
        let registry = start(Options::default()).await;
        registry.put_blob(REPOSITORY, large.clone());
        if let Some(switch) = switch.clone() {
            registry.misbehave(Rule::on(Step::UploadMount, switch));
        }
        // Whoever sends it all the same waits for ever.
        let hangs = Rule::on(Step::UploadFinish, Switch::StallAfterRequest(1));
        registry.misbehave(hangs.containing(Digest::sha256(&large).hexadecimal()));
        let (outcomes, steps) = steps(&registry, &[&large, b"small"], &[]).await;
        assert_eq!(outcomes[0], LayerOutcome::AlreadyThere, "{switch:?}");
        assert!(count(&steps, requests.0) <= requests.1, "{switch:?}: {steps:?}");
    }
}

#[tokio::test]
async fn a_registry_that_claims_a_mount_it_did_not_make_gets_the_blob() {
    let claim = Switch::Reply { status: 201, headers: Vec::new(), body: bytes::Bytes::new() };
    let registry = start(Options::default().misbehave(Rule::on(Step::UploadMount, claim))).await;
    let (outcomes, _) = steps(&registry, &[b"one"], &[]).await;
    assert_eq!(outcomes, [LayerOutcome::Uploaded]);
}

#[tokio::test]
async fn from_another_repository() {
    let registry = start(Options::default()).await;
    registry.put_blob("team/base", "shared");
    registry.put_blob("team/other", "also shared");
    let (outcomes, steps) = steps(&registry, &[b"shared", b"also shared", b"own"], &["team/base", "team/other"]).await;
    assert_eq!(outcomes, [LayerOutcome::Mounted, LayerOutcome::Mounted, LayerOutcome::Uploaded]);
    // The layer and the config.
    assert_eq!(count(&steps, Step::UploadFinish), 2);

    for refusal in [Switch::IgnoreMount, Switch::Status(403), Switch::Status(404), Switch::Status(400)] {
        let registry = start(Options::default().misbehave(Rule::on(Step::UploadMount, refusal))).await;
        registry.put_blob("team/base", "shared");
        let (outcomes, _) = self::steps(&registry, &[b"shared"], &["team/base"]).await;
        assert_eq!(outcomes, [LayerOutcome::Uploaded]);
    }
}

/// What may become of a request that asks for a mount, and must not become of the push.
fn refusals(registry: &Registry) -> Vec<Switch> {
    let reply = |status, headers: &[(&'static str, &str)]| Switch::Reply {
        status,
        headers: headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        body: bytes::Bytes::new(),
    };
    let statuses = [400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 416, 422, 423, 429, 451, 500, 501, 502, 503, 504, 507, 599];
    let mut refusals: Vec<Switch> = statuses.map(Switch::Status).to_vec();
    refusals.extend([200, 203, 204, 206].map(|status| reply(status, &[])));
    refusals.extend([301, 302, 303, 307, 308].map(|status| Switch::Redirect { status, origin: registry.origin() }));
    refusals.extend([
        Switch::Unauthorized,
        Switch::Challenge(r#"Bearer realm="https://evil.example/token""#.to_owned()),
        Switch::Challenge(r#"Bearer error="insufficient_scope""#.to_owned()),
        reply(429, &[("retry-after", "3600")]),
        reply(503, &[("retry-after", "3600")]),
        reply(202, &[]),
        reply(202, &[("location", "https://evil.example/upload")]),
        reply(202, &[("location", "http://[")]),
        Switch::Header("docker-content-digest", Digest::sha256(b"other").to_string()),
        Switch::ResetAfterRequest(0),
        Switch::StallAfterRequest(0),
        Switch::CutReplyAfter(0),
        Switch::Raw(bytes::Bytes::from_static(b"SSH-2.0-OpenSSH\r\n")),
        Switch::EndlessBody,
    ]);
    refusals
}

#[tokio::test]
async fn a_mount_that_nobody_asked_for_fails_no_push() {
    let registry = start(Options::default()).await;
    for refusal in refusals(&registry) {
        let registry = start(Options::default().misbehave(Rule::on(Step::UploadMount, refusal.clone()))).await;
        // There already, so that a mount would be made.
        registry.put_blob(REPOSITORY, "one");
        let layout = TestLayout::with_image(&[b"one", b"two"]);
        let client = persistent(&registry);
        push(&client, &layout.pin(None).unwrap()).await.unwrap_or_else(|error| panic!("{refusal:?}: {}", everything(&error)));
        assert!(registry.tag_digest(REPOSITORY, "v1").is_some(), "{refusal:?}");
        assert_eq!(client.mount_warnings(), Vec::<String>::new(), "{refusal:?}");
        // What has nothing to do with mounts may be asked again for each of the three blobs, but not twice for one.
        let mounts = registry.requests().iter().filter(|request| request.step == Step::UploadMount).count();
        assert!(mounts <= 6, "{refusal:?}: {mounts} mounts");
    }
}

#[tokio::test]
async fn a_mount_that_nobody_asked_for_is_no_matter_of_tokens() {
    let options = Options::default().token("person", "right");
    let registry = start(options.misbehave(Rule::on(Step::UploadMount, Switch::Unauthorized))).await;
    let client = client(&registry, basic("person", "right"));
    push(&client, &image().1).await.unwrap();
    assert!(registry.tag_digest(REPOSITORY, "v1").is_some());
}

#[tokio::test]
async fn a_claimed_mount_whose_blob_cannot_be_looked_up_is_sent() {
    for (switch, blob) in [(Switch::Status(405), "one"), (Switch::Status(501), "two")] {
        let registry = start(Options::default().misbehave(Rule::on(Step::BlobHead, switch))).await;
        registry.put_blob(REPOSITORY, blob);
        let (outcomes, _) = steps(&registry, &[blob.as_bytes()], &[]).await;
        assert_eq!(outcomes, [LayerOutcome::Uploaded]);
    }
}

#[tokio::test]
async fn a_mount_that_somebody_asked_for_is_replaced_by_an_upload_and_a_warning() {
    let registry = start(Options::default()).await;
    for refusal in refusals(&registry) {
        let registry = start(Options::default().misbehave(Rule::on(Step::UploadMount, refusal.clone()))).await;
        registry.put_blob("team/base", "shared");
        let layout = TestLayout::with_image(&[b"shared", b"own"]);
        let client = persistent(&registry);
        let options = PushOptions { mount_from: vec!["team/base".to_owned()], ..PushOptions::default() };
        let pushed = client.push(REPOSITORY, "v1", &layout.pin(None).unwrap(), &options, &()).await;
        pushed.unwrap_or_else(|error| panic!("{refusal:?}: {}", everything(&error)));
        let warnings = client.mount_warnings();
        let [warning] = &*warnings else { panic!("{refusal:?}: {warnings:?}") };
        assert!(warning.starts_with("layers cannot be mounted from `team/base`, and are uploaded: "), "{warning}");
        assert!(registry.has_blob(REPOSITORY, Digest::sha256(b"shared").as_str()), "{refusal:?}");
    }
    // That the other repository does not have a blob is no matter.
    let registry = start(Options::default()).await;
    let client = persistent(&registry);
    let options = PushOptions { mount_from: vec!["team/base".to_owned()], ..PushOptions::default() };
    client.push(REPOSITORY, "v1", &image().1, &options, &()).await.unwrap();
    assert_eq!(client.mount_warnings(), Vec::<String>::new());
}

#[tokio::test]
async fn names_of_repositories_to_mount_from_are_checked() {
    let registry = start(Options::default()).await;
    let (_layout, content) = image();
    for name in ["../x", "a?mount=x", "A", ""] {
        let options = PushOptions { mount_from: vec![name.to_owned()], ..PushOptions::default() };
        let client = client(&registry, Credentials::Anonymous);
        let error = registry_error(client.push(REPOSITORY, "v1", &content, &options, &()).await);
        assert!(matches!(error, RegistryError::InvalidName { .. }), "{error:?}");
    }
    assert!(registry.requests().is_empty());
}
