//! Many pushes at once to one registry, all of which share what is known of it. Some are refused, some are interrupted: nothing of one is
//! another's.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use pushgate_test_registry::{RecordedRequest, Rule, Step, Switch};

use super::*;
use crate::Registry as Known;

/// How many of each kind.
const GOOD: usize = 24;
const REFUSED: usize = 12;
/// Their requests hang, and those of one push alone are as many as it may have at a time.
const STALLED: usize = 34;
/// For what takes no time on a machine that does nothing else.
const PATIENCE: Duration = Duration::from_secs(60);

fn warning(number: usize) -> String {
    format!("the repository good-{number} goes away")
}

#[tokio::test]
async fn each_has_its_own_uploads_and_warnings_and_all_share_the_rest() {
    let mut options = Options::default()
        .token("me", "S3CRET-CANARY-many")
        .misbehave(Rule::on(Step::UploadFinish, Switch::Status(400)).containing("/refused-"))
        .misbehave(Rule::on(Step::UploadFinish, Switch::StallAfterRequest(0)).containing("/stalled-"));
    for number in 0..GOOD {
        let header = Switch::Header("warning", format!("299 - \"{}\"", warning(number)));
        options = options.misbehave(Rule::on(Step::ManifestPut, header).containing(&format!("/good-{number}/")));
    }
    let registry = start(options).await;
    let known = Known::new(super::options(&registry, basic("me", "S3CRET-CANARY-many"))).unwrap();
    let layouts: Vec<(TestLayout, PinnedContent)> =
        (0..GOOD.max(REFUSED).max(STALLED)).map(|number| image_of(number.to_string().as_bytes())).collect();
    let push = async |client: &RegistryClient, kind: &str, number: usize| {
        let content = &layouts[number].1;
        client.push(&format!("team/{kind}-{number}"), "v1", content, &PushOptions::default(), &()).await
    };
    let clients = |count: usize| (0..count).map(|_| RegistryClient::of(&known)).collect::<Vec<_>>();
    let (good, refused, stalled) = (clients(GOOD), clients(REFUSED), clients(STALLED));

    let ended = async {
        let pushed = join_all(good.iter().enumerate().map(|(number, client)| push(client, "good", number)));
        let failed = join_all(refused.iter().enumerate().map(|(number, client)| push(client, "refused", number)));
        let ended = tokio::join!(pushed, failed);
        // Each of the others has an upload by now, or will.
        let hangs = |request: &RecordedRequest| request.step == Step::UploadFinish && request.path.contains("/stalled-");
        let repositories = || {
            let requests = registry.requests();
            requests.iter().filter(|request| hangs(request)).map(|request| repository(&request.path)).collect::<BTreeSet<_>>()
        };
        while repositories().len() < STALLED {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        ended
    };
    let hanging = join_all(stalled.iter().enumerate().map(|(number, client)| push(client, "stalled", number)));
    let (pushed, failed) = tokio::select! {
        ended = ended => ended,
        hanging = hanging => panic!("{hanging:?}"),
        () = tokio::time::sleep(Duration::from_secs(120)) => panic!("the pushes do not end"),
    };
    for (number, (client, pushed)) in good.iter().zip(pushed).enumerate() {
        let digest = pushed.unwrap().digest;
        assert_eq!(registry.tag_digest(&format!("team/good-{number}"), "v1").as_deref(), Some(digest.as_str()));
        assert_eq!(client.warnings(), [warning(number)], "its own and no other's");
    }
    for (number, failed) in failed.into_iter().enumerate() {
        let error = registry_error(failed);
        assert!(matches!(error, RegistryError::Status { code: 400, .. }), "{error:?}");
        assert!(error.to_string().contains(&format!("`team/refused-{number}`")), "{error}");
    }
    assert!(refused.iter().chain(&stalled).all(|client| client.warnings().is_empty()));

    // Those that failed gave up what was theirs, for which they take no longer than some seconds; those that were interrupted do when they are
    // told. Nobody gives up another's.
    for client in good.iter().chain(&refused) {
        client.cancel_uploads(PATIENCE).await;
    }
    let mut open = registry.open_uploads();
    assert!(open >= STALLED, "{open}");
    for (number, client) in stalled.iter().enumerate() {
        registry.forget_requests();
        client.cancel_uploads(PATIENCE).await;
        let cancelled: BTreeSet<String> = registry.requests().iter().map(|request| repository(&request.path)).collect();
        assert_eq!(cancelled, BTreeSet::from([format!("team/stalled-{number}")]));
        let left = registry.open_uploads();
        assert!(left < open, "{left} of {open}");
        open = left;
    }
    assert_eq!(open, 0);

    // What is known of the registry outlives the pushes: the next has a token and a connection at once.
    registry.behave();
    registry.forget_requests();
    let connections = registry.connections();
    let client = RegistryClient::of(&known);
    client.push("team/good-0", "v2", &layouts[0].1, &PushOptions::default(), &()).await.unwrap();
    let requests = registry.requests();
    assert!(requests.iter().all(|request| request.step != Step::Token && request.status != Some(401)), "{requests:#?}");
    assert_eq!(registry.connections(), connections);
    assert!(client.warnings().is_empty(), "those of an earlier push are not its own");
    drop((client, good, refused, stalled));
    assert_eq!(Arc::strong_count(&known), 1, "no push is kept by what they share");
}

/// One push whose token does not come holds up no other.
#[tokio::test]
async fn a_push_that_waits_for_its_token_is_the_only_one_that_waits() {
    let hangs = Rule::on(Step::Token, Switch::StallAfterRequest(0)).containing("hangs");
    let registry = start(Options::default().token("me", "S3CRET-CANARY-many").misbehave(hangs)).await;
    let known = Known::new(super::options(&registry, basic("me", "S3CRET-CANARY-many"))).unwrap();
    let (_layout, content) = image();
    let push =
        async |repository: &'static str| RegistryClient::of(&known).push(repository, "v1", &content, &PushOptions::default(), &()).await;
    push("team/first").await.unwrap();
    let others = async {
        // It waits by now, or will.
        while !registry.requests().iter().any(|request| request.query.contains("hangs")) {
            tokio::task::yield_now().await;
        }
        tokio::join!(push("team/second"), push("team/third"))
    };
    tokio::select! {
        hanging = push("team/hangs") => panic!("{hanging:?}"),
        (second, third) = others => assert!(second.is_ok() && third.is_ok(), "{second:?} {third:?}"),
        () = tokio::time::sleep(PATIENCE / 2) => panic!("the others wait too"),
    }
}

/// Artifactory and Nexus say for each repository how they want to be told who one is.
#[tokio::test]
async fn what_one_repository_asks_for_is_shown_to_no_other() {
    let registry = start(Options::default().token("me", "S3CRET-CANARY-many")).await;
    let known = Known::new(super::options(&registry, basic("me", "S3CRET-CANARY-many"))).unwrap();
    let (_layout, content) = image();
    RegistryClient::of(&known).push("team/token", "v1", &content, &PushOptions::default(), &()).await.unwrap();
    registry.forget_requests();
    registry.misbehave(Rule::on(Step::Any, Switch::Challenge("Basic realm=\"x\"".to_owned())).containing("/basic/"));
    RegistryClient::of(&known).push("team/basic", "v1", &content, &PushOptions::default(), &()).await.unwrap_err();
    let requests = registry.requests();
    let shown =
        |scheme: &str| requests.iter().any(|request| request.header("authorization").is_some_and(|shown| shown.starts_with(scheme)));
    assert!(shown("Basic ") && !shown("Bearer ") && requests.iter().all(|request| request.step != Step::Token), "{requests:#?}");
    registry.behave();
    registry.forget_requests();
    RegistryClient::of(&known).push("team/token", "v2", &content, &PushOptions::default(), &()).await.unwrap();
    assert!(registry.requests().iter().all(|request| request.header("authorization").is_some_and(|shown| shown.starts_with("Bearer "))));
}

/// Somebody grants what was missing, and the push is made again.
#[tokio::test]
async fn a_token_that_was_not_enough_is_not_shown_again() {
    let registry = start(Options::default().token("me", "S3CRET-CANARY-many")).await;
    let known = Known::new(super::options(&registry, basic("me", "S3CRET-CANARY-many"))).unwrap();
    let (_layout, content) = image();
    registry.misbehave(Rule::on(Step::ManifestPut, Switch::Status(403)).times(1));
    let push = async || RegistryClient::of(&known).push("team/app", "v1", &content, &PushOptions::default(), &()).await;
    assert!(matches!(registry_error(push().await), RegistryError::Denied { .. }));
    registry.forget_requests();
    push().await.unwrap();
    assert_eq!(registry.requests().iter().filter(|request| request.step == Step::Token).count(), 1);
}

fn image_of(layer: &[u8]) -> (TestLayout, PinnedContent) {
    let layout = TestLayout::with_image(&[b"shared by all", layer]);
    let content = layout.pin(None).unwrap();
    (layout, content)
}

/// `/v2/NAME/blobs/…`.
fn repository(path: &str) -> String {
    path.trim_start_matches("/v2/").split("/blobs/").next().unwrap().to_owned()
}
