//! The daemon as a client of a registry: plain HTTP, loopback only, blobs by POST, PATCH and PUT, as Docker 20.10 does.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::credentials::Credentials;
use crate::image::MANIFEST;
use crate::store::host_and_path;

/// Pushes to one repository. Errors are the texts that the daemon puts into its stream.
pub(crate) struct Uploader {
    host: String,
    path: String,
    challenge: Option<String>,
    authorization: Option<String>,
    pretend: bool,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The error in the registry's answer, in the daemon's words.
    fn error(&self) -> String {
        let document: Option<Value> = serde_json::from_slice(&self.body).ok();
        let first = document.as_ref().and_then(|document| document.pointer("/errors/0"));
        let text = |member: &str| first.and_then(|error| error.get(member)).and_then(Value::as_str);
        match (text("code"), text("message")) {
            (Some(code), Some(message)) => {
                let code: String = code.to_lowercase().split('_').collect::<Vec<_>>().join(" ");
                format!("{code}: {message}")
            }
            _ if self.status.is_server_error() => format!("received unexpected HTTP status: {}", self.status),
            _ => format!("unknown: {}", self.status),
        }
    }
}

impl Uploader {
    /// Asks the registry how it wants to be authorized. With `pretend` nothing is ever sent, and everything succeeds.
    pub(crate) async fn connect(repository: &str, pretend: bool) -> Result<Self, String> {
        let (host, path) = host_and_path(repository);
        let mut uploader = Self { host, path, challenge: None, authorization: None, pretend };
        if pretend {
            return Ok(uploader);
        }
        let answer = uploader.send(Method::GET, "/v2/", &[], Bytes::new()).await?;
        match answer.status {
            StatusCode::UNAUTHORIZED => {
                uploader.challenge = Some(answer.header("www-authenticate").unwrap_or_default().to_owned());
            }
            status if status.is_success() || status == StatusCode::NOT_FOUND => {}
            _ => return Err(answer.error()),
        }
        Ok(uploader)
    }

    /// Answers the registry's challenge, if there was one.
    pub(crate) async fn authorize(&mut self, credentials: &Credentials) -> Result<(), String> {
        if let Some(challenge) = &self.challenge {
            self.authorization = Some(self.answer_challenge(challenge, credentials).await?);
        }
        Ok(())
    }

    pub(crate) async fn has_blob(&self, digest: &str) -> Result<bool, String> {
        if self.pretend {
            return Ok(false);
        }
        let target = format!("/v2/{}/blobs/{digest}", self.path);
        let answer = self.send(Method::HEAD, &target, &[], Bytes::new()).await?;
        match answer.status {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            // The answer to HEAD has no body to tell more.
            StatusCode::UNAUTHORIZED => Err("unauthorized: authentication required".to_owned()),
            status => Err(format!("received unexpected HTTP status: {status}")),
        }
    }

    pub(crate) async fn put_blob(&self, digest: &str, bytes: &Bytes) -> Result<(), String> {
        if self.pretend {
            return Ok(());
        }
        let target = format!("/v2/{}/blobs/uploads/", self.path);
        let started = self.expect(StatusCode::ACCEPTED, Method::POST, &target, &[], Bytes::new()).await?;
        let location = self.location(&started)?;
        let octets = [("content-type", "application/octet-stream")];
        let sent = self.expect(StatusCode::ACCEPTED, Method::PATCH, &location, &octets, bytes.clone()).await?;
        let location = self.location(&sent)?;
        let separator = if location.contains('?') { '&' } else { '?' };
        let closing = format!("{location}{separator}digest={digest}");
        self.expect(StatusCode::CREATED, Method::PUT, &closing, &[], Bytes::new()).await?;
        Ok(())
    }

    pub(crate) async fn put_manifest(&self, tag: &str, bytes: &Bytes) -> Result<(), String> {
        if self.pretend {
            return Ok(());
        }
        let target = format!("/v2/{}/manifests/{tag}", self.path);
        let header = [("content-type", MANIFEST)];
        self.expect(StatusCode::CREATED, Method::PUT, &target, &header, bytes.clone()).await?;
        Ok(())
    }

    /// The path and query of a location on the same host. The daemon would follow it anywhere; this one stays.
    fn location(&self, answer: &Answer) -> Result<String, String> {
        let location = answer.header("location").unwrap_or_default();
        let own = format!("http://{}", self.host);
        let target = location.strip_prefix(&own).unwrap_or(location);
        if target.starts_with('/') { Ok(target.to_owned()) } else { Err(format!("invalid upload location: {location}")) }
    }

