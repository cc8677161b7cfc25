//! Family (e): what a flavor may send, and what it gets. The addresses and the URLs are tested with `permitted`.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use pushgate_net::Resolve;
use pushgate_reference::{Host, Origin, Scheme};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};

use super::*;

/// What may come back, where nothing is said about it.
const LIMIT: usize = 16 << 20;

fn grant(scheme: Scheme, host: &str, private: bool) -> HttpGrant {
    HttpGrant::new(Origin::new(scheme, &Host::parse(host).unwrap()), private)
}

fn request(method: &str, url: &str) -> OutboundRequest {
    OutboundRequest { method: method.to_owned(), url: url.to_owned(), headers: Vec::new(), body: Vec::new() }
}

/// A client without credentials.
fn unbound(grants: Vec<HttpGrant>) -> OutboundClient {
    OutboundClient::new(grants, Vec::new(), CredentialSources::default())
}

/// A server that answers everything like this, and a client that may go there.
async fn server(switch: Switch) -> (Registry, OutboundClient) {
    let options = Options::default().misbehave(Rule::on(Step::Any, switch));
    let server = tokio::task::spawn_blocking(|| Registry::start_blocking(options).unwrap()).await.unwrap();
    let client = unbound(vec![grant(Scheme::Http, &server.host(), false)]);
    (server, client)
}

fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Switch {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Switch::Reply { status, headers, body: body.to_owned().into() }
}

async fn get(server: &Registry, client: &OutboundClient) -> Result<OutboundResponse, OutboundError> {
    client.send(request("GET", &format!("{}/x?y=z", server.origin())), LIMIT).await
}

/// E-03, E-10, E-20.
#[tokio::test]
async fn a_response_is_given_as_it_is() {
    for status in [200, 204, 301, 302, 307, 308, 401, 404, 500] {
        let (server, client) = server(reply(status, &[("location", "http://169.254.169.254/latest"), ("x-a", "b")], "")).await;
        let response = get(&server, &client).await.unwrap();
        assert_eq!(response.status, status);
        assert!(response.headers.contains(&("location".to_owned(), "http://169.254.169.254/latest".to_owned())), "{response:?}");
        assert!(response.headers.contains(&("x-a".to_owned(), "b".to_owned())), "{response:?}");
        get(&server, &client).await.unwrap();
        // Not followed, and each on a connection of its own.
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        assert_ne!(requests[0].connection, requests[1].connection);
        assert_eq!((requests[0].path.as_str(), requests[0].query.as_str()), ("/x", "y=z"));
    }
}

