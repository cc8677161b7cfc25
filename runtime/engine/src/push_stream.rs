//! The push request, and what the daemon reports while it pushes.
//!
//! The head says 200 before anything is pushed, and the rest is a stream of JSON values: progress, a failure
//! (`{"errorDetail":{"message":…},"error":…}`, with either part missing at times), and at the end
//! `{"status":"<tag>: digest: sha256:… size: N"}`. A stream that ends without that line has not pushed anything that we know of.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use pushgate_json::{DocumentError, Object, Shape, Tree};
use pushgate_oci::Digest;
use serde::de::IgnoredAny;

use super::authentication::Authentication;
use super::error::{EngineError, RequestProblem};
use super::failure::{Blame, RegistryFault};
use super::fault::Fault;
use super::name::EngineName;
use super::text::bounded;
use super::transport::EngineTransport;
use super::version::ApiVersion;

/// Told about the layers while the daemon pushes them. Everything has a default that does nothing.
pub trait EngineProgress: Send + Sync {
    /// `layer` is the daemon's short ID of a layer (at most 64 letters and digits), stable within one push.
    fn layer(&self, layer: &str, state: LayerState) {
        let _ = (layer, state);
    }
}

impl EngineProgress for () {}

/// What the daemon does with a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerState {
    /// It waits for its turn.
    Waiting,
    /// It is being sent.
    Pushing {
        /// Bytes sent.
        current: u64,
        /// Bytes in all, as far as the daemon knows; what is sent may be more or less.
        total: Option<u64>,
    },
    /// The registry refused an upload, and the daemon tries again.
    Retrying,
    /// It was sent.
    Pushed,
    /// The registry had it.
    AlreadyThere,
    /// The registry took it from another repository of its own.
    Mounted,
}

/// All that is read of one push. An hour of progress for ten layers is about 50 MB.
const READ_LIMIT: u64 = 1024 * 1024 * 1024;
/// One JSON value of the stream.
const VALUE_LIMIT: usize = 1024 * 1024;
/// How many lines one JSON value may have.
const VALUE_LINES: u32 = 1024;
/// How much of the daemon's words is shown.
const MESSAGE_LIMIT: usize = 1024;

/// Asks the daemon to push, and follows it to the end.
pub(super) async fn push(
    transport: &EngineTransport,
    version: ApiVersion,
    idle: Duration,
    name: &EngineName,
    authentication: &Authentication,
    progress: &dyn EngineProgress,
) -> Result<Digest, EngineError> {
    let lost = |fault: Fault| EngineError::PushLost {
        name: name.to_string(),
        problem: RequestProblem(fault.redacted(|text| authentication.redact(text))),
    };
    // Both parts hold unreserved characters and brackets only: see EngineName.
    let mut request = Request::post(format!("/images/{}/push?tag={}", name.repository(), name.tag()))
        .header("X-Registry-Auth", authentication.header())
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(Full::<Bytes>::default())
        .map_err(|_| EngineError::InvalidName { name: name.to_string(), problem: "no request can be made for it" })?;
    version.prefix(&mut request).map_err(lost)?;

    let response = match within(idle, transport.send(request, READ_LIMIT)).await {
        Ok(response) => response,
        Err(Fault::Status { code, message }) => return Err(refused(name, code, &authentication.redact(&message))),
        // Nothing was sent.
        Err(fault @ (Fault::Unreachable(_) | Fault::Forbidden)) => return Err(EngineError::request(format!("pushing {name}"), fault)),
        Err(fault) => return Err(lost(fault)),
    };
    let mut report = Report { name, authentication, progress, digest: None };
    follow(response.into_body(), idle, &mut report).await.map_err(|failure| match failure {
        Failure::Lost(fault) => lost(fault),
        Failure::Told(error) => *error,
    })?;
    report.digest.ok_or_else(|| EngineError::NoDigest { name: name.to_string() })
}

/// The daemon's refusal to push at all.
fn refused(name: &EngineName, code: u16, message: &str) -> EngineError {
    let registry = match Blame::of_status(code, message) {
        Blame::Registry(fault) => Some(fault),
        Blame::Engine if code == 404 => return EngineError::NoSuchImage { name: name.to_string() },
        Blame::Engine => None,
    };
    let message = Fault::Status { code, message: bounded(message, MESSAGE_LIMIT) }.to_string();
    EngineError::Push { name: name.to_string(), message, registry }
}

async fn within<T>(idle: Duration, future: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(idle, future).await.unwrap_or(Err(Fault::Silent(idle)))
}

/// Why the stream was not followed to its end.
enum Failure {
    /// It broke.
    Lost(Fault),
    /// It says that the push failed.
    Told(Box<EngineError>),
}