    async fn expect(
        &self,
        expected: StatusCode,
        method: Method,
        target: &str,
        headers: &[(&'static str, &str)],
        body: Bytes,
    ) -> Result<Answer, String> {
        let answer = self.send(method, target, headers, body).await?;
        if answer.status == expected { Ok(answer) } else { Err(answer.error()) }
    }

    async fn send(&self, method: Method, target: &str, headers: &[(&'static str, &str)], body: Bytes) -> Result<Answer, String> {
        let mut headers = headers.to_vec();
        if let Some(authorization) = &self.authorization {
            headers.push(("authorization", authorization));
        }
        send(&self.host, method, target, &headers, body).await
    }

    /// The `authorization` that a challenge asks for.
    async fn answer_challenge(&self, challenge: &str, credentials: &Credentials) -> Result<String, String> {
        let (scheme, parameters) = challenge.split_once(' ').unwrap_or((challenge, ""));
        let pair = format!("{}:{}", credentials.username, credentials.password);
        let basic = format!("Basic {}", STANDARD.encode(pair));
        if scheme.eq_ignore_ascii_case("basic") {
            let known = !credentials.username.is_empty();
            return if known { Ok(basic) } else { Err("no basic auth credentials".to_owned()) };
        }
        if !credentials.registry_token.is_empty() {
            return Ok(format!("Bearer {}", credentials.registry_token));
        }
        let parameter = |name: &str| quoted(parameters, name).unwrap_or_default();
        let realm = parameter("realm");
        let Some((host, path)) = realm.strip_prefix("http://").and_then(|rest| rest.split_once('/')) else {
            return Err(format!("unsupported realm: {realm}"));
        };
        let service = parameter("service");
        let scope = format!("repository:{}:pull,push", self.path);
        let answer = if credentials.identity_token.is_empty() {
            let query = form(&[("account", &credentials.username), ("scope", &scope), ("service", &service)]);
            let header: &[(&'static str, &str)] = if credentials.username.is_empty() { &[] } else { &[("authorization", &basic)] };
            send(host, Method::GET, &format!("/{path}?{query}"), header, Bytes::new()).await?
        } else {
            let body = form(&[
                ("grant_type", "refresh_token"),
                ("client_id", "docker"),
                ("refresh_token", &credentials.identity_token),
                ("scope", &scope),
                ("service", &service),
            ]);
            let header = [("content-type", "application/x-www-form-urlencoded")];
            send(host, Method::POST, &format!("/{path}"), &header, Bytes::from(body)).await?
        };
        if !answer.status.is_success() {
            return Err(answer.error());
        }
        let document: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        let token = document.get("token").or_else(|| document.get("access_token")).and_then(Value::as_str);
        Ok(format!("Bearer {}", token.ok_or("authorization server did not include a token in the response")?))
    }
}

/// A quoted parameter of a challenge.
fn quoted(parameters: &str, name: &str) -> Option<String> {
    let (_, rest) = parameters.split_once(&format!("{name}=\""))?;
    Some(rest.split_once('"')?.0.to_owned())
}

fn form(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        text.bytes().fold(String::new(), |mut encoded, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                use std::fmt::Write as _;
                // Writing to a String cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
            encoded
        })
    };
    pairs.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect::<Vec<_>>().join("&")
}

/// One request on a connection of its own.
async fn send(host: &str, method: Method, target: &str, headers: &[(&'static str, &str)], body: Bytes) -> Result<Answer, String> {
    let failed = |error: String| format!("Get \"http://{host}/v2/\": {error}");
    let address = loopback(host).ok_or_else(|| failed(format!("dial tcp: lookup {host}: no such host")))?;
    let stream = TcpStream::connect(address).await.map_err(|error| {
        let reason = if error.kind() == std::io::ErrorKind::ConnectionRefused {
            "connect: connection refused".to_owned()
        } else {
            error.to_string()
        };
        failed(format!("dial tcp {address}: {reason}"))
    })?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed(error.to_string()))?;
    // It ends when the sender is dropped; what went wrong, the request tells.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let mut request = http::Request::builder()
        .method(method)
        .uri(target)
        .header("host", host)
        .header("user-agent", "docker/20.10.24+dfsg1 go/go1.19.8 os/linux arch/amd64");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body)).map_err(|error| failed(error.to_string()))?;
    let (parts, body) = sender.send_request(request).await.map_err(|error| failed(error.to_string()))?.into_parts();
    let body = Limited::new(body, 1 << 20).collect().await.map_err(|error| failed(error.to_string()))?.to_bytes();
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}

/// The address of a host on loopback. No other is looked up: tests reach nothing else.
fn loopback(host: &str) -> Option<SocketAddr> {
    let host = host.strip_prefix("localhost").map_or(host.to_owned(), |rest| format!("127.0.0.1{rest}"));
    let address: SocketAddr = host.parse().or_else(|_| format!("{host}:80").parse()).ok()?;
    address.ip().is_loopback().then_some(address)
}
