//! Connections that are opened before it is known whether anything may be sent.

use std::path::Path;

use pushgate_test_registry::{Proxy, Rule, Step, Switch};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::Connections;
use pushgate_net::{ClientCertificate, Proxies};

/// Waits until the registry has accepted so many connections, and no more: one is added, since they are accepted in
/// their order.
async fn accepted(registry: &Registry, count: u64) {
    let waiting = tokio::time::timeout(Duration::from_secs(30), async {
        while registry.connections() < count {
            tokio::task::yield_now().await;
        }
        let _last = TcpStream::connect(registry.address()).await.unwrap();
        while registry.connections() <= count {
            tokio::task::yield_now().await;
        }
    });
    waiting.await.unwrap_or_else(|_| panic!("{} connections, not {count}", registry.connections()));
    assert_eq!(registry.connections(), count + 1);
}

fn trusting(registry: &Registry, folder: &Path) -> ClientOptions {
    let ca = folder.join("ca.pem");
    std::fs::write(&ca, registry.ca_pem().unwrap()).unwrap();
    ClientOptions { scheme: Scheme::Https, ca_file: Some(ca), ..options(registry, basic("me", "S3CRET-CANARY-ahead")) }
}

#[tokio::test]
async fn they_are_used_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let (_layout, content) = image();
    let blobs = content.blobs().len();
    for tls in [false, true] {
        let secured = Options::default().basic("me", "S3CRET-CANARY-ahead");
        let registry = start(if tls { secured.tls() } else { secured }).await;
        let options = match tls {
            true => trusting(&registry, folder.path()),
            false => options(&registry, basic("me", "S3CRET-CANARY-ahead")),
        };
        let connections = Connections::new(&options).unwrap();
        connections.open_ahead(blobs);
        // Twice is once.
        connections.open_ahead(blobs);
        let ahead = if tls { 3 } else { 2 };
        accepted(&registry, ahead).await;
        assert!(registry.requests().is_empty());

        push(&RegistryClient::over(&connections, options), &content).await.unwrap();
        // One for each blob, and the one that the test made.
        assert_eq!(registry.connections(), blobs as u64 + 1, "{tls}");
        let used: std::collections::HashSet<u64> = registry.requests().iter().map(|request| request.connection).collect();
        assert!(used.contains(&1) && !used.contains(&(ahead + 1)), "{used:?}");
    }
}

#[tokio::test]
async fn many_blobs_do_not_make_many() {
    let folder = tempfile::tempdir().unwrap();
    for (options, count) in [(Options::default(), 2), (Options::default().tls(), 8)] {
        let tls = options.tls;
        let registry = start(options).await;
        let options = if tls { trusting(&registry, folder.path()) } else { self::options(&registry, Credentials::Anonymous) };
        let connections = Connections::new(&options).unwrap();
        connections.open_ahead(1000);
        accepted(&registry, count).await;
    }
}

#[tokio::test]
async fn none_where_somebody_would_be_told_who_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut secured = Options::default().tls();
    secured.client_certificates = true;
    let registry = start(secured).await;
    let identity = registry.client_identity().unwrap().unwrap();
    let (certificate, key) = (folder.path().join("me.pem"), folder.path().join("me.key"));
    std::fs::write(&certificate, &identity.certificate).unwrap();
    std::fs::write(&key, &identity.key).unwrap();
    let options = ClientOptions { client_certificate: Some(ClientCertificate { certificate, key }), ..trusting(&registry, folder.path()) };
    let connections = Connections::new(&options).unwrap();
    connections.open_ahead(3);
    accepted(&registry, 0).await;
    push(&RegistryClient::over(&connections, options), &image().1).await.unwrap();

    let proxy = Proxy::start(registry.address()).unwrap();
    for (variable, scheme) in [("HTTP_PROXY", Scheme::Http), ("HTTPS_PROXY", Scheme::Https)] {
        let url = format!("http://{}", proxy.host());
        let proxies = Proxies::from_environment(move |name| (name == variable).then(|| url.clone().into()));
        let options = ClientOptions { proxies, ..ClientOptions::new(Host::parse("registry.test").unwrap(), scheme) };
        let connections = Connections::new(&options).unwrap();
        connections.open_ahead(3);
        // Whatever it began would have had its turn by now.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(proxy.requests().is_empty());
    }
}

#[tokio::test]
async fn one_that_cannot_be_had_is_told_by_the_request_that_needs_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);
    let options = ClientOptions::new(Host::parse(&host).unwrap(), Scheme::Http);
    let connections = Connections::new(&options).unwrap();
    connections.open_ahead(3);
    let error = registry_error(push(&RegistryClient::over(&connections, options), &image().1).await);
    assert!(matches!(error, RegistryError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn one_that_the_other_end_closed_is_not_used() {
    let registry = start(Options::default()).await;
    let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = front.local_addr().unwrap().to_string();
    let options = ClientOptions::new(Host::parse(&host).unwrap(), Scheme::Http);
    let connections = Connections::new(&options).unwrap();
    connections.open_ahead(2);
    for _ in 0..2 {
        drop(front.accept().await.unwrap());
    }
    let address = registry.address();
    let relay = tokio::spawn(async move {
        while let Ok((mut near, _)) = front.accept().await {
            tokio::spawn(async move {
                let mut far = TcpStream::connect(address).await.unwrap();
                // However it ends, it ends.
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    let client = RegistryClient::over(&connections, options);
    push(&client, &image().1).await.unwrap();
    relay.abort();
}

#[tokio::test]
async fn later_handshakes_are_short() {
    // A new connection for every request: each after the first few has a ticket of an earlier one.
    let close = Switch::Header("connection", "close".to_owned());
    let registry = start(Options::default().tls().misbehave(Rule::on(Step::Any, close))).await;
    let folder = tempfile::tempdir().unwrap();
    push(&RegistryClient::new(trusting(&registry, folder.path())).unwrap(), &image().1).await.unwrap();
    let (all, resumed) = (registry.connections(), registry.resumed());
    assert!(all > 4 && resumed > 0 && all - resumed <= 3, "{resumed} of {all}");
}
