//! What passes is sat out; what was achieved is kept.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use pushgate_test_registry::{Rule, Step, Switch};

use super::mounts::Outcomes;
use super::*;
use crate::{LayerOutcome, Progress};
use pushgate_oci::Digest;

const LAYER_SIZE: usize = 3 * 1024 * 1024;

fn large_layer() -> Vec<u8> {
    (0..LAYER_SIZE).map(|index| u8::try_from(index % 251).unwrap()).collect()
}

/// A push that must succeed, and leave nothing behind.
async fn succeeds(registry: &Registry, content: &PinnedContent) -> Pushed {
    let pushed = push(&persistent(registry), content).await.unwrap_or_else(|error| panic!("{}", everything(&error)));
    assert_eq!(registry.tag_digest(REPOSITORY, "v1").as_deref(), Some(pushed.digest.as_str()));
    pushed
}

#[tokio::test]
async fn every_step_is_tried_again() {
    let (_layout, content) = image();
    for step in [Step::ManifestGet, Step::UploadMount, Step::UploadFinish, Step::ManifestPut] {
        for switch in [500, 502, 503, 504, 429, 408].map(Switch::Status).into_iter().chain([
            Switch::ResetAfterRequest(0),
            Switch::CutReplyAfter(0),
            Switch::StallAfterRequest(0),
        ]) {
            let registry = start(Options::default().misbehave(Rule::on(step, switch).times(2))).await;
            succeeds(&registry, &content).await;
            // Nobody can give up an upload of which nobody heard.
            assert!(step == Step::UploadMount || registry.open_uploads() == 0, "{step:?}");
        }
    }
}

#[tokio::test]
async fn what_will_not_change_is_not_tried_again() {
    let (_layout, content) = image();
    for status in [400, 403, 404, 409, 422, 501] {
        let registry = start(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::Status(status)))).await;
        push(&persistent(&registry), &content).await.unwrap_err();
        assert_eq!(registry.requests().iter().filter(|request| request.step == Step::ManifestPut).count(), 1, "{status}");
    }
    // A repository that does not exist, and one that goes away.
    for (started, step) in [(0, Step::UploadStart), (1, Step::UploadStart), (0, Step::UploadFinish)] {
        let registry = start(Options::default().misbehave(Rule::on(step, Switch::Status(404)).after(started))).await;
        let error = registry_error(push(&persistent(&registry), &content).await);
        assert!(matches!(error, RegistryError::NotFound { .. }), "{error:?}");
        if step == Step::UploadStart {
            // Each blob is asked for once, with a mount and without, and nothing twice.
            let requests = registry.requests();
            let (opened, others): (Vec<_>, Vec<_>) = requests.iter().partition(|request| request.step == Step::UploadStart);
            let different: HashSet<_> = others.iter().map(|request| (&request.method, &request.path, &request.query)).collect();
            assert_eq!(different.len(), others.len(), "{others:#?}");
            assert!(opened.len() <= content.blobs().len(), "{} uploads", opened.len());
        }
    }
}

#[tokio::test]
async fn waits_that_a_registry_asks_for() {
    let (_layout, content) = image();
    let busy = |value: Option<&str>| Switch::Reply {
        status: 429,
        headers: value.map(|value| ("retry-after", value.to_owned())).into_iter().collect(),
        body: Bytes::new(),
    };
    for value in [None, Some("0"), Some("1"), Some("-1"), Some("soon"), Some("Sun, 06 Nov 1994 08:49:37 GMT")] {
        let registry = start(Options::default().misbehave(Rule::on(Step::UploadMount, busy(value)).times(1))).await;
        let begun = std::time::Instant::now();
        succeeds(&registry, &content).await;
        if value == Some("1") {
            assert!(begun.elapsed() >= Duration::from_secs(1));
        }
    }
    let tomorrow = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(86_400));
    for value in ["61", "99999999", &tomorrow] {
        for step in [Step::ManifestGet, Step::UploadStart, Step::UploadFinish, Step::ManifestPut] {
            let registry = start(Options::default().misbehave(Rule::on(step, busy(Some(value))))).await;
            let error = registry_error(push(&persistent(&registry), &content).await);
            assert!(matches!(error, RegistryError::AsksToWait { .. }), "{error:?}");
            assert!(value != "61" || error.to_string().ends_with("the registry asks to wait 61 seconds"), "{error}");
        }
    }
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off() {
    let layer = large_layer();
    let layout = TestLayout::with_image(&[&layer]);
    let content = layout.pin(None).unwrap();
    let whole = LAYER_SIZE as u64;
    for at in [1, whole / 2, whole - 1, whole] {
        for switch in [Switch::ResetAfterRequest(at), Switch::StallAfterRequest(at)] {
            let registry = start(Options::default()).await;
            registry.misbehave(Rule::on(Step::UploadFinish, switch.clone()).containing(Digest::sha256(&layer).hexadecimal()).times(1));
            succeeds(&registry, &content).await;
            assert_eq!(registry.blob(REPOSITORY, Digest::sha256(&layer).as_str()).unwrap(), layer);
            assert_eq!(registry.open_uploads(), 0);
            let sent: u64 = registry
                .requests()
                .iter()
                .filter(|request| matches!(request.step, Step::UploadFinish | Step::UploadChunk))
                .map(|request| request.body_length)
                .sum();
            assert!(sent < whole + 2000, "{switch:?}: {sent} bytes were sent");
        }
    }
}

