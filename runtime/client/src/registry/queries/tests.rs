use pushgate_credentials::{Credentials, Secret};
use pushgate_net::{RequestBudget, Timeouts};
use pushgate_reference::{Host, Scheme};
use pushgate_test_registry::{Options, Registry, Rule, Step as Asked, Switch};

use super::*;
use crate::ClientOptions;

const REPOSITORY: &str = "team/app";

async fn start(options: Options) -> Registry {
    tokio::task::spawn_blocking(|| Registry::start_blocking(options).unwrap()).await.unwrap()
}

fn client(registry: &Registry, credentials: Credentials) -> RegistryClient {
    let host = Host::parse(&registry.host()).unwrap();
    let timeouts = Timeouts { retry_for: std::time::Duration::ZERO, ..Timeouts::default() };
    RegistryClient::with_timeouts(ClientOptions { credentials, ..ClientOptions::new(host, Scheme::Http) }, timeouts).unwrap()
}

/// A registry with these tags, of which it gives `page` at a time, and a client of it.
async fn with_tags(tags: &[&str], page: usize) -> (Registry, RegistryClient) {
    let registry = start(Options { page_size: page, ..Options::default() }).await;
    for tag in tags {
        registry.put_image(REPOSITORY, tag, &[]);
    }
    let client = client(&registry, Credentials::Anonymous);
    (registry, client)
}

#[tokio::test]
async fn all_pages_are_read() {
    let (registry, client) = with_tags(&["b", "a", "B", "v10", "v9", "_x"], 2).await;
    assert_eq!(client.tags(REPOSITORY).await.unwrap(), ["B", "_x", "a", "b", "v10", "v9"]);
    let queries: Vec<_> = registry.requests().into_iter().map(|request| request.query).collect();
    assert_eq!(queries, ["n=1000", "n=2&last=_x", "n=2&last=b"]);
}

#[tokio::test]
async fn a_registry_that_knows_no_pages_and_no_order() {
    let (registry, client) = with_tags(&[], 10).await;
    let body = r#"{"name":"team/app","tags":["v2","v1","v10","v1"]}"#;
    registry.misbehave(Rule::on(Asked::TagList, Switch::Reply { status: 200, headers: Vec::new(), body: body.into() }));
    assert_eq!(client.tags(REPOSITORY).await.unwrap(), ["v1", "v10", "v2"]);
}

