//! Replies: honest ones, errors in the specification's form, and bodies that misbehave.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// A reply with a body that may misbehave.
pub(crate) type Reply = Response<ReplyBody>;

/// A reply without a body.
pub(crate) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(ReplyBody::full(Bytes::new()));
    *reply.status_mut() = status;
    reply
}

/// A reply with a body of this content type.
pub(crate) fn with_body(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(ReplyBody::full(body.into()));
    *reply.status_mut() = status;
    set(&mut reply, "content-type", content_type);
    reply
}

/// Sets a header field. A value that HTTP cannot carry is left out: it could only come from a request that HTTP carried.
pub(crate) fn set(reply: &mut Reply, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(name, value);
    }
}

/// An error as distribution-spec 1.1 "Error codes" wants it. The detail is never null: Docker 20.10 repeats a push for 50 s when an error comes
/// without one, and distribution's registry always sends one.
pub(crate) fn error(status: StatusCode, code: &str, message: &str, detail: &str) -> Reply {
    let detail = if detail.is_empty() { serde_json::json!({}) } else { serde_json::json!({ "reason": detail }) };
    let body = serde_json::json!({ "errors": [{ "code": code, "message": message, "detail": detail }] });
    with_body(status, "application/json", body.to_string())
}

/// The length that the reply declares, for HEAD, unless a switch has set another.
pub(crate) fn drop_body(reply: &mut Reply) {
    if !reply.headers().contains_key(header::CONTENT_LENGTH)
        && let Some(length) = reply.body().size_hint().exact()
    {
        set(reply, header::CONTENT_LENGTH.as_str(), &length.to_string());
    }
    *reply.body_mut() = ReplyBody::full(Bytes::new());
}

/// A part of a body.
pub(crate) enum Part {
    /// These bytes.
    Bytes(Bytes),
    /// These bytes again and again, until the client has enough.
    Forever(Bytes),
    /// These bytes, one at a time, with a pause before each.
    Drip(Bytes, Duration),
    /// Nothing more, without an end.
    Stall,
    /// The connection ends here.
    Cut,
}

/// A body made of parts.
pub(crate) struct ReplyBody {
    parts: VecDeque<Part>,
    length: Option<u64>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl ReplyBody {
    pub(crate) fn full(bytes: Bytes) -> Self {
        let length = Some(bytes.len() as u64);
        let parts = if bytes.is_empty() { VecDeque::new() } else { VecDeque::from([Part::Bytes(bytes)]) };
        Self { parts, length, pause: None }
    }

    /// A body that claims `length`; chunked without one.
    pub(crate) fn scripted(parts: impl IntoIterator<Item = Part>, length: Option<u64>) -> Self {
        Self { parts: parts.into_iter().collect(), length, pause: None }
    }

    /// The bytes of an honest body; those that a script has in plain sight otherwise.
    pub(crate) fn bytes(&self) -> Bytes {
        match self.parts.front() {
            Some(Part::Bytes(bytes)) => bytes.clone(),
            _ => Bytes::new(),
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
            self.pause = None;
            if let Some(Part::Drip(bytes, _)) = self.parts.front_mut() {
                let byte = bytes.split_to(bytes.len().min(1));
                return Poll::Ready(Some(Ok(Frame::data(byte))));
            }
        }
        match self.parts.pop_front() {
            None => Poll::Ready(None),
            Some(Part::Bytes(bytes)) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Some(Part::Forever(bytes)) => {
                self.parts.push_front(Part::Forever(bytes.clone()));
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Some(Part::Drip(bytes, _)) if bytes.is_empty() => self.poll_frame(context),
            Some(Part::Drip(bytes, pause)) => {
                self.parts.push_front(Part::Drip(bytes, pause));
                self.pause = Some(Box::pin(sleep(pause)));
                self.poll_frame(context)
            }
            Some(Part::Stall) => {
                // Nobody wakes this up again: the connection ends when the client or the registry goes.
                self.parts.push_front(Part::Stall);
                Poll::Pending
            }
            Some(Part::Cut) => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.parts.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Why a request gets no reply: the connection is ended under it.
#[derive(Debug)]
pub(crate) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection was ended on purpose")
    }
}

impl std::error::Error for Cut {}