#[tokio::test]
async fn a_session_that_is_lost_begins_anew() {
    let layer = large_layer();
    let layout = TestLayout::with_image(&[&layer]);
    let content = layout.pin(None).unwrap();
    for status in [
        Rule::on(Step::UploadStatus, Switch::Status(404)),
        Rule::on(Step::UploadStatus, Switch::WithoutHeader("range")),
        Rule::on(Step::UploadStatus, Switch::Status(400)),
    ] {
        let registry = start(Options::default().misbehave(status)).await;
        let cut = Rule::on(Step::UploadFinish, Switch::ResetAfterRequest(1_000_000));
        registry.misbehave(cut.containing(Digest::sha256(&layer).hexadecimal()).times(2));
        let pushed = push(&persistent(&registry), &content).await.unwrap();
        assert_eq!(registry.tag_digest(REPOSITORY, "v1").as_deref(), Some(pushed.digest.as_str()));
    }
    // It has more than was sent: it lies, or the session is not ours.
    let range = Switch::Header("range", "0-99999999".to_owned());
    let registry = start(Options::default().misbehave(Rule::on(Step::UploadStatus, range))).await;
    let of_the_layer = Digest::sha256(&layer);
    registry.misbehave(Rule::on(Step::UploadFinish, Switch::ResetAfterRequest(1_000_000)).containing(of_the_layer.hexadecimal()).times(1));
    let error = registry_error(push(&persistent(&registry), &content).await);
    assert!(matches!(error, RegistryError::BadAnswer { .. }), "{error:?}");
}

#[tokio::test]
async fn chunks_where_not_everything_is_taken_at_once() {
    let layer = large_layer();
    let layout = TestLayout::with_image(&[&layer]);
    let content = layout.pin(None).unwrap();
    let layer_of = Digest::sha256(&layer);
    for (status, minimum) in [(413, None), (413, Some(1024 * 1024)), (405, None), (411, Some(700_000))] {
        let registry = start(Options { chunk_minimum: minimum, ..Options::default() }).await;
        registry.misbehave(Rule::on(Step::UploadFinish, Switch::Status(status)).containing(layer_of.hexadecimal()).times(1));
        succeeds(&registry, &content).await;
        let chunks: Vec<u64> =
            registry.requests().iter().filter(|request| request.step == Step::UploadChunk).map(|request| request.body_length).collect();
        assert!(chunks.len() > 1, "{status}: {chunks:?}");
        assert!(chunks.iter().rev().skip(1).all(|chunk| *chunk >= minimum.unwrap_or(0)), "{chunks:?}");
        assert_eq!(registry.blob(REPOSITORY, layer_of.as_str()).unwrap(), layer);
    }
    // Nothing is small enough.
    let registry = start(Options::default()).await;
    for step in [Step::UploadFinish, Step::UploadChunk] {
        registry.misbehave(Rule::on(step, Switch::Status(413)));
    }
    let error = registry_error(push(&persistent(&registry), &content).await);
    assert!(matches!(error, RegistryError::Status { code: 413, .. }), "{error:?}");
    assert_eq!(registry.open_uploads(), 0);
}

