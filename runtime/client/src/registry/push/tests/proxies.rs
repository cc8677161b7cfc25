//! Through a proxy that leads every name to the registry of the test. Nothing here resolves a name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pushgate_test_registry::{Proxy, Rule, Step, Switch};

use super::*;
use pushgate_net::Proxies;

const CANARY: &str = "S3CRET-CANARY-proxy";

fn proxies(variable: &'static str, value: String) -> Proxies {
    Proxies::from_environment(move |name| (name == variable).then(|| value.clone().into()))
}

async fn over_tls() -> (Registry, tempfile::NamedTempFile) {
    let mut options = Options::default().basic("alice", CANARY).tls();
    options.tls_names = vec!["registry.test".to_owned()];
    let registry = start(options).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), registry.ca_pem().unwrap()).unwrap();
    (registry, file)
}

fn named(ca: &tempfile::NamedTempFile, proxies: Proxies) -> ClientOptions {
    let host = Host::parse("registry.test").unwrap();
    let (ca_file, credentials) = (Some(ca.path().to_owned()), basic("alice", CANARY));
    ClientOptions { ca_file, credentials, proxies, ..ClientOptions::new(host, Scheme::Https) }
}

fn in_clear(proxy: &Proxy, credentials: Credentials) -> ClientOptions {
    let proxies = proxies("HTTP_PROXY", format!("http://{}", proxy.host()));
    ClientOptions { credentials, proxies, ..ClientOptions::new(Host::parse("registry.test").unwrap(), Scheme::Http) }
}

#[tokio::test]
async fn tls_goes_through_a_tunnel_and_the_proxy_sees_the_name_alone() {
    let (registry, ca) = over_tls().await;
    let proxy = Proxy::start(registry.address()).unwrap();
    let client = RegistryClient::new(named(&ca, proxies("HTTPS_PROXY", format!("http://{}", proxy.host())))).unwrap();
    push(&client, &image().1).await.unwrap();
    assert!(registry.tag_digest(REPOSITORY, "v1").is_some());
    assert!(registry.requests().iter().any(|request| request.header("authorization").is_some()));
    assert!(!proxy.requests().is_empty());
    for request in proxy.requests() {
        assert_eq!((request.method.as_str(), request.target.as_str()), ("CONNECT", "registry.test:443"));
        assert_eq!(request.field("host"), Some("registry.test:443"));
        assert_eq!((request.field("authorization"), request.field("proxy-authorization")), (None, None));
    }
    assert_eq!(registry.connections(), proxy.requests().len() as u64, "no connection went past it");
}

