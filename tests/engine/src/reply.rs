//! Replies: whole ones, and the stream of a push.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use serde_json::Value;
use tokio::sync::mpsc::Receiver;

pub(crate) type Reply = Response<ReplyBody>;

/// A body that is there, or one that is being made.
pub(crate) enum ReplyBody {
    Whole(Option<Bytes>),
    Stream(Receiver<io::Result<Bytes>>),
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(receiver) => receiver.poll_recv(context).map(|sent| sent.map(|sent| sent.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Stream(_) => SizeHint::default(),
        }
    }
}

pub(crate) fn set(reply: &mut Reply, name: &'static str, value: &str) {
    // A value that HTTP cannot carry could only come from a test; the test sees that it is missing.
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(name, value);
    }
}

pub(crate) fn with_body(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Reply {
    let body = body.into();
    let mut reply = Response::new(ReplyBody::Whole((!body.is_empty()).then_some(body)));
    *reply.status_mut() = status;
    set(&mut reply, "content-type", content_type);
    reply
}

/// JSON with a line feed at its end, as the daemon writes it.
pub(crate) fn json(status: StatusCode, value: &Value) -> Reply {
    with_body(status, "application/json", format!("{value}\n"))
}

/// An error as the daemon words it.
pub(crate) fn error(status: StatusCode, message: &str) -> Reply {
    json(status, &serde_json::json!({ "message": message }))
}

pub(crate) fn stream(receiver: Receiver<io::Result<Bytes>>) -> Reply {
    let mut reply = Response::new(ReplyBody::Stream(receiver));
    set(&mut reply, "content-type", "application/json");
    reply
}