#[tokio::test]
async fn chunks_that_are_cut_or_taken_in_part() {
    let layer = large_layer();
    let layout = TestLayout::with_image(&[&layer]);
    let content = layout.pin(None).unwrap();
    let refuse_whole = Rule::on(Step::UploadFinish, Switch::Status(413)).containing(Digest::sha256(&layer).hexadecimal()).times(1);
    for switch in [Switch::ResetAfterRequest(100_000), Switch::Status(503), Switch::CutReplyAfter(0)] {
        let registry = start(Options::default().misbehave(refuse_whole.clone())).await;
        registry.misbehave(Rule::on(Step::UploadChunk, switch).after(1).times(1));
        succeeds(&registry, &content).await;
    }
    // It takes nothing, again and again.
    let nothing = Switch::Reply { status: 202, headers: vec![("range", "0-0".to_owned())], body: Bytes::new() };
    let registry = start(Options::default().misbehave(refuse_whole)).await;
    registry.misbehave(Rule::on(Step::UploadChunk, nothing));
    let error = registry_error(push(&persistent(&registry), &content).await);
    assert!(matches!(error, RegistryError::BadAnswer { .. }), "{error:?}");
}

/// How the layer of a push came to be there.
async fn outcome(registry: &Registry, layer: &[u8]) -> LayerOutcome {
    let layout = TestLayout::with_image(&[layer]);
    let outcomes = Outcomes::default();
    let pushed = persistent(registry).push(REPOSITORY, "v1", &layout.pin(None).unwrap(), &PushOptions::default(), &outcomes).await;
    pushed.unwrap_or_else(|error| panic!("{}", everything(&error)));
    let outcomes = outcomes.0.into_inner().unwrap();
    outcomes[&Digest::sha256(layer)]
}

#[tokio::test]
async fn what_a_push_has_sent_itself_was_not_there_before() {
    let layer = large_layer();
    let of_the_layer = Digest::sha256(&layer);
    let close = |switch| Rule::on(Step::UploadFinish, switch).containing(of_the_layer.hexadecimal()).times(1);
    // The question beside the upload is answered when the registry has the blob from the upload, whose own answer comes
    // later, or never.
    for switch in [Switch::StallReplyAfter(0), Switch::CutReplyAfter(0), Switch::Drip(Duration::from_millis(1))] {
        let registry = start(Options::default().misbehave(close(switch.clone()))).await;
        registry.misbehave(Rule::on(Step::BlobHead, Switch::WaitFor(Step::UploadFinish)).containing(of_the_layer.hexadecimal()));
        assert_eq!(outcome(&registry, &layer).await, LayerOutcome::Uploaded, "{switch:?}");
        assert_eq!(registry.open_uploads(), 0);
    }
    // The answer is lost, with one request and with several.
    for chunks in [false, true] {
        let registry = start(Options::default()).await;
        if chunks {
            registry.misbehave(close(Switch::Status(413)));
        }
        registry.misbehave(close(Switch::CutReplyAfter(0)));
        assert_eq!(outcome(&registry, &layer).await, LayerOutcome::Uploaded, "{chunks}");
    }
}

#[tokio::test]
async fn what_somebody_else_sent_meanwhile_is_there() {
    // More than the system takes for a connection that reads nothing.
    let layer = vec![1; 24 * 1024 * 1024];
    let registry = start(Options::default().misbehave(Rule::on(Step::UploadStatus, Switch::Status(404)))).await;
    let of_the_layer = registry.put_blob(REPOSITORY, layer.clone());
    // Asked at first, it was not there; when it is asked for again, no attempt has sent all of it.
    registry.misbehave(Rule::on(Step::UploadMount, Switch::IgnoreMount));
    registry.misbehave(Rule::on(Step::BlobHead, Switch::Status(404)).containing(&of_the_layer).times(1));
    registry.misbehave(Rule::on(Step::UploadFinish, Switch::ResetAfterRequest(1)).containing(Digest::sha256(&layer).hexadecimal()));
    assert_eq!(outcome(&registry, &layer).await, LayerOutcome::AlreadyThere);
}

