use pushgate_test_registry::{Rule, Step, Switch};

use super::*;

#[tokio::test]
async fn basic_is_shown_when_it_is_asked_for() {
    let registry = start(Options::default().basic("alice", "p:ä?~>")).await;
    push(&client(&registry, basic("alice", "p:ä?~>")), &image().1).await.unwrap();
    let requests = registry.requests();
    assert_eq!(requests[0].header("authorization"), None);
    assert_eq!(requests.iter().filter(|request| request.status == Some(401)).count(), 1);
    assert!(requests[1..].iter().all(|request| request.header("authorization").unwrap().starts_with("Basic ")));
}

#[tokio::test]
async fn wrong_and_missing_credentials() {
    for options in [Options::default().basic("alice", "right"), Options::default().token("alice", "right")] {
        let registry = start(options).await;
        for (credentials, nobody) in [(basic("alice", "wrong"), false), (Credentials::Anonymous, true)] {
            registry.forget_requests();
            let error = registry_error(push(&client(&registry, credentials), &image().1).await);
            assert!(matches!(&error, RegistryError::Unauthorized { anonymous, .. } if *anonymous == nobody), "{error:?}");
            assert_eq!(error.hint(), Some(format!("log in with `docker login {}`", registry.host())));
            assert!(registry.requests().len() <= 2);
        }
        assert!(registry.repositories().is_empty());
    }
}

#[tokio::test]
async fn one_token_does_for_a_push() {
    let registry = start(Options::default().token("alice", "secret")).await;
    let client = client(&registry, basic("alice", "secret"));
    push(&client, &image().1).await.unwrap();
    assert!(client.manifest(REPOSITORY, "v1").await.unwrap().is_some());
    let requests = registry.requests();
    let tokens: Vec<_> = requests.iter().filter(|request| request.step == Step::Token).collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(tokens[0].query, "scope=repository%3Ateam%2Fapp%3Apull%2Cpush&service=registry.test");
    assert!(tokens[0].header("authorization").unwrap().starts_with("Basic "));
    // The password goes to the token server only.
    assert!(
        requests
            .iter()
            .filter(|request| request.step != Step::Token)
            .all(|request| request.header("authorization").is_none_or(|value| value.starts_with("Bearer ")))
    );
}

#[tokio::test]
async fn tokens_are_renewed() {
    let mut options = Options::default().token("alice", "secret");
    options.token_uses = Some(1);
    let registry = start(options).await;
    // Without layers, so that no two requests share a token at the same time.
    let layout = TestLayout::with_image(&[]);
    push(&client(&registry, basic("alice", "secret")), &layout.pin(None).unwrap()).await.unwrap();
    assert!(registry.requests().iter().filter(|request| request.step == Step::Token).count() > 2);
}

#[tokio::test]
async fn an_identity_token_is_exchanged() {
    let mut options = Options::default().token("alice", "secret");
    options.identity_token = Some("identity&token".to_owned());
    let registry = start(options).await;
    let with = |token: &str| Credentials::IdentityToken(Secret::new(token.to_owned()));
    push(&client(&registry, with("identity&token")), &image().1).await.unwrap();
    let requests = registry.requests();
    let token = requests.iter().find(|request| request.step == Step::Token).unwrap();
    assert_eq!((&token.method, token.query.as_str()), (&http::Method::POST, ""));
    let error = registry_error(push(&client(&registry, with("another")), &TestLayout::with_image(&[b"x"]).pin(None).unwrap()).await);
    assert!(matches!(error, RegistryError::Unauthorized { anonymous: false, .. }), "{error:?}");
}

#[tokio::test]
async fn reading_without_credentials() {
    let mut options = Options::default().token("alice", "secret");
    options.anonymous_pull = true;
    let registry = start(options).await;
    let digest = registry.put_image(REPOSITORY, "v1", &[]);
    let client = client(&registry, Credentials::Anonymous);
    assert_eq!(client.manifest(REPOSITORY, "v1").await.unwrap().unwrap().digest.as_str(), digest);
    // Its tokens cannot push.
    let error = registry_error(push(&client, &image().1).await);
    assert!(matches!(error, RegistryError::Unauthorized { anonymous: true, .. }), "{error:?}");
}

#[tokio::test]
async fn realms_elsewhere_get_nothing() {
    let other = start(Options::default()).await;
    let registry = start(Options::default().token("alice", "secret")).await;
    for realm in ["https://evil.example/token", "http://10.0.0.1/token", "file:///etc/passwd", "", "http://a:b@127.0.0.1/token"] {
        registry.behave();
        registry.misbehave(Rule::on(Step::Any, Switch::Realm(realm.to_owned())));
        let error = registry_error(push(&client(&registry, basic("alice", "secret")), &image().1).await);
        assert!(matches!(error, RegistryError::RealmNotAllowed { .. }), "{realm}: {error:?}");
    }
    assert!(registry.requests().iter().all(|request| request.header("authorization").is_none()));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn tokens_that_cannot_be_sent() {
    for token in ["a\r\nX-Evil: 1", "a\nb", "ä", "a b", "\u{7f}", "", &"x".repeat(40_000), &"x".repeat(200_000)] {
        let rule = Rule::on(Step::Token, Switch::Token(token.to_owned()));
        let registry = start(Options::default().token("alice", "secret").misbehave(rule)).await;
        let error = registry_error(push(&client(&registry, basic("alice", "secret")), &image().1).await);
        assert!(matches!(error, RegistryError::BadAnswer { .. } | RegistryError::BodyTooLarge { .. }), "{error:?}");
        assert!(registry.repositories().is_empty());
    }
}

#[tokio::test]
async fn a_registry_that_always_asks_is_asked_twice() {
    for (step, expected) in [(Step::ManifestGet, 2), (Step::ManifestPut, 2)] {
        let rule = Rule::on(step, Switch::Unauthorized);
        let registry = start(Options::default().token("alice", "secret").misbehave(rule)).await;
        let error = registry_error(push(&client(&registry, basic("alice", "secret")), &image().1).await);
        assert!(matches!(error, RegistryError::Unauthorized { .. }), "{error:?}");
        assert_eq!(registry.requests().iter().filter(|request| request.step == step).count(), expected);
        assert_eq!(registry.tag_digest(REPOSITORY, "v1"), None);
    }
}

#[tokio::test]
async fn challenges_that_lead_nowhere() {
    for challenge in ["Negotiate", "Digest realm=\"x\"", "Bearer", "Bearer realm", "\u{1}"] {
        let rule = Rule::on(Step::ManifestGet, Switch::Challenge(challenge.to_owned()));
        let registry = start(Options::default().misbehave(rule)).await;
        let error = registry_error(push(&client(&registry, basic("alice", "secret")), &image().1).await);
        assert!(
            matches!(error, RegistryError::RealmNotAllowed { .. } | RegistryError::Status { code: 401, .. }),
            "{challenge:?}: {error:?}"
        );
    }
}
