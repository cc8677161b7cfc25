//! Each switch does what it says.

use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::{ask, try_ask};
use super::{MANIFEST, manifest_of, sha256};
use crate::{Options, Registry, Rule, Step, Switch};

async fn registry_with(rule: Rule) -> Registry {
    Registry::start(Options::default().misbehave(rule)).await.unwrap()
}

#[tokio::test]
async fn rules_match_and_count() {
    let rule = Rule::on(Step::ManifestGet, Switch::Status(404)).containing("/v1").after(1).times(2);
    let registry = registry_with(rule).await;
    registry.put_image("app", "v1", &[]);
    registry.put_image("app", "w1", &[]);
    let mut seen = Vec::new();
    for target in ["v1", "w1", "v1", "v1", "v1"] {
        seen.push(ask(&registry, &format!("GET /v2/app/manifests/{target}"), &[], b"").await.status.as_u16());
    }
    assert_eq!(seen, [200, 200, 404, 404, 200]);
}

#[tokio::test]
async fn replies_are_spoiled() {
    let registry = registry_with(Rule::on(Step::ManifestGet, Switch::Body(Bytes::from_static(b"{}")))).await;
    let digest = registry.put_image("app", "v1", &[]);
    let get = "GET /v2/app/manifests/v1";
    let spoiled = ask(&registry, get, &[], b"").await;
    assert_eq!((spoiled.header("docker-content-digest"), &spoiled.body[..]), (digest.as_str(), &b"{}"[..]));

    registry.behave();
    registry.misbehave(Rule::on(Step::ManifestGet, Switch::Header("docker-content-digest", sha256(b"lie"))));
    let spoiled = ask(&registry, get, &[], b"").await;
    assert_eq!((spoiled.header("docker-content-digest"), sha256(&spoiled.body)), (sha256(b"lie").as_str(), digest.clone()));

    registry.behave();
    registry.misbehave(Rule::on(Step::ManifestGet, Switch::Redirect { status: 307, origin: "http://127.0.0.2:1".to_owned() }));
    let spoiled = ask(&registry, get, &[], b"").await;
    assert_eq!((spoiled.status.as_u16(), spoiled.header("location")), (307, "http://127.0.0.2:1/v2/app/manifests/v1"));

    registry.behave();
    registry.misbehave(Rule::on(Step::ManifestGet, Switch::Drip(Duration::from_micros(1))));
    assert_eq!(sha256(&ask(&registry, get, &[], b"").await.body), digest);

    registry.behave();
    registry.misbehave(Rule::on(Step::ManifestGet, Switch::CutReplyAfter(3)));
    assert!(try_ask(&registry, get, &[], b"").await.is_err_and(|error| error.is_incomplete_message()));
}

#[tokio::test]
async fn what_is_kept_is_not_what_came() {
    let registry = registry_with(Rule::on(Step::ManifestPut, Switch::KeepOther(Bytes::from_static(b"other"))).times(1)).await;
    let manifest = manifest_of(&registry, "app", "one");
    let put = ask(&registry, "PUT /v2/app/manifests/v1", &[("content-type", MANIFEST)], &manifest).await;
    assert_eq!((put.status.as_u16(), put.header("docker-content-digest")), (201, sha256(&manifest).as_str()));
    assert_eq!(registry.manifest("app", "v1").unwrap().bytes, "other");
    registry.misbehave(Rule::on(Step::ManifestPut, Switch::Forget));
    assert_eq!(ask(&registry, "PUT /v2/app/manifests/v2", &[("content-type", MANIFEST)], &manifest).await.status, 201);
    assert_eq!(registry.tags("app"), ["v1"]);
}

#[tokio::test]
async fn connections_are_reset_in_the_middle() {
    let registry = registry_with(Rule::on(Step::UploadFinish, Switch::ResetAfterRequest(100_000)).times(1)).await;
    let blob = vec![7; 1 << 20];
    let digest = sha256(&blob);
    let started = ask(&registry, "POST /v2/app/blobs/uploads/", &[], b"").await;
    let closing = format!("PUT {}&digest={digest}", started.header("location"));
    assert!(try_ask(&registry, &closing, &[], &blob).await.is_err());
    let read = registry.requests().last().unwrap().body_length;
    assert!((100_000..blob.len() as u64).contains(&read), "{read}");

    // What came stays, and the upload goes on from there.
    let status = ask(&registry, &format!("GET {}", started.header("location")), &[], b"").await;
    assert_eq!(status.header("range"), format!("0-{}", read - 1));
    let rest = &blob[usize::try_from(read).unwrap()..];
    assert_eq!(ask(&registry, &format!("PUT {}&digest={digest}", status.header("location")), &[], rest).await.status, 201);
}