#[tokio::test]
async fn a_tag_whose_answer_is_lost_is_looked_at() {
    let (_layout, content) = image();
    // The registry does it, and cannot say so: nothing is sent twice.
    let registry = start(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::CutReplyAfter(0)))).await;
    succeeds(&registry, &content).await;
    assert_eq!(registry.requests().iter().filter(|request| request.step == Step::ManifestPut).count(), 1);
    // Somebody else wrote the tag meanwhile: then it is not ours to write again.
    let other = Switch::KeepOther(Bytes::from_static(b"{}"));
    let registry = start(Options::default().misbehave(Rule::on(Step::ManifestPut, other))).await;
    registry.misbehave(Rule::on(Step::ManifestPut, Switch::CutReplyAfter(0)));
    let error = push(&persistent(&registry), &content).await.unwrap_err();
    assert!(matches!(error, PushError::Unconfirmed(_)), "{error:?}");
    assert_eq!(registry.requests().iter().filter(|request| request.step == Step::ManifestPut).count(), 1);
}

#[tokio::test]
async fn a_push_that_fails_leaves_no_upload_open() {
    let layers: Vec<Vec<u8>> = (0..20).map(|number| vec![number; 100_000]).collect();
    let layers: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
    let layout = TestLayout::with_image(&layers);
    let registry = start(Options::default()).await;
    // One is refused while others hang.
    let refused = Digest::sha256(layers[10]);
    registry.misbehave(Rule::on(Step::UploadFinish, Switch::Status(403)).containing(refused.hexadecimal()));
    for layer in &layers[..5] {
        let hangs = Rule::on(Step::UploadFinish, Switch::StallAfterRequest(10));
        registry.misbehave(hangs.containing(Digest::sha256(layer).hexadecimal()));
    }
    let error = registry_error(push(&persistent(&registry), &layout.pin(None).unwrap()).await);
    assert!(matches!(error, RegistryError::Denied { .. }), "{error:?}");
    assert_eq!(registry.open_uploads(), 0);
}

#[tokio::test]
async fn a_push_that_is_dropped_can_be_cleaned_up_after() {
    let layer = large_layer();
    let layout = TestLayout::with_image(&[&layer, b"another"]);
    let content = layout.pin(None).unwrap();
    let registry = start(Options::default().misbehave(Rule::on(Step::UploadFinish, Switch::StallAfterRequest(1)))).await;
    let client = client(&registry, Credentials::Anonymous);
    let (progress, options) = (Started::default(), PushOptions::default());
    let dropped = tokio::time::timeout(Duration::from_secs(30), async {
        tokio::select! {
            pushed = client.push(REPOSITORY, "v1", &content, &options, &progress) => panic!("{pushed:?}"),
            () = progress.all(3) => {}
        }
    });
    dropped.await.expect("the uploads begin");
    assert!(registry.open_uploads() > 0);
    client.cancel_uploads(Duration::from_secs(5)).await;
    assert_eq!(registry.open_uploads(), 0);
    assert_eq!(registry.tag_digest(REPOSITORY, "v1"), None);
}

/// Waits until something of so many blobs went out.
#[derive(Default)]
struct Started {
    count: AtomicU64,
    told: tokio::sync::Notify,
}

impl Started {
    async fn all(&self, count: u64) {
        while self.count.load(Ordering::Relaxed) < count {
            self.told.notified().await;
        }
    }
}

impl Progress for Started {
    fn layer_advanced(&self, _digest: &Digest, _bytes: u64) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.told.notify_one();
    }
}

#[tokio::test]
async fn fewer_requests_at_a_time_after_429() {
    let layers: Vec<Vec<u8>> = (0..60).map(|number| vec![number; 1000]).collect();
    let layers: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
    let layout = TestLayout::with_image(&layers);
    // The first three go through, then many at once do not.
    let registry = start(Options::default().misbehave(Rule::on(Step::UploadMount, Switch::Status(429)).after(3).times(20))).await;
    succeeds(&registry, &layout.pin(None).unwrap()).await;
}

#[tokio::test]
async fn warnings_are_kept() {
    let (_layout, content) = image();
    let warning = |text: &str| Switch::Header("warning", format!("299 - \"{text}\""));
    let registry = start(Options::default().misbehave(Rule::on(Step::Any, warning("moves to registry.example.org")))).await;
    let client = client(&registry, basic("person", "S3CRET-CANARY-password"));
    push(&client, &content).await.unwrap();
    registry.misbehave(Rule::on(Step::Any, warning("you are S3CRET-CANARY-password")));
    push(&client, &content).await.unwrap();
    assert_eq!(client.warnings(), ["moves to registry.example.org", "(an answer that repeats a credential)"]);
}
