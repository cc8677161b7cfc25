//! One request on a connection of its own, over the Unix socket.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::UnixStream;

use crate::Engine;

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The body as it came, chunk by chunk.
    pub(super) chunks: Vec<Bytes>,
    /// The body ended as HTTP says it must.
    pub(super) complete: bool,
}

impl Answer {
    pub(super) fn body(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body()).unwrap()
    }

    /// The values of a stream.
    pub(super) fn lines(&self) -> Vec<Value> {
        let body = String::from_utf8(self.body()).unwrap();
        body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The last `error` of a stream.
    pub(super) fn error(&self) -> Option<String> {
        Some(self.lines().last()?.get("error")?.as_str()?.to_owned())
    }
}

/// `X-Registry-Auth` as a client must send it.
pub(super) fn registry_auth(username: &str, password: &str) -> String {
    URL_SAFE.encode(serde_json::json!({ "username": username, "password": password }).to_string())
}

/// A request that must be answered, if not in full. `request` is `METHOD TARGET`.
pub(super) async fn ask(engine: &Engine, request: &str, auth: Option<&str>) -> Answer {
    let stream = UnixStream::connect(engine.socket()).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let (method, target) = request.split_once(' ').unwrap();
    let mut request = http::Request::builder().method(method).uri(target).header("host", "docker");
    if let Some(auth) = auth {
        request = request.header("x-registry-auth", auth);
    }
    let (parts, mut body) = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await.unwrap().into_parts();
    let mut chunks = Vec::new();
    let mut complete = true;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => chunks.extend(frame.into_data().ok()),
            Err(_) => complete = false,
        }
    }
    Answer { status: parts.status, headers: parts.headers, chunks, complete }
}
