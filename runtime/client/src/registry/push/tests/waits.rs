//! Who waits hears of it.

use std::sync::{Arc, Mutex};

use pushgate_test_registry::{Rule, Step, Switch};

use super::*;
use pushgate_net::WaitListener;

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl WaitListener for Heard {
    fn waiting(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}

impl Heard {
    fn texts(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn listening(registry: &Registry, heard: &Arc<Heard>) -> RegistryClient {
    let options = ClientOptions { waits: Some(Arc::clone(heard) as _), ..options(registry, basic("person", "right")) };
    let (idle, report_after) = (Duration::from_millis(500), Duration::from_millis(30));
    let (retry_for, served_for) = (Duration::ZERO, SERVED_FOR);
    let timeouts = Timeouts { idle, upload: idle, retry_for, served_for, report_after, ..Timeouts::default() };
    RegistryClient::with_timeouts(options, timeouts).unwrap()
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_reported() {
    let (_layout, content) = image();
    let heard = Arc::default();
    for (step, what) in [
        (Step::Token, "getting a token for repository `team/app` at http://"),
        (Step::ManifestGet, "fetching manifest `v1` of repository `team/app` at http://"),
        (Step::UploadFinish, "sending blob sha256:"),
        (Step::ManifestPut, "sending manifest `v1` to repository `team/app` at http://"),
    ] {
        let registry = start(Options::default().token("person", "right")).await;
        registry.misbehave(Rule::on(step, Switch::StallAfterRequest(0)));
        push(&listening(&registry, &heard), &content).await.unwrap_err();
        let texts = heard.texts();
        assert!(texts.iter().any(|text| text.starts_with(what) && text.contains(": no answer for 0.03 seconds")), "{step:?}: {texts:?}");
    }
    // A body that stops, too.
    let registry = start(Options::default()).await;
    push(&client(&registry, Credentials::Anonymous), &content).await.unwrap();
    registry.misbehave(Rule::on(Step::ManifestGet, Switch::StallReplyAfter(5)));
    listening(&registry, &heard).manifest(REPOSITORY, "v1").await.unwrap_err();
    assert!(!heard.texts().is_empty());
}

#[tokio::test]
async fn whoever_is_answered_in_time_hears_nothing() {
    let heard: Arc<Heard> = Arc::default();
    let registry = start(Options::default()).await;
    let options = ClientOptions { waits: Some(Arc::clone(&heard) as _), ..options(&registry, Credentials::Anonymous) };
    push(&RegistryClient::new(options).unwrap(), &image().1).await.unwrap();
    assert_eq!(heard.texts(), Vec::<String>::new());
}

#[tokio::test]
async fn many_requests_that_wait_together_are_one_report() {
    let layers: Vec<Vec<u8>> = (0..20).map(|number| vec![number; 1000]).collect();
    let layers: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
    let layout = TestLayout::with_image(&layers);
    let registry = start(Options::default().misbehave(Rule::on(Step::UploadFinish, Switch::StallAfterRequest(0)))).await;
    let heard = Arc::default();
    push(&listening(&registry, &heard), &layout.pin(None).unwrap()).await.unwrap_err();
    // After 30, 60, 120, 240 and 480 milliseconds, of more than twenty requests that wait.
    let texts = heard.texts();
    assert!((1..=20).contains(&texts.len()), "{texts:?}");
}

#[tokio::test]
async fn a_wait_that_the_registry_asks_for_is_reported() {
    let registry = start(Options::default()).await;
    for status in [429, 503] {
        registry.behave();
        let busy = Switch::Reply { status, headers: vec![("retry-after", "1".to_owned())], body: bytes::Bytes::new() };
        registry.misbehave(Rule::on(Step::ManifestGet, busy).times(1));
        let heard: Arc<Heard> = Arc::default();
        let options = ClientOptions { waits: Some(Arc::clone(&heard) as _), ..options(&registry, Credentials::Anonymous) };
        let timeouts = Timeouts { report_after: Duration::from_millis(500), ..Timeouts::default() };
        let client = RegistryClient::with_timeouts(options, timeouts).unwrap();
        client.manifest(REPOSITORY, "v1").await.unwrap();
        let texts = heard.texts();
        assert!(matches!(&*texts, [text] if text.ends_with("the registry asks to wait 1 seconds")), "{texts:?}");
    }
}