#[tokio::test]
async fn what_is_sent_is_what_the_flavor_wrote_and_what_the_host_sets() {
    let (server, client) = server(reply(200, &[], "hello")).await;
    let headers = [("Accept", "text/plain"), ("x-twice", "1"), ("X-Twice", "2")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let url = format!("{}/a/../b//c?d=%2F", server.origin());
    let response = client.send(OutboundRequest { headers, body: b"body".to_vec(), ..request("POST", &url) }, LIMIT).await.unwrap();
    assert_eq!(response.body, b"hello");
    let sent = &server.requests()[0];
    assert_eq!((sent.method.as_str(), sent.path.as_str(), sent.query.as_str()), ("POST", "/a/../b//c", "d=%2F"));
    assert_eq!(sent.body_length, 4);
    let mut names: Vec<_> = sent.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    names.sort();
    let host = format!("host: {}", server.host());
    let agent = concat!("user-agent: pushgate/", env!("CARGO_PKG_VERSION"));
    assert_eq!(names, ["accept: text/plain", "content-length: 4", host.as_str(), agent, "x-twice: 1", "x-twice: 2"]);
    // A HEAD says how long the body would be, and has none.
    let head = client.send(request("HEAD", &url), LIMIT).await.unwrap();
    assert!(head.body.is_empty());
    client.send(request("DELETE", &url), LIMIT).await.unwrap();
    assert_eq!(server.requests()[2].header("content-length"), Some("0"));
}

/// E-11, E-13, E-15: nothing of it is sent.
#[tokio::test]
async fn requests_that_are_none() {
    let (server, client) = server(reply(200, &[], "")).await;
    let url = format!("{}/", server.origin());
    let refused = async |request: OutboundRequest, what: &str| {
        let error = client.send(request, LIMIT).await.unwrap_err();
        assert!(matches!(error, OutboundError::Invalid { .. }), "{what}: {error:?}");
    };
    for method in ["CONNECT", "TRACE", "OPTIONS", "get", "Get", "GET ", "GET /", "", "PROPFIND", "\r\n"] {
        refused(request(method, &url), method).await;
    }
    for name in [
        "Host",
        "Authorization",
        "Proxy-Authorization",
        "Proxy-Connection",
        "proxy-anything",
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Content-Length",
        "Upgrade",
        "Expect",
        "Cookie",
        "User-Agent",
        "X-Amz-Date",
        "X-Amz-Security-Token",
        "X-Amz-Target",
        "X-aws-ec2-metadata-token",
        "Metadata-Flavor",
        "Metadata",
        "X-Google-Metadata-Request",
        "X-Forwarded-For",
        "Forwarded",
        ":authority",
        ":path",
        "",
        "a b",
        "a\r\nhost",
        "a:b",
        "ä",
    ] {
        refused(OutboundRequest { headers: vec![(name.to_owned(), "x".to_owned())], ..request("GET", &url) }, name).await;
    }
    for value in ["a\r\nhost: evil.io", "a\nb", "a\0b", "ä", "\u{7f}"] {
        refused(OutboundRequest { headers: vec![("x-a".to_owned(), value.to_owned())], ..request("GET", &url) }, value).await;
    }
    let many = (0..65).map(|number| (format!("x-{number}"), String::new())).collect();
    refused(OutboundRequest { headers: many, ..request("GET", &url) }, "65 fields").await;
    let large = vec![("x-a".to_owned(), "x".repeat(16 * 1024))];
    refused(OutboundRequest { headers: large, ..request("GET", &url) }, "16 KiB").await;
    refused(OutboundRequest { body: vec![0; (1 << 20) + 1], ..request("POST", &url) }, "a large body").await;
    refused(OutboundRequest { body: vec![0], ..request("GET", &url) }, "a GET with a body").await;
    refused(request("GET", &format!("{}/<x>\"", server.origin())), "a character").await;
    assert_eq!(server.connections(), 0);
}

/// A resolver that counts, and answers like this.
#[derive(Clone)]
struct Counting(Arc<AtomicUsize>, Vec<&'static str>);

#[async_trait]
impl Resolve for Counting {
    async fn addresses(&self, _name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(self.1.iter().map(|address| SocketAddr::new(address.parse().unwrap(), port)).collect())
    }
}

fn resolving(grants: Vec<HttpGrant>, answers: &[&'static str]) -> (Arc<AtomicUsize>, OutboundClient) {
    let count = Arc::new(AtomicUsize::new(0));
    let mut client = unbound(grants);
    client.connector = client.connector.resolving(Counting(Arc::clone(&count), answers.to_vec()));
    (count, client)
}

/// E-01, E-23.
#[tokio::test]
async fn no_name_is_resolved_without_a_grant() {
    let (count, client) = resolving(vec![grant(Scheme::Https, "api.example.com", false)], &["1.1.1.1"]);
    for url in ["https://secret.evil.io/", "http://api.example.com/", "https://api.example.com.evil.io/", "https://a.api.example.com/"] {
        let error = client.send(request("GET", url), LIMIT).await.unwrap_err();
        assert!(matches!(error, OutboundError::NotGranted { .. }), "{url}: {error:?}");
    }
    let (_, nobody) = resolving(Vec::new(), &["1.1.1.1"]);
    assert!(matches!(nobody.send(request("GET", "https://api.example.com/"), LIMIT).await, Err(OutboundError::NotGranted { .. })));
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

/// E-04, E-05: one lookup, and every answer must be in order.
#[tokio::test]
async fn every_address_of_a_name_is_checked() {
    let many: Vec<_> = std::iter::repeat_n("1.1.1.1", 1_000).chain(["10.0.0.1"]).collect();
    let cases: [(&[&'static str], bool); 8] = [
        (&["10.0.0.1"], false),
        (&["1.1.1.1", "192.168.0.1"], false),
        (&["1.1.1.1", "169.254.169.254"], true),
        (&["169.254.169.254"], true),
        (&["::ffff:1.1.1.1"], true),
        (&["127.0.0.1"], true),
        (&["::1"], true),
        (&many, false),
    ];
    for (answers, private) in cases {
        let (count, client) = resolving(vec![grant(Scheme::Https, "api.example.com", private)], answers);
        let error = client.send(request("GET", "https://api.example.com/"), LIMIT).await.unwrap_err();
        assert!(matches!(error, OutboundError::Address { .. }), "{answers:?}: {error:?}");
        assert_eq!(count.load(Ordering::SeqCst), 1, "{answers:?}");
    }
    // More answers than anybody should look at.
    let (_, client) = resolving(vec![grant(Scheme::Https, "api.example.com", false)], &["1.1.1.1"; 10_000]);
    let error = client.send(request("GET", "https://api.example.com/"), LIMIT).await.unwrap_err();
    assert!(matches!(error, OutboundError::Unreachable { .. }), "{error:?}");
    // A literal is checked like an answer.
    let (count, client) = resolving(vec![grant(Scheme::Http, "10.0.0.1", false)], &["1.1.1.1"]);
    assert!(matches!(client.send(request("GET", "http://10.0.0.1/"), LIMIT).await, Err(OutboundError::Address { .. })));
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

/// A resolver that does not come back.
struct Silent;

#[async_trait]
impl Resolve for Silent {
    async fn addresses(&self, _name: &str, _port: u16) -> io::Result<Vec<SocketAddr>> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_resolver_that_does_not_answer_is_not_waited_for() {
    let mut client = unbound(vec![grant(Scheme::Https, "api.example.com", false)]);
    client.connector = Connector::new(Trust::default(), Proxies::default(), Duration::from_millis(50)).resolving(Silent);
    let error = client.send(request("GET", "https://api.example.com/"), LIMIT).await.unwrap_err();
    assert!(matches!(error, OutboundError::Unreachable { .. }), "{error:?}");
}

/// E-09: there is no way round a certificate. The system does not know this one.
#[tokio::test]
async fn a_certificate_of_nobody_is_refused() {
    let server = tokio::task::spawn_blocking(|| Registry::start_blocking(Options::default().tls()).unwrap()).await.unwrap();
    let client = unbound(vec![grant(Scheme::Https, &server.host(), false)]);
    let error = get(&server, &client).await.unwrap_err();
    assert!(matches!(error, OutboundError::Unreachable { .. } | OutboundError::Tls { .. }), "{error:?}");
    assert!(server.requests().is_empty());
}

/// E-15, E-18: no part of a response is taken for the whole.
#[tokio::test]
async fn a_response_that_is_not_whole_is_an_error() {
    let raw = |text: &'static str| Switch::Raw(text.as_bytes().into());
    for switch in [
        raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort"),
        raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n"),
        raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        raw("HTTP/1.1 200 OK\r\ncontent-le"),
        raw("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"),
        raw("SSH-2.0-OpenSSH_9.2\r\n"),
        raw(""),
        Switch::ResetAfterRequest(0),
        Switch::CutReplyAfter(3),
    ] {
        let shown = format!("{switch:?}");
        let (server, client) = server(switch).await;
        let error = get(&server, &client).await.unwrap_err();
        assert!(matches!(error, OutboundError::Disconnected { .. }), "{shown}: {error:?}");
    }
    // What stands behind the end is not part of it, and a trailer is not given.
    for (text, body) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabHTTP/1.1 200 OK\r\n", "ab"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-a\r\n\r\n2\r\nab\r\n0\r\nx-a: b\r\n\r\n", "ab"),
    ] {
        let (server, client) = server(raw(text)).await;
        let response = get(&server, &client).await.unwrap();
        assert_eq!(response.body, body.as_bytes());
        assert!(response.headers.iter().all(|(name, _)| name != "x-a" && name != "trailer" && name != "transfer-encoding"), "{response:?}");
    }
}

#[tokio::test]
async fn a_response_is_bounded() {
    for switch in [Switch::EndlessBody, Switch::GiganticBody(1 << 40), reply(200, &[], &"x".repeat((4 << 20) + 1))] {
        let (server, client) = server(switch).await;
        assert!(matches!(get(&server, &client).await, Err(OutboundError::TooLarge { .. })));
    }
    let many: String = (0..90).map(|number| format!("x-{number}: y\r\n")).collect();
    let large = format!("x-a: {}\r\n", "y".repeat(40 * 1024));
    let endless = format!("x-a: {}\r\n", "y".repeat(400 * 1024));
    for fields in [many, large, endless] {
        let (server, client) = server(Switch::Raw(format!("HTTP/1.1 200 OK\r\n{fields}content-length: 0\r\n\r\n").into())).await;
        let error = get(&server, &client).await.unwrap_err();
        assert!(matches!(error, OutboundError::TooLarge { .. }), "{error:?}");
    }
    // Less is left than one may have.
    let (server, client) = server(reply(200, &[], &"x".repeat(2_000))).await;
    let url = format!("{}/", server.origin());
    let error = client.send(request("GET", &url), 1_000).await.unwrap_err();
    assert!(matches!(error, OutboundError::LimitExceeded { .. }), "{error:?}");
    assert_eq!(client.send(request("GET", &url), 3_000).await.unwrap().body.len(), 2_000);
}

#[tokio::test]
async fn a_server_that_does_not_answer_can_be_left() {
    for switch in [Switch::StallAfterRequest(0), Switch::StallReplyAfter(2), Switch::Drip(Duration::from_millis(500))] {
        let (server, client) = server(switch).await;
        server.misbehave(Rule::on(Step::Any, reply(200, &[], &"x".repeat(1_000))));
        assert!(tokio::time::timeout(Duration::from_millis(200), get(&server, &client)).await.is_err());
    }
}