#[tokio::test]
async fn what_is_not_there() {
    let (registry, client) = with_tags(&["v1"], 10).await;
    assert!(client.repository_exists(REPOSITORY).await.unwrap());
    assert!(!client.repository_exists("team/other").await.unwrap());
    assert!(client.tags("team/other").await.unwrap().is_empty());
    registry.misbehave(Rule::on(Asked::TagList, Switch::Body(r#"{"name":"team/app","tags":null}"#.into())));
    assert!(client.tags(REPOSITORY).await.unwrap().is_empty());
}

#[tokio::test]
async fn names_are_checked_before_anything_is_sent() {
    let (registry, client) = with_tags(&["v1"], 10).await;
    for name in ["", "../x", "team/../x", "Team", "team/app?x", "team/app#", "a b", "x:1/y"] {
        assert!(matches!(client.repository_exists(name).await, Err(RegistryError::InvalidName { .. })), "{name}");
        assert!(matches!(client.tags(name).await, Err(RegistryError::InvalidName { .. })), "{name}");
    }
    assert!(registry.requests().is_empty());
}

/// F-09.
#[tokio::test]
async fn a_list_ends_and_stays_at_the_registry() {
    for (link, expected, requests) in [
        ("<https://evil.example/v2/team/app/tags/list?n=1>; rel=\"next\"", "https://evil.example, which is another origin", 1),
        ("<//evil.example/x>; rel=next", "evil.example, which is another origin", 1),
        ("<http://u:S3CRET-CANARY-link@127.0.0.1/>; rel=next", "with a username or password in the URL, which is another origin", 1),
        ("<file:///etc/passwd>; rel=next", "another scheme", 1),
        ("</v2/team/app/tags/list?n=1>; rel=\"next\"", "the list has more than 100 pages", 100),
    ] {
        let (registry, client) = with_tags(&["v1"], 10).await;
        registry.misbehave(Rule::on(Asked::TagList, Switch::Header("link", link.to_owned())));
        let error = client.tags(REPOSITORY).await.unwrap_err();
        assert!(matches!(error, RegistryError::BadAnswer { .. }), "{link}: {error:?}");
        assert!(error.to_string().contains(expected), "{link}: {error}");
        assert!(!format!("{error:?}").contains("S3CRET"), "{error:?}");
        assert_eq!(registry.requests().len(), requests, "{link}");
    }
    // A link to something else than the next page is not followed.
    let (registry, client) = with_tags(&["v1"], 10).await;
    registry.misbehave(Rule::on(Asked::TagList, Switch::Header("link", "<https://evil.example/>; rel=\"prev\"".to_owned())));
    assert_eq!(client.tags(REPOSITORY).await.unwrap(), ["v1"]);
}

#[tokio::test]
async fn answers_that_are_none() {
    let (registry, client) = with_tags(&["v1"], 10).await;
    for body in ["", "[]", r#"{"tags":"v1"}"#, r#"{"tags":[1]}"#, r#"{"tags":["a/../b"]}"#, r#"{"tags":["sha256:aa"]}"#, r#"{"tags":[""]}"#]
    {
        registry.behave();
        registry.misbehave(Rule::on(Asked::TagList, Switch::Body(body.into())));
        let error = client.tags(REPOSITORY).await.unwrap_err();
        assert!(matches!(error, RegistryError::BadAnswer { .. }), "{body}: {error:?}");
    }
    let many = serde_json::json!({ "tags": (0..100_001).map(|number| number.to_string()).collect::<Vec<_>>() });
    registry.behave();
    registry.misbehave(Rule::on(Asked::TagList, Switch::Body(many.to_string().into())));
    assert!(client.tags(REPOSITORY).await.unwrap_err().to_string().ends_with("the list has more than 100000 tags"));
    for switch in [Switch::EndlessBody, Switch::GiganticBody(1 << 40)] {
        registry.behave();
        registry.misbehave(Rule::on(Asked::TagList, switch));
        let error = client.tags(REPOSITORY).await.unwrap_err();
        assert!(matches!(error, RegistryError::BodyTooLarge { .. }), "{error:?}");
        // However long the list is: it is there.
        assert!(client.repository_exists(REPOSITORY).await.unwrap());
    }
    for (status, denied) in [(403, true), (500, false), (418, false)] {
        registry.behave();
        registry.misbehave(Rule::on(Asked::TagList, Switch::Status(status)));
        let error = client.repository_exists(REPOSITORY).await.unwrap_err();
        assert_eq!(matches!(error, RegistryError::Denied { .. }), denied, "{error:?}");
    }
}

#[tokio::test]
async fn a_token_is_for_pulling_from_that_repository_alone() {
    let registry = start(Options::default().token("alice", "secret")).await;
    registry.put_image(REPOSITORY, "v1", &[]);
    let credentials = Credentials::Basic { username: "alice".to_owned(), password: Secret::new("secret".to_owned()) };
    let client = client(&registry, credentials);
    assert_eq!(client.tags(REPOSITORY).await.unwrap(), ["v1"]);
    let requests = registry.requests();
    let token = requests.iter().find(|request| request.step == Asked::Token).unwrap();
    assert_eq!(token.query, "scope=repository%3Ateam%2Fapp%3Apull&service=registry.test");
}

/// What is counted is what reaches the registry: pages, tokens and further attempts.
#[tokio::test]
async fn a_budget_pays_for_every_request() {
    let tags: Vec<String> = (0..20).map(|number| format!("v{number:02}")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    let (registry, client) = with_tags(&tags, 1).await;
    for (requests, is_enough) in [(5, false), (19, false), (20, true), (21, true)] {
        registry.forget_requests();
        let listed = RequestBudget::new(requests).pay_for(client.tags(REPOSITORY)).await;
        assert_eq!(listed.is_ok(), is_enough, "{requests}: {listed:?}");
        assert!(is_enough || matches!(listed, Err(RegistryError::OutOfRequests { last: None, .. })), "{listed:?}");
        assert_eq!(registry.requests().len(), requests.min(20));
    }

    // A challenge, a token, the answer; then the token is there.
    let registry = start(Options::default().token("alice", "secret")).await;
    let digest = registry.put_image(REPOSITORY, "v1", &[]);
    let alice = || Credentials::Basic { username: "alice".to_owned(), password: Secret::new("secret".to_owned()) };
    for requests in 0..3 {
        let client = self::client(&registry, alice());
        registry.forget_requests();
        let asked = RequestBudget::new(requests).pay_for(client.manifest(REPOSITORY, "v1")).await;
        assert!(matches!(asked, Err(RegistryError::OutOfRequests { .. })), "{requests}: {asked:?}");
        assert_eq!(registry.requests().len(), requests);
    }
    let (client, budget) = (self::client(&registry, alice()), RequestBudget::new(4));
    for _ in 0..2 {
        let found = budget.pay_for(client.manifest(REPOSITORY, "v1")).await.unwrap().unwrap();
        assert_eq!(found.digest.to_string(), digest);
    }
    assert!(matches!(budget.pay_for(client.manifest(REPOSITORY, "v1")).await, Err(RegistryError::OutOfRequests { .. })));
    // Nothing else is counted.
    client.manifest(REPOSITORY, "v1").await.unwrap().unwrap();

    let registry = start(Options::default().misbehave(Rule::on(Asked::Any, Switch::Status(503)))).await;
    let host = Host::parse(&registry.host()).unwrap();
    let quick = Timeouts { retry_wait: std::time::Duration::from_millis(1), ..Timeouts::default() };
    let client = RegistryClient::with_timeouts(ClientOptions::new(host, Scheme::Http), quick).unwrap();
    let asked = RequestBudget::new(3).pay_for(client.repository_exists(REPOSITORY)).await;
    let Err(RegistryError::OutOfRequests { last: Some(last), .. }) = asked else { panic!("{asked:?}") };
    assert!(matches!(*last, RegistryError::Status { code: 503, .. }), "{last:?}");
    assert_eq!(registry.requests().len(), 3);
}
