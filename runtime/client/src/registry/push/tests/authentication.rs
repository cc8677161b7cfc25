use pushgate_test_registry::{Rule, Step, Switch};

use super::*;
use pushgate_credentials::CredentialError;
use pushgate_net::TokenServer;

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
            let RegistryError::Unauthorized { context, host, anonymous, source: None, .. } = &error else { panic!("{error:?}") };
            assert_eq!((*anonymous, host.as_str(), context.origin.registered()), (nobody, registry.host().as_str(), None), "{error:?}");
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

#[tokio::test]
async fn a_token_server_elsewhere_must_be_named() {
    let registry = start(Options::default().token("alice", "secret")).await;
    let refused = async |url: &str| {
        registry.behave();
        registry.misbehave(Rule::on(Step::Any, Switch::Realm(url.to_owned())));
        match registry_error(push(&client(&registry, basic("alice", "secret")), &image().1).await) {
            RegistryError::RealmNotAllowed { realm, .. } => realm,
            other => panic!("{other:?}"),
        }
    };
    let realm = refused("http://10.9.9.9:5001/token").await;
    assert_eq!(realm, "http://10.9.9.9:5001");
    assert!(TokenServer::parse(&realm).is_ok());
    // What is no origin is none to be named.
    let realm = refused("http://u:p@10.9.9.9/token").await;
    assert!(TokenServer::parse(&realm).is_err(), "{realm}");
}

#[tokio::test]
async fn a_token_server_that_was_named_is_asked() {
    use pushgate_test_registry::Proxy;
    let registry = start(Options::default().token("alice", "secret")).await;
    registry.misbehave(Rule::on(Step::Any, Switch::Realm("http://auth.test/token".to_owned())));
    let proxy = Proxy::start(registry.address()).unwrap();
    let value = format!("http://{}", proxy.host());
    let proxies = pushgate_net::Proxies::from_environment(move |name| (name == "HTTP_PROXY").then(|| value.clone().into()));
    let options = |token_servers| ClientOptions { token_servers, proxies: proxies.clone(), ..options(&registry, Credentials::Anonymous) };
    let refused = registry_error(push(&RegistryClient::new(options(Vec::new())).unwrap(), &image().1).await);
    assert!(matches!(refused, RegistryError::RealmNotAllowed { .. }), "{refused:?}");
    assert!(proxy.requests().is_empty());
    let named = vec![pushgate_net::TokenServer::parse("http://auth.test").unwrap()];
    // Nobody gets a token to push without credentials, but it was asked for one.
    let refused = registry_error(push(&RegistryClient::new(options(named)).unwrap(), &image().1).await);
    assert!(matches!(refused, RegistryError::Unauthorized { .. }), "{refused:?}");
    assert!(
        proxy.requests().iter().all(|request| request.target.starts_with("http://auth.test/token?scope=")) && !proxy.requests().is_empty()
    );
}