#[tokio::test]
async fn a_proxy_gets_its_own_password_and_nobody_else_does() {
    let (registry, ca) = over_tls().await;
    let expected = format!("Basic {}", STANDARD.encode("me:p@ss:word"));
    let proxy = Proxy::with_authorization(registry.address(), &expected).unwrap();
    let url = format!("http://me:p%40ss:word@{}", proxy.host());
    push(&RegistryClient::new(named(&ca, proxies("https_proxy", url))).unwrap(), &image().1).await.unwrap();
    assert!(proxy.requests().iter().all(|request| request.field("proxy-authorization") == Some(&expected)));
    assert!(registry.requests().iter().all(|request| request.header("proxy-authorization").is_none()));

    for (userinfo, words) in [("", "asks for a username"), (&format!("me:{CANARY}@"), "does not accept")] {
        let url = format!("http://{userinfo}{}", proxy.host());
        let error = registry_error(push(&RegistryClient::new(named(&ca, proxies("https_proxy", url))).unwrap(), &image().1).await);
        let shown = everything(&error);
        let RegistryError::Proxy { failure, .. } = &error else { panic!("{shown}") };
        assert!(failure.is_about_credentials && shown.contains(words) && shown.contains(&proxy.host()), "{shown}");
        assert!(!shown.contains(CANARY), "{shown}");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_breaks_or_is_not_there() {
    let (registry, ca) = over_tls().await;
    for (answer, words) in [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 20\r\n\r\nS3CRET-CANARY-proxy!".as_slice(), "status 403"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "status 502"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n", "status 302"),
        (b"220 mail.example ESMTP\r\n", "broke off"),
        (b"", "broke off"),
    ] {
        let proxy = Proxy::refusing(answer).unwrap();
        let url = format!("http://u:{CANARY}@{}", proxy.host());
        let error = registry_error(push(&RegistryClient::new(named(&ca, proxies("HTTPS_PROXY", url))).unwrap(), &image().1).await);
        let shown = everything(&error);
        assert!(matches!(error, RegistryError::Proxy { .. }) && shown.contains(words), "{words}: {shown}");
        assert!(!shown.contains(CANARY), "{shown}");
        assert!(error.changed_nothing());
    }
    let gone = Proxy::start(registry.address()).unwrap().host();
    let url = format!("http://u:{CANARY}@{gone}");
    let error = registry_error(push(&RegistryClient::new(named(&ca, proxies("HTTPS_PROXY", url))).unwrap(), &image().1).await);
    let shown = everything(&error);
    assert!(shown.contains(&format!("the proxy http://{gone} cannot be reached")) && !shown.contains(CANARY), "{shown}");
    assert!(registry.requests().is_empty());
}

#[tokio::test]
async fn in_clear_a_proxy_takes_requests_and_no_credentials() {
    let registry = start(Options::default()).await;
    let proxy = Proxy::start(registry.address()).unwrap();
    let client = RegistryClient::new(in_clear(&proxy, Credentials::Anonymous)).unwrap();
    push(&client, &image().1).await.unwrap();
    assert!(registry.tag_digest(REPOSITORY, "v1").is_some());
    assert!(proxy.requests().iter().all(|request| request.target.starts_with("http://registry.test/v2/")), "{:?}", proxy.requests());
    assert!(registry.requests().iter().all(|request| request.header("host") == Some("registry.test")));

    for options in [Options::default().basic("alice", CANARY), Options::default().token("alice", CANARY)] {
        let registry = start(options).await;
        let realm = "http://registry.test/token".to_owned();
        registry.misbehave(Rule::on(Step::Any, Switch::Realm(realm)));
        let proxy = Proxy::start(registry.address()).unwrap();
        let error = registry_error(push(&RegistryClient::new(in_clear(&proxy, basic("alice", CANARY))).unwrap(), &image().1).await);
        assert!(matches!(&error, RegistryError::ReadByProxy { proxy: named, .. } if named.ends_with(&proxy.host())), "{error:?}");
        assert!(registry.requests().iter().all(|request| request.header("authorization").is_none() && request.step != Step::Token));
    }
}

#[tokio::test]
async fn in_clear_the_answer_of_the_proxy_is_told_from_the_registrys() {
    let registry = start(Options::default()).await;
    let proxy = Proxy::with_authorization(registry.address(), "Basic bm90aGluZw==").unwrap();
    let error = registry_error(push(&RegistryClient::new(in_clear(&proxy, Credentials::Anonymous)).unwrap(), &image().1).await);
    assert!(matches!(&error, RegistryError::Proxy { failure, .. } if failure.problem.contains("407")), "{error:?}");
    assert!(registry.requests().is_empty());
}

#[tokio::test]
async fn loopback_goes_past_the_proxy() {
    let registry = start(Options::default().basic("alice", CANARY)).await;
    let proxy = Proxy::start(registry.address()).unwrap();
    let proxies = proxies("HTTP_PROXY", format!("http://{}", proxy.host()));
    let client = RegistryClient::new(ClientOptions { proxies, ..options(&registry, basic("alice", CANARY)) }).unwrap();
    push(&client, &image().1).await.unwrap();
    assert!(proxy.requests().is_empty());
}

#[tokio::test]
async fn a_variable_that_cannot_be_used_fails_the_requests_that_need_it() {
    let value = format!("socks4://u:{CANARY}@p.example");
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        // Loopback never goes through it.
        let registry = start(Options::default().basic("alice", CANARY)).await;
        let client =
            RegistryClient::new(ClientOptions { proxies: proxies(variable, value.clone()), ..options(&registry, basic("alice", CANARY)) });
        push(&client.unwrap(), &image().1).await.unwrap();

        let options = |credentials| {
            let host = Host::parse("registry.test").unwrap();
            ClientOptions { credentials, proxies: proxies(variable, value.clone()), ..ClientOptions::new(host, Scheme::Http) }
        };
        let error = registry_error(push(&RegistryClient::new(options(basic("alice", CANARY))).unwrap(), &image().1).await);
        let shown = everything(&error);
        assert!(matches!(error, RegistryError::ProxyVariable { .. }) && shown.contains(variable), "{shown}");
        assert!(shown.contains("http://registry.test") && !shown.contains(CANARY) && error.changed_nothing(), "{shown}");
    }
}

