//! Bounded requests to the origins that the operator grants.
//!
//! A capability: a flavor that sends one asks for `http`. Credentials are added by the host, and never seen here. In a dry run a flavor must send
//! only what reads.
//!
//! ```no_run
//! # fn ask() -> Result<(), pushgate_flavor::http::HttpError> {
//! use pushgate_flavor::http::Request;
//!
//! let response = Request::get("https://status.example.com/freeze").header("accept", "text/plain").send()?;
//! assert_eq!((response.status, response.text()), (200, Some("open")));
//! # Ok(())
//! # }
//! ```

use std::fmt;

use serde::de::DeserializeOwned;

use crate::{Refusal, host, json};

/// A request, to be sent with [`send`](Self::send).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no response, or none that the flavor can use. As a refusal it is [`Refusal::Unavailable`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpError {
    /// The origin is not granted.
    NotGranted(String),
    /// The request is not one that the host sends.
    InvalidRequest(String),
    /// The hook has asked too much.
    LimitExceeded,
    /// No response in time.
    TimedOut,
    /// The response is larger than the host takes.
    TooLarge,
    /// No connection, or it broke off.
    Unreachable(String),
    /// Anything else that the host tells.
    Other(String),
    /// There was a response, and it is not what the flavor expects: of [`Response::json`], and no case of the contract.
    Unexpected(String),
}

impl Request {
    /// A request with any method, without headers and body.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { method: method.into(), url: url.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// `GET`.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// One header more.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it.
    ///
    /// # Errors
    /// [`HttpError`]. A response with any status is none.
    pub fn send(self) -> Result<Response, HttpError> {
        host::send(self)
    }
}

impl Response {
    /// The value of the first header with this name, in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text, if it is UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// The body, JSON, read into a type.
    ///
    /// # Errors
    /// [`HttpError::Unexpected`] with the place of the member that does not fit `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        let text = self.text().ok_or_else(|| HttpError::Unexpected("it is not UTF-8".to_owned()))?;
        json::parse(text).map_err(HttpError::Unexpected)
    }
}

/// The name of the case in the contract, and its text; a sentence for what is no case of it.
impl fmt::Display for HttpError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGranted(text) => write!(formatter, "not-granted: {text}"),
            Self::InvalidRequest(text) => write!(formatter, "invalid-request: {text}"),
            Self::LimitExceeded => formatter.write_str("limit-exceeded"),
            Self::TimedOut => formatter.write_str("timed-out"),
            Self::TooLarge => formatter.write_str("too-large"),
            Self::Unreachable(text) => write!(formatter, "unreachable: {text}"),
            Self::Other(text) => write!(formatter, "other: {text}"),
            Self::Unexpected(text) => write!(formatter, "the answer of a server is not what the flavor expects: {text}"),
        }
    }
}

impl std::error::Error for HttpError {}

impl From<HttpError> for Refusal {
    #[track_caller]
    fn from(error: HttpError) -> Self {
        Self::unavailable(match error {
            // It was asked all right.
            HttpError::Unexpected(_) => error.to_string(),
            error => format!("a server could not be asked: {error}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_does_not_fit_is_no_failure_to_ask() {
        let message = |error: HttpError| match Refusal::from(error) {
            Refusal::Unavailable(message) => message.into(),
            other => format!("{other:?}"),
        };
        let answered = |body: &[u8]| Response { body: body.to_vec(), ..Response::default() };
        for (body, cause) in
            [(b"{\"tags\": [1]}".as_slice(), "tags[0]: invalid type: integer `1`, expected a string"), (b"\xff", "it is not UTF-8")]
        {
            let error = answered(body).json::<std::collections::BTreeMap<String, Vec<String>>>().unwrap_err();
            assert_eq!(message(error), format!("the answer of a server is not what the flavor expects: {cause}"));
        }
        assert_eq!(message(HttpError::TimedOut), "a server could not be asked: timed-out");
    }
}