#[tokio::test]
async fn a_server_that_takes_passwords_by_post_only() {
    let mut options = Options::default().token("alice", "p&ss:wörd");
    options.token_uses = Some(1);
    for status in [404, 405] {
        let rule = Rule::on(Step::Token, Switch::Status(status)).method(http::Method::GET);
        let registry = start(options.clone().misbehave(rule)).await;
        push(&client(&registry, basic("alice", "p&ss:wörd")), &TestLayout::with_image(&[]).pin(None).unwrap()).await.unwrap();
        let requests = registry.requests();
        let tokens: Vec<_> = requests.iter().filter(|request| request.step == Step::Token).collect();
        assert_eq!(tokens.iter().filter(|request| request.method == http::Method::GET).count(), 1, "it is found out once");
        assert!(tokens.len() > 3);
        let form = String::from_utf8(tokens[1].body.to_vec()).unwrap();
        assert!(
            form.contains("grant_type=password") && form.contains("password=p%26ss%3Aw%C3%B6rd") && tokens[1].query.is_empty(),
            "{form}"
        );

        let error = registry_error(push(&client(&registry, basic("alice", "wrong")), &image().1).await);
        assert!(matches!(error, RegistryError::Unauthorized { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_without_identity_tokens_says_so() {
    for status in [404, 405] {
        let rule = Rule::on(Step::Token, Switch::Status(status)).method(http::Method::POST);
        let registry = start(Options::default().token("alice", "secret").misbehave(rule)).await;
        let credentials = Credentials::IdentityToken(Secret::new("S3CRET-CANARY-identity".to_owned()));
        let error = registry_error(push(&client(&registry, credentials), &image().1).await);
        assert!(everything(&error).contains("identity tokens") && !everything(&error).contains("S3CRET"), "{error:?}");
        assert!(registry.requests().iter().all(|request| request.method != http::Method::GET || request.step != Step::Token));
    }
}

#[tokio::test]
async fn what_a_token_server_adds_changes_nothing() {
    // F-05, F-06: the scope is made here, whatever the challenge says; a refresh token in the answer is not kept.
    let challenge = |registry: &Registry| {
        format!("Bearer realm=\"{}/token\",service=\"registry.test\",scope=\"repository:*:* registry:catalog:*&x=#y\"", registry.origin())
    };
    let mut options = Options::default().token("alice", "secret");
    options.identity_token = Some("S3CRET-CANARY-refresh".to_owned());
    let registry = start(options).await;
    registry.misbehave(Rule::on(Step::Ping, Switch::Challenge(challenge(&registry))).times(1));
    registry.misbehave(Rule::on(Step::ManifestGet, Switch::Challenge(challenge(&registry))).times(1));
    push(&client(&registry, basic("alice", "secret")), &image().1).await.unwrap();
    let requests = registry.requests();
    let tokens: Vec<_> = requests.iter().filter(|request| request.step == Step::Token).map(|request| request.query.as_str()).collect();
    assert_eq!(tokens, ["scope=repository%3Ateam%2Fapp%3Apull%2Cpush&service=registry.test"]);
}

#[tokio::test]
async fn a_strange_service_is_encoded() {
    let service = "a&scope=repository:*:*#\u{e4}%0d%0a x";
    let registry = start(Options::default().token("alice", "secret")).await;
    let challenge = format!("Bearer realm=\"{}/token?own=1\",service=\"{service}\"", registry.origin());
    registry.misbehave(Rule::on(Step::ManifestGet, Switch::Challenge(challenge.replace('\u{e4}', ""))));
    push(&client(&registry, basic("alice", "secret")), &image().1).await.unwrap_err();
    let requests = registry.requests();
    let token = requests.iter().find(|request| request.step == Step::Token).unwrap();
    assert_eq!(token.query, "own=1&scope=repository%3Ateam%2Fapp%3Apull%2Cpush&service=a%26scope%3Drepository%3A*%3A*%23%250d%250a+x");
}

#[tokio::test]
async fn a_mount_asks_for_both_repositories() {
    let registry = start(Options::default().token("alice", "secret")).await;
    registry.put_blob("team/base", b"the first layer".as_slice());
    let options = crate::PushOptions { mount_from: vec!["team/base".to_owned()], ..crate::PushOptions::default() };
    let layout = TestLayout::with_image(&[b"the first layer"]);
    client(&registry, basic("alice", "secret")).push(REPOSITORY, "v1", &layout.pin(None).unwrap(), &options, &()).await.unwrap();
    let requests = registry.requests();
    let tokens: Vec<_> = requests.iter().filter(|request| request.step == Step::Token).map(|request| request.query.as_str()).collect();
    assert_eq!(
        tokens,
        [
            "scope=repository%3Ateam%2Fapp%3Apull%2Cpush&service=registry.test",
            "scope=repository%3Ateam%2Fapp%3Apull%2Cpush&scope=repository%3Ateam%2Fbase%3Apull&service=registry.test",
        ]
    );
    assert!(requests.iter().any(|request| request.step == Step::UploadMount && request.status == Some(201)));
}

/// A token server that answers this.
fn refusing(status: u16, kind: &'static str, body: impl Into<bytes::Bytes>) -> Rule {
    Rule::on(Step::Token, Switch::Reply { status, headers: vec![("content-type", kind.to_owned())], body: body.into() })
}

#[tokio::test]
async fn a_token_servers_own_words_are_shown_whatever_its_status() {
    let registry = start(Options::default().token("alice", "S3CRET-CANARY")).await;
    for status in [400, 401, 402, 403, 404, 405, 409, 422, 500, 502] {
        for (kind, body) in [
            ("application/json", r#"{"errors":[{"code":"DENIED","message":"pay first"}]}"#),
            ("application/json", r#"{"details":"pay first"}"#),
            ("text/plain", "pay first"),
        ] {
            registry.behave();
            registry.misbehave(refusing(status, kind, body));
            let error = registry_error(push(&client(&registry, basic("alice", "S3CRET-CANARY")), &image().1).await);
            let shown = everything(&error);
            assert!(shown.contains("pay first"), "{status} {kind}: {shown}");
            // What failed by itself has nothing to do with the scope.
            assert_eq!(shown.contains("asked for the scope `repository:team/app:pull,push`"), status < 500, "{status}: {shown}");
        }
    }
    // A text is bounded, and is not shown if it repeats a credential in any form.
    registry.behave();
    registry.misbehave(refusing(403, "text/plain", "x".repeat(100_000)));
    let error = registry_error(push(&client(&registry, basic("alice", "S3CRET-CANARY")), &image().1).await);
    assert!(error.to_string().chars().count() < 1024, "{error}");
    let pair = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, "alice:S3CRET-CANARY");
    for echoed in ["S3CRET-CANARY", "s3cret-canary", "Basic YWxpY2U6UzNDUkVULUNBTkFSWQ==", &pair] {
        registry.behave();
        registry.misbehave(refusing(401, "text/plain", format!("no such user: {echoed}")));
        let shown = everything(&registry_error(push(&client(&registry, basic("alice", "S3CRET-CANARY")), &image().1).await));
        assert!(shown.contains("repeats a credential") && !shown.contains(echoed), "{shown}");
    }
    registry.behave();
    registry.misbehave(refusing(405, "text/plain", "only GET here").method(http::Method::POST));
    let identity = Credentials::IdentityToken(Secret::new("S3CRET-CANARY".to_owned()));
    let shown = everything(&registry_error(push(&client(&registry, identity), &image().1).await));
    assert!(shown.contains("does not take identity tokens") && shown.contains("only GET here"), "{shown}");
}

#[tokio::test]
async fn a_refusal_says_both_scopes_where_they_differ() {
    let named = |scope: &str, registry: &Registry| {
        Switch::Challenge(format!("Bearer realm=\"{}/token\",service=\"registry.test\",scope=\"{scope}\"", registry.origin()))
    };
    let long = format!("repository:{}:pull", "x".repeat(1000));
    for (scope, both) in [
        ("repository:app:pull,push", true),
        ("registry:catalog:*", true),
        ("aws", true),
        (long.as_str(), true),
        ("repository:team/app:pull", false),
        ("repository:team/app:push,pull", false),
        ("", false),
    ] {
        // The token server refuses.
        for (status, words) in [(401, "the credentials were not accepted"), (403, "not permitted"), (400, "status 400")] {
            let registry = start(Options::default().token("alice", "secret")).await;
            registry.misbehave(Rule::on(Step::ManifestGet, named(scope, &registry)));
            registry.misbehave(refusing(status, "text/plain", "no"));
            let shown = registry_error(push(&client(&registry, basic("alice", "secret")), &image().1).await).to_string();
            assert!(shown.contains(words) && shown.contains("asked for the scope `repository:team/app:pull,push`"), "{shown}");
            assert_eq!(shown.contains("challenge names"), both, "{scope}: {shown}");
            let cut: String = scope.chars().take(256).collect();
            assert!(!both || shown.contains(&format!("challenge names `{cut}`")), "{shown}");
            assert!(shown.ends_with(": no"), "{shown}");
        }
        // The registry does, with the token.
        let registry = start(Options::default().token("alice", "secret")).await;
        registry.misbehave(Rule::on(Step::ManifestGet, named(scope, &registry)));
        let shown = registry_error(push(&client(&registry, basic("alice", "secret")), &image().1).await).to_string();
        assert!(shown.contains("the credentials were not accepted (asked for the scope `repository:team/app:pull,push`"), "{shown}");
        assert_eq!(shown.contains("challenge names"), both, "{scope}: {shown}");
    }
    let registry = start(Options::default().token("alice", "secret")).await;
    registry.misbehave(Rule::on(Step::ManifestPut, Switch::Status(403)));
    let shown = registry_error(push(&client(&registry, basic("alice", "secret")), &image().1).await).to_string();
    assert!(shown.contains("not permitted (asked for the scope `repository:team/app:pull,push`)"), "{shown}");
    // A password has no scope.
    let registry = start(Options::default().basic("alice", "secret")).await;
    let shown = registry_error(push(&client(&registry, basic("alice", "wrong")), &image().1).await).to_string();
    assert!(shown.contains("the credentials were not accepted: ") && !shown.contains("scope"), "{shown}");
}

#[tokio::test]
async fn credentials_that_cannot_be_looked_up_matter_where_some_are_asked_for() {
    let place = pushgate_credentials::CredentialPlace::File("/home/me/.docker/config.json".into());
    let program = "docker-credential-desktop.exe".to_owned();
    let missing = CredentialError::HelperMissing { program, member: "credsStore", place, registry: "r.example".to_owned() };
    let missing = std::sync::Arc::new(missing);
    let without = |registry: &Registry| {
        let credentials_error = Some(std::sync::Arc::clone(&missing));
        RegistryClient::new(ClientOptions { credentials_error, ..options(registry, Credentials::Anonymous) }).unwrap()
    };
    let open = start(Options::default()).await;
    push(&without(&open), &image().1).await.unwrap();
    let mut public = Options::default().token("alice", "secret");
    public.anonymous_pull = true;
    let public = start(public).await;
    public.put_image(REPOSITORY, "v1", &[]);
    assert!(without(&public).manifest(REPOSITORY, "v1").await.unwrap().is_some());
    let denying = start(Options::default()).await;
    denying.misbehave(Rule::on(Step::ManifestPut, Switch::Status(403)));
    let basic = start(Options::default().basic("alice", "secret")).await;
    let token = start(Options::default().token("alice", "secret")).await;
    let forbidding = start(Options::default().token("alice", "secret").misbehave(refusing(403, "text/plain", "no"))).await;
    for registry in [public, denying, basic, token, forbidding] {
        let error = registry_error(push(&without(&registry), &TestLayout::with_image(&[b"x"]).pin(None).unwrap()).await);
        let shown = everything(&error);
        let RegistryError::Unauthorized { anonymous: true, source: Some(source), .. } = &error else { panic!("{error:?}") };
        assert!(matches!(**source, CredentialError::HelperMissing { .. }), "{error:?}");
        assert!(shown.contains("`credsStore` in `/home/me/.docker/config.json` names it"), "{shown}");
    }
}