#[tokio::test]
async fn a_token_server_behind_a_variable_that_cannot_be_used_gets_nothing() {
    // The registry is on loopback, and its token server is not.
    let registry = start(Options::default().token("alice", CANARY)).await;
    registry.misbehave(Rule::on(Step::Any, Switch::Realm("http://auth.test/token".to_owned())));
    let client = RegistryClient::new(ClientOptions {
        proxies: proxies("HTTP_PROXY", "ftp://p.example".to_owned()),
        token_servers: vec![pushgate_net::TokenServer::parse("http://auth.test").unwrap()],
        ..options(&registry, basic("alice", CANARY))
    });
    let error = registry_error(push(&client.unwrap(), &image().1).await);
    assert!(matches!(error, RegistryError::ProxyVariable { variable: "HTTP_PROXY", .. }), "{error:?}");
}

#[tokio::test]
async fn tls_goes_through_socks_too_and_only_the_proxy_gets_its_password() {
    let (registry, ca) = over_tls().await;
    for user in [None, Some("me:p@ss:word")] {
        registry.forget_requests();
        let proxy = Proxy::socks(registry.address(), user, 0).unwrap();
        let userinfo = if user.is_some() { "me:p%40ss:word@" } else { "" };
        let url = format!("socks5h://{userinfo}{}", proxy.host());
        push(&RegistryClient::new(named(&ca, proxies("ALL_PROXY", url))).unwrap(), &image().1).await.unwrap();
        assert!(!proxy.requests().is_empty());
        for request in proxy.requests() {
            assert_eq!((request.method.as_str(), request.target.as_str()), ("SOCKS5", "registry.test:443"));
            assert_eq!(request.header, user.unwrap_or_default());
        }
        assert!(registry.requests().iter().any(|request| request.header("authorization").is_some()));
        assert!(registry.requests().iter().all(|request| request.header("proxy-authorization").is_none()));
    }
    assert!(registry.tag_digest(REPOSITORY, "v1").is_some());
}

#[tokio::test]
async fn a_socks_proxy_that_refuses_or_is_none() {
    let (registry, ca) = over_tls().await;
    let socks = Proxy::socks(registry.address(), Some("me:other"), 0).unwrap();
    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address_of_other = other.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = other.accept().await {
            // How it ends is for the client to judge.
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let gone = Proxy::start(registry.address()).unwrap().host();
    for (address, userinfo, words) in [
        (socks.host(), String::new(), "asks for a username and a password"),
        (socks.host(), format!("me:{CANARY}@"), "does not accept the username and the password"),
        (address_of_other, String::new(), "does not speak SOCKS5"),
        (gone, format!("me:{CANARY}@"), "cannot be reached"),
    ] {
        let url = format!("socks5h://{userinfo}{address}");
        let error = registry_error(push(&RegistryClient::new(named(&ca, proxies("HTTPS_PROXY", url))).unwrap(), &image().1).await);
        let shown = everything(&error);
        let RegistryError::Proxy { failure, .. } = &error else { panic!("{shown}") };
        assert!(shown.contains(words) && !shown.contains(CANARY), "{words}: {shown}");
        assert_eq!(failure.proxy, format!("socks5h://{address}"), "{shown}");
        assert_eq!(failure.is_about_credentials, words.contains("password"), "{shown}");
    }
    assert!(registry.requests().is_empty());
}

#[tokio::test]
async fn in_clear_socks_takes_requests_and_no_credentials() {
    let registry = start(Options::default()).await;
    let proxy = Proxy::socks(registry.address(), None, 0).unwrap();
    let through = |credentials| {
        let host = Host::parse("registry.test").unwrap();
        let proxies = proxies("HTTP_PROXY", format!("socks5h://{}", proxy.host()));
        RegistryClient::new(ClientOptions { credentials, proxies, ..ClientOptions::new(host, Scheme::Http) }).unwrap()
    };
    push(&through(Credentials::Anonymous), &image().1).await.unwrap();
    assert!(registry.tag_digest(REPOSITORY, "v1").is_some());
    assert!(proxy.requests().iter().all(|request| request.target == "registry.test:80"), "{:?}", proxy.requests());
    registry.misbehave(Rule::on(Step::Any, Switch::Challenge("Basic realm=\"x\"".to_owned())));
    let error = registry_error(push(&through(basic("alice", CANARY)), &TestLayout::with_image(&[b"other"]).pin(None).unwrap()).await);
    assert!(matches!(&error, RegistryError::ReadByProxy { proxy: named, .. } if named.starts_with("socks5h://")), "{error:?}");
    assert!(registry.requests().iter().all(|request| request.header("authorization").is_none()));
}
