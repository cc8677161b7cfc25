//! Requests and replies, as they are made and read.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue, USER_AGENT};
use http::{Method, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use tokio::sync::watch;
use url::Url;

use crate::marks::{Piece, Region};

/// The body of a request.
pub type RequestBody = UnsyncBoxBody<Piece, Aborted>;

/// The body ended early; whoever made it knows why, since hyper gives the error of a body to nobody.
#[derive(Debug, thiserror::Error)]
#[error("the blob could not be read to its end")]
pub struct Aborted;

/// One request. What is replayed is built anew.
#[derive(Debug)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// Path and query. The query is not logged: an upload's may hold a token.
    pub target: String,
    /// All fields but `Host`.
    pub headers: HeaderMap,
    /// The body, which may be empty.
    pub body: RequestBody,
    /// How much of the body went out, if it is an upload.
    pub sent: Option<watch::Receiver<u64>>,
    /// What the marks in the body stand for, if it consists of some.
    pub region: Option<Arc<dyn Region>>,
}

/// One reply, read whole.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The header.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Reply {
    /// A field of the header, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What every request says: who sends it.
#[must_use]
pub fn common_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("pushgate/", env!("CARGO_PKG_VERSION"))));
    headers
}

/// No body.
#[must_use]
pub fn empty() -> RequestBody {
    full(Bytes::new())
}

/// A body that is there.
#[must_use]
pub fn full(bytes: Bytes) -> RequestBody {
    Full::new(Piece::from(bytes)).map_err(|never| match never {}).boxed_unsync()
}

/// Path and query of a URL, as they are sent.
#[must_use]
pub fn target(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_no_fragment_and_no_authority() {
        let url = Url::parse("https://user@host:1/a/b?c=d#e").unwrap();
        assert_eq!(target(&url), "/a/b?c=d");
        assert_eq!(target(&Url::parse("https://host").unwrap()), "/");
    }
}
