//! What a push costs, case by case, with its confirmation. These numbers are promises: one that grows is a decision.
//!
//! For the image of eight layers of which the repository has all but the top, oras 1.3 makes 16 requests.

use pushgate_test_registry::{RecordedRequest, Step};

use super::*;
use crate::testing::for_platform;

/// Larger than what is sent without a question.
const LARGE: usize = 600 * 1024;

fn layers(count: u8, size: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| vec![number; size]).collect()
}

fn with_image(layers: &[Vec<u8>]) -> TestLayout {
    TestLayout::with_image(&layers.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// Pushes a layout under a tag, as `pushgate push` does, and gives what the registry was asked.
async fn asked(registry: &Registry, layout: &TestLayout, tag: &str) -> Vec<RecordedRequest> {
    asked_by(registry, Credentials::Anonymous, layout, tag).await
}

async fn asked_by(registry: &Registry, credentials: Credentials, layout: &TestLayout, tag: &str) -> Vec<RecordedRequest> {
    registry.forget_requests();
    let content = layout.pin(None).unwrap();
    let client = client(registry, credentials);
    let pushed = client.push(REPOSITORY, tag, &content, &PushOptions::default(), &()).await.unwrap();
    if pushed.outcome == crate::PushOutcome::Updated {
        let served = client.manifest(REPOSITORY, tag).await.unwrap().unwrap();
        assert_eq!(served.digest, pushed.digest);
    }
    assert_eq!(registry.open_uploads(), 0);
    registry.requests()
}

/// How many of each step: manifests fetched and sent, blobs asked for, uploads opened with and without a mount, uploads
/// closed; and in all.
fn count(requests: &[RecordedRequest]) -> ([usize; 6], usize) {
    let steps = [Step::ManifestGet, Step::ManifestPut, Step::BlobHead, Step::UploadMount, Step::UploadStart, Step::UploadFinish];
    (steps.map(|step| requests.iter().filter(|request| request.step == step).count()), requests.len())
}

#[tokio::test]
async fn an_image_that_is_new() {
    let registry = start(Options::default()).await;
    // A config and one layer: the tag, twice two requests, the manifest, the confirmation.
    assert_eq!(count(&asked(&registry, &with_image(&layers(1, 100)), "one").await), ([2, 1, 0, 2, 0, 2], 7));
    let registry = start(Options::default()).await;
    // The same for more.
    assert_eq!(count(&asked(&registry, &with_image(&layers(61, 100)), "many").await), ([2, 1, 0, 62, 0, 62], 127));
    let registry = start(Options::default()).await;
    // Large ones are asked for while they are sent, unless they are at the registry before the question is out.
    let ([.., finished], all) = count(&asked(&registry, &with_image(&layers(8, LARGE)), "large").await);
    assert!(finished == 9 && (21..=29).contains(&all), "{all}");
}

#[tokio::test]
async fn all_but_the_top_is_there() {
    for size in [100, LARGE] {
        let registry = start(Options::default()).await;
        let layers = layers(8, size);
        for layer in &layers[..7] {
            registry.put_blob(REPOSITORY, layer.clone());
        }
        let (steps, all) = count(&asked(&registry, &with_image(&layers), "v1").await);
        // A question for each layer that is there, after a mount of the bottom, and twice two requests for top and
        // config. A large top is asked for while it is sent, unless the mount showed before that the registry knows
        // mounts.
        assert_eq!((steps[3], steps[4], steps[5]), (3, 0, 2), "{steps:?}");
        let most = if size == LARGE { 16 } else { 15 };
        assert!((15..=most).contains(&all), "{steps:?}");
    }
}

#[tokio::test]
async fn only_the_bottom_is_there() {
    let registry = start(Options::default()).await;
    let layers = layers(8, 100);
    registry.put_blob(REPOSITORY, layers[0].clone());
    // The bottom speaks for the six between, which are asked for in vain.
    assert_eq!(count(&asked(&registry, &with_image(&layers), "v1").await), ([2, 1, 7, 3, 6, 8], 27));
}

#[tokio::test]
async fn the_same_image_under_the_same_tag_and_under_another() {
    let registry = start(Options::default()).await;
    let layout = with_image(&layers(8, 100));
    asked(&registry, &layout, "v1").await;
    assert_eq!(count(&asked(&registry, &layout, "v1").await), ([1, 0, 0, 0, 0, 0], 1));
    // Top, bottom and config are mounted and looked at, the others are looked at.
    assert_eq!(count(&asked(&registry, &layout, "v2").await), ([2, 1, 9, 3, 0, 0], 15));
}

#[tokio::test]
async fn an_index_of_two_images() {
    let layout = TestLayout::new();
    let base: [&[u8]; 2] = [b"base", b"more"];
    let images = ["amd64", "arm64"].map(|architecture| {
        let own = [architecture.as_bytes(), b"top"].concat();
        for_platform(layout.image(architecture, &[base[0], base[1], &own]), "linux", architecture)
    });
    layout.index(&[layout.nested(&images)]);
    let registry = start(Options::default()).await;
    // Both share their base: six blobs, of which two are neither top nor config.
    assert_eq!(count(&asked(&registry, &layout, "v1").await), ([2, 3, 0, 6, 0, 6], 17));
}

#[tokio::test]
async fn a_registry_that_asks_who_one_is() {
    let person = || basic("me", "S3CRET-CANARY-password");
    let layers = layers(8, 100);
    let layout = with_image(&layers);
    let with_base = async |options: Options| {
        let registry = start(options).await;
        for layer in &layers[..7] {
            registry.put_blob(REPOSITORY, layer.clone());
        }
        registry
    };
    // A password: the tag is asked for once more.
    let options = Options::default().basic("me", "S3CRET-CANARY-password");
    let registry = start(options.clone()).await;
    assert_eq!(count(&asked_by(&registry, person(), &layout, "v1").await), ([3, 1, 0, 9, 0, 9], 22));
    let registry = with_base(options).await;
    assert_eq!(count(&asked_by(&registry, person(), &layout, "v1").await), ([3, 1, 7, 3, 0, 2], 16));
    assert_eq!(count(&asked_by(&registry, person(), &layout, "v1").await), ([2, 0, 0, 0, 0, 0], 2));
    // A token, which is fetched once: with it the bottom is asked for, so that nothing waits for an answer about that.
    let options = Options::default().token("me", "S3CRET-CANARY-password");
    let registry = start(options.clone()).await;
    assert_eq!(count(&asked_by(&registry, person(), &layout, "v1").await), ([3, 1, 1, 8, 1, 9], 24));
    let registry = with_base(options).await;
    assert_eq!(count(&asked_by(&registry, person(), &layout, "v1").await), ([3, 1, 7, 2, 0, 2], 16));
    // With nothing to do, the answer about the bottom is not waited for.
    let ([manifests, _, questions, ..], all) = count(&asked_by(&registry, person(), &layout, "v1").await);
    assert!(manifests == 2 && questions <= 1 && all == manifests + questions + 1, "{manifests}, {questions}, {all}");
}