/// The bytes that come for one request, as far as `limit`.
async fn raw(registry: &Registry, limit: usize) -> Vec<u8> {
    let mut stream = TcpStream::connect(registry.address()).await.unwrap();
    stream.write_all(b"GET /v2/ HTTP/1.1\r\nhost: registry.test\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    // A reset is an error after what came before it.
    let _ = stream.take(limit as u64).read_to_end(&mut bytes).await;
    bytes
}

#[tokio::test]
async fn bytes_that_no_library_would_send() {
    let answer = b"HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Bearer realm=\"http://a\r\nset-cookie: x\"\r\n\r\n";
    let registry = registry_with(Rule::on(Step::Ping, Switch::Raw(Bytes::from_static(answer)))).await;
    assert_eq!(raw(&registry, 1 << 20).await, answer);
    registry.behave();
    registry.misbehave(Rule::on(Step::Ping, Switch::ResetAfterRequest(0)));
    assert!(raw(&registry, 1 << 20).await.is_empty());
    registry.behave();
    registry.misbehave(Rule::on(Step::Ping, Switch::GiganticBody(u64::MAX / 2)));
    let gigantic = raw(&registry, 1 << 20).await;
    assert_eq!(gigantic.len(), 1 << 20);
    assert!(String::from_utf8_lossy(&gigantic).contains("content-length: 9223372036854775807\r\n"));
    registry.behave();
    registry.misbehave(Rule::on(Step::Ping, Switch::EndlessBody));
    let endless = raw(&registry, 1 << 20).await;
    assert!(endless.len() == 1 << 20 && String::from_utf8_lossy(&endless).contains("transfer-encoding: chunked\r\n"));
}

#[tokio::test]
async fn a_stalled_registry_still_stops() {
    let registry = registry_with(Rule::on(Step::Ping, Switch::StallAfterRequest(0))).await;
    let address = registry.address();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /v2/ HTTP/1.1\r\nhost: registry.test\r\n\r\n").await.unwrap();
    while registry.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(registry);
    let mut rest = Vec::new();
    // Ended or reset: either way it ends without an answer.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_was_put_is_served_late() {
    let registry = registry_with(Rule::on(Step::ManifestPut, Switch::Late(2))).await;
    let get = async |reference: &str| {
        let answer = ask(&registry, &format!("GET /v2/app/manifests/{reference}"), &[], b"").await;
        (answer.status.as_u16(), sha256(&answer.body))
    };
    let put = async |manifest: &[u8]| ask(&registry, "PUT /v2/app/manifests/v1", &[("content-type", MANIFEST)], manifest).await.status;
    let (first, second) = (manifest_of(&registry, "app", "one"), manifest_of(&registry, "app", "two"));
    assert_eq!(put(&first).await, 201);
    assert_eq!([get("v1").await.0, get("v1").await.0], [404, 404]);
    assert_eq!(get("v1").await, (200, sha256(&first)));
    assert_eq!(put(&second).await, 201);
    assert_eq!([get("v1").await.1, get(&sha256(&second)).await.1, get("v1").await.1], [sha256(&first), sha256(&second), sha256(&first)]);
    assert_eq!(get("v1").await.1, sha256(&second));
}

#[tokio::test]
async fn another_status_for_what_was_done() {
    let registry = registry_with(Rule::on(Step::ManifestPut, Switch::Answer(202))).await;
    let manifest = manifest_of(&registry, "app", "one");
    assert_eq!(ask(&registry, "PUT /v2/app/manifests/v1", &[("content-type", MANIFEST)], &manifest).await.status, 202);
    assert_eq!(registry.tags("app"), ["v1"]);
}

#[tokio::test]
async fn the_first_line_of_what_is_accepted() {
    let registry = registry_with(Rule::on(Step::ManifestGet, Switch::FirstAcceptLine)).await;
    registry.put_image("app", "v1", &[]);
    let joined = format!("text/plain, {MANIFEST}");
    for (accept, status) in [
        (vec![("accept", MANIFEST)], 200),
        (vec![("accept", joined.as_str())], 200),
        (vec![("accept", "text/plain"), ("accept", MANIFEST)], 404),
        (vec![], 404),
    ] {
        assert_eq!(ask(&registry, "GET /v2/app/manifests/v1", &accept, b"").await.status, status, "{accept:?}");
    }
}

#[tokio::test]
async fn chunks_of_which_some_bytes_are_taken() {
    let registry = registry_with(Rule::on(Step::UploadChunk, Switch::TakeOnly(3)).times(1)).await;
    let started = ask(&registry, "POST /v2/app/blobs/uploads/", &[], b"").await;
    let sent = ask(&registry, &format!("PATCH {}", started.header("location")), &[("content-range", "0-9")], b"0123456789").await;
    assert_eq!((sent.status.as_u16(), sent.header("range")), (202, "0-2"));
    let closing = format!("PUT {}&digest={}", sent.header("location"), sha256(b"0123456789"));
    assert_eq!(ask(&registry, &closing, &[], b"3456789").await.status, 201);
}