async fn follow(mut body: Incoming, idle: Duration, report: &mut Report<'_>) -> Result<(), Failure> {
    let mut values = Values::default();
    loop {
        let frame =
            within(idle, async { body.frame().await.transpose().map_err(|error| Fault::behind(&error)) }).await.map_err(Failure::Lost)?;
        let Some(frame) = frame else { break };
        if let Ok(data) = frame.into_data() {
            values.take_in(&data, &mut |message| report.message(message))?;
        }
    }
    values.finish(&mut |message| report.message(message))
}

/// The JSON values of a stream that comes in pieces of any size.
///
/// A value ends at a line's end, or, where it has lines of its own, at a later one; several may share a line.
#[derive(Default)]
struct Values {
    pending: Vec<u8>,
    lines: u32,
}

type Sink<'a> = dyn FnMut(Message) -> Result<(), Failure> + 'a;

impl Values {
    fn take_in(&mut self, data: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
        for piece in data.split_inclusive(|byte| *byte == b'\n') {
            if self.pending.len().saturating_add(piece.len()) > VALUE_LIMIT {
                return Err(Failure::Lost(Fault::TooLarge(VALUE_LIMIT as u64)));
            }
            self.pending.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.lines += 1;
                self.read_out(sink)?;
                // Each line reads an unfinished value from its beginning again.
                if self.lines > VALUE_LINES {
                    return Err(Failure::Lost(Fault::Unreadable(format!("a value of more than {VALUE_LINES} lines"))));
                }
            }
        }
        Ok(())
    }

    fn finish(mut self, sink: &mut Sink<'_>) -> Result<(), Failure> {
        self.read_out(sink)?;
        if self.pending.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        Err(Failure::Lost(Fault::Unreadable("it ends within a value".to_owned())))
    }

    /// Hands on the complete values, and keeps what follows them.
    fn read_out(&mut self, sink: &mut Sink<'_>) -> Result<(), Failure> {
        let mut stream = serde_json::Deserializer::from_slice(&self.pending).into_iter::<IgnoredAny>();
        let mut done = 0;
        loop {
            match stream.next() {
                Some(Ok(_)) => {
                    let value = self.pending.get(done..stream.byte_offset()).unwrap_or_default();
                    // The error may quote what it read.
                    let unreadable = |_| Failure::Lost(Fault::Unreadable("it is not a message of a push".to_owned()));
                    let message = Message::parse(value).map_err(unreadable)?;
                    done = stream.byte_offset();
                    self.lines = 0;
                    sink(message)?;
                }
                Some(Err(error)) if error.is_eof() => break,
                // serde's text may quote what it read; its place does not.
                Some(Err(error)) => {
                    let problem = format!("it is not a message of a push ({:?} at column {})", error.classify(), error.column());
                    return Err(Failure::Lost(Fault::Unreadable(problem)));
                }
                None => {
                    done = self.pending.len();
                    self.lines = 0;
                    break;
                }
            }
        }
        self.pending.drain(..done);
        Ok(())
    }
}

/// One value of the stream: <https://github.com/moby/moby/blob/v20.10.24/pkg/jsonmessage/jsonmessage.go>.
#[derive(Debug, Default)]
struct Message {
    status: Option<String>,
    id: Option<String>,
    /// Bytes sent, and in all.
    progress: (Option<u64>, Option<u64>),
    /// What it says of a failure, if it does.
    failure: Option<String>,
    /// The tag and its digest, for programs.
    pushed: Option<(String, String)>,
    instead_of_index: bool,
}

/// What is kept of a message.
const SHAPE: Shape = Shape::Members(&[
    ("status", Shape::Scalar),
    ("id", Shape::Scalar),
    ("progressDetail", Shape::Members(&[("current", Shape::Scalar), ("total", Shape::Scalar)])),
    ("error", Shape::Scalar),
    ("errorDetail", Shape::Members(&[("message", Shape::Scalar), ("code", Shape::Scalar)])),
    ("aux", Shape::Members(&[("Tag", Shape::Scalar), ("Digest", Shape::Scalar), ("manifestPushedInsteadOfIndex", Shape::Scalar)])),
]);

impl Message {
    fn parse(value: &[u8]) -> Result<Self, DocumentError> {
        let tree = Tree::parse(value, VALUE_LIMIT as u64, "message", &SHAPE)?;
        let object = tree.object()?;
        let text = |name| Ok::<_, DocumentError>(object.string(name)?.map(str::to_owned));
        let bytes = |name| object.object("progressDetail").map(|detail| detail.and_then(|detail| detail.unsigned(name).ok().flatten()));
        let aux = object.object("aux").ok().flatten();
        let told = |name| Some(aux.as_ref()?.string(name).ok()??.to_owned());
        Ok(Self {
            status: text("status")?,
            id: text("id")?,
            progress: (bytes("current")?, bytes("total")?),
            failure: failure_text(&object),
            pushed: told("Tag").zip(told("Digest")),
            instead_of_index: aux.as_ref().is_some_and(|aux| aux.boolean("manifestPushedInsteadOfIndex").ok().flatten() == Some(true)),
        })
    }
}

