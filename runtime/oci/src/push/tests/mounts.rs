//! How many requests a blob costs.

use std::collections::BTreeMap;
use std::sync::Mutex;

use pushgate_test_registry::{Rule, Step, Switch};

use super::*;
use crate::digest::Digest;
use crate::progress::{LayerOutcome, Progress};

#[derive(Default)]
pub(super) struct Outcomes(pub(super) Mutex<BTreeMap<Digest, LayerOutcome>>);

impl Progress for Outcomes {
    fn layer_finished(&self, digest: &Digest, how: LayerOutcome) {
        self.0.lock().unwrap().insert(digest.clone(), how);
    }
}

/// Pushes, and gives how each of the layers came to be there, and the steps in the order of the registry's record.
async fn steps(registry: &Registry, layers: &[&[u8]], mount_from: &[&str]) -> (Vec<LayerOutcome>, Vec<Step>) {
    registry.forget_requests();
    let layout = TestLayout::with_image(layers);
    let outcomes = Outcomes::default();
    let options = PushOptions { mount_from: mount_from.iter().map(|name| (*name).to_owned()).collect() };
    client(registry, Credentials::Anonymous).push(REPOSITORY, "v1", &layout.pin(None).unwrap(), &options, &outcomes).await.unwrap();
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

#[tokio::test]
async fn names_of_repositories_to_mount_from_are_checked() {
    let registry = start(Options::default()).await;
    let (_layout, content) = image();
    for name in ["../x", "a?mount=x", "A", ""] {
        let options = PushOptions { mount_from: vec![name.to_owned()] };
        let client = client(&registry, Credentials::Anonymous);
        let error = registry_error(client.push(REPOSITORY, "v1", &content, &options, &()).await);
        assert!(matches!(error, RegistryError::InvalidName { .. }), "{error:?}");
    }
    assert!(registry.requests().is_empty());
}
