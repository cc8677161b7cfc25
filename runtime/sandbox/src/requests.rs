//! What passes between a flavor and the host when it uses a capability, in words that are the same for every line of the contract.

/// Why a question to the registry has no answer. The texts are shown to the guest: no secret may be in them, and no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Not granted, or outside the registry's URI: one answer for both, so that it says nothing about what is there.
    #[error("not granted")]
    NotGranted,
    /// More calls, or more bytes of answers, than one push may have.
    #[error("more questions, or more bytes of answers, than one push may have")]
    LimitExceeded,
    /// The registry wants other credentials.
    #[error("the registry wants other credentials")]
    Unauthorized,
    /// The registry did not answer.
    #[error("{0}")]
    Unavailable(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// A request that a flavor wants to be sent. Nothing of it was checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// For example `GET`.
    pub method: String,
    /// An absolute URL.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

/// What came back, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values, in the order of the answer.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why a request has no response. The texts are shown to the guest: no secret may be in them, and no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The origin is not granted, or its address is one that is never given.
    #[error("{0}")]
    NotGranted(String),
    /// The request is not one; nothing was sent.
    #[error("{0}")]
    InvalidRequest(String),
    /// More requests, or more bytes of responses, than one push may have.
    #[error("more requests, or more bytes of responses, than one push may have")]
    LimitExceeded,
    /// No whole response in time.
    #[error("no whole response in time")]
    TimedOut,
    /// The response is larger than one may be.
    #[error("the response is larger than one may be")]
    TooLarge,
    /// No connection, or one that broke off.
    #[error("{0}")]
    Unreachable(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl HttpError {
    /// What a guest without a single grant is told, whatever it asks for.
    pub fn nothing_granted() -> Self {
        Self::NotGranted("no origin is granted to this flavor".to_owned())
    }
}