/// What has been learnt from the stream.
struct Report<'a> {
    name: &'a EngineName,
    authentication: &'a Authentication,
    progress: &'a dyn EngineProgress,
    digest: Option<Digest>,
}

impl Report<'_> {
    fn message(&mut self, message: Message) -> Result<(), Failure> {
        if let Some(text) = &message.failure {
            let registry = match Blame::of_stream(text) {
                Blame::Registry(fault) => Some(fault),
                Blame::Engine => None,
            };
            return Err(Failure::Told(Box::new(self.failed(text, registry))));
        }
        // A containerd store says here that it pushed one platform's manifest in the place of an index; nothing that was inspected was an
        // index, so something changed meanwhile.
        if message.instead_of_index {
            let problem = "it pushed one manifest of an index in the place of the image that was checked";
            return Err(Failure::Lost(Fault::Unreadable(problem.to_owned())));
        }
        // The classic store says the digest a second time, for programs.
        if let Some((_, digest)) = message.pushed.as_ref().filter(|(tag, _)| tag == self.name.tag()) {
            self.found(digest)?;
        }
        let Some(status) = &message.status else { return Ok(()) };
        match &message.id {
            None => self.status(status),
            Some(layer) => {
                self.layer(layer, status, message.progress);
                Ok(())
            }
        }
    }

    fn failed(&self, text: &str, registry: Option<RegistryFault>) -> EngineError {
        // Freed of secrets before it is cut: a cut could leave a part of one.
        let message = bounded(&self.authentication.redact(text), MESSAGE_LIMIT);
        EngineError::Push { name: self.name.to_string(), message, registry }
    }

    /// `<tag>: digest: <digest> size: <bytes>`; every other status without a layer is for people.
    fn status(&mut self, status: &str) -> Result<(), Failure> {
        let said = status.trim().strip_prefix(self.name.tag()).and_then(|rest| rest.strip_prefix(": digest: "));
        match said.and_then(|said| said.split_once(" size: ")) {
            Some((digest, _)) => self.found(digest),
            None => Ok(()),
        }
    }

    fn found(&mut self, digest: &str) -> Result<(), Failure> {
        let unreadable = |problem: String| Failure::Lost(Fault::Unreadable(problem));
        let digest = Digest::parse(digest).map_err(|_| unreadable(format!("`{}` is not a digest", bounded(digest, 80))))?;
        match &self.digest {
            Some(before) if *before != digest => Err(unreadable(format!("it names two digests, {before} and {digest}"))),
            _ => {
                self.digest = Some(digest);
                Ok(())
            }
        }
    }

    fn layer(&self, layer: &str, status: &str, (current, total): (Option<u64>, Option<u64>)) {
        if layer.is_empty() || layer.len() > 64 || !layer.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return;
        }
        let state = match status {
            "Preparing" | "Waiting" => LayerState::Waiting,
            "Pushing" => LayerState::Pushing { current: current.unwrap_or(0), total: total.filter(|total| *total > 0) },
            "Pushed" => LayerState::Pushed,
            "Layer already exists" | "Already exists" => LayerState::AlreadyThere,
            _ if status.starts_with("Mounted from ") => LayerState::Mounted,
            _ if status.starts_with("Retrying in ") => LayerState::Retrying,
            _ => return,
        };
        self.progress.layer(layer, state);
    }
}

/// The text of a failure, if the message is one. Either part makes it one, whatever it holds; null is nothing.
fn failure_text(message: &Object<'_>) -> Option<String> {
    if !message.has("error") && !message.has("errorDetail") {
        return None;
    }
    let said = |object: &Object<'_>, name: &str| {
        object.string(name).ok().flatten().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let detail = message.object("errorDetail").ok().flatten();
    let text = detail.as_ref().and_then(|detail| said(detail, "message")).or_else(|| said(message, "error"));
    let text = text.or_else(|| said(message, "errorDetail")).or_else(|| {
        let code = detail.as_ref()?.integer("code").ok()??;
        Some(format!("the Docker Engine reports failure {code} without a message"))
    });
    Some(text.unwrap_or_else(|| "the Docker Engine reports a failure without a message".to_owned()))
}

#[cfg(test)]
#[path = "push_stream_tests.rs"]
mod tests;
