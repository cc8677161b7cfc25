//! What can go wrong with a flavor's request, in words for the operator. A flavor is told less.

use std::error::Error;
use std::io;
use std::time::Duration;

use pushgate_credentials::CredentialError;
use pushgate_net::{ProxyFailure, TransportError};

use crate::form::CredentialForm;

/// Why a request of a flavor has no response. None of it holds a query, a header or a credential.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The origin was not granted. Nothing was sent, and no name was resolved.
    #[error("{} is not granted", origin.as_deref().unwrap_or("what the URL names"))]
    NotGranted {
        /// `scheme://host[:port]`, if the URL names one.
        origin: Option<String>,
    },
    /// The origin was granted, and is at an address that this grant does not open. Nothing was sent.
    #[error("{origin} has an address that is not granted")]
    Address {
        /// `scheme://host[:port]`.
        origin: String,
    },
    /// The request is none. Nothing was sent.
    #[error("{problem}")]
    Invalid {
        /// What is wrong with it.
        problem: String,
    },
    /// The response is larger than one may be.
    #[error("the response of {origin} is larger than one may be")]
    TooLarge {
        /// `scheme://host[:port]`.
        origin: String,
    },
    /// The response is larger than what the flavor has left.
    #[error("the response of {origin} is larger than what is left to the flavor")]
    LimitExceeded {
        /// `scheme://host[:port]`.
        origin: String,
    },
    /// The flavor may cause no more requests. This one was not sent.
    #[error("no request to {origin} is left to the flavor")]
    OutOfRequests {
        /// `scheme://host[:port]`.
        origin: String,
    },
    /// No whole response in time.
    #[error("{origin} gave no whole response within {} seconds", after.as_secs_f32())]
    TimedOut {
        /// `scheme://host[:port]`.
        origin: String,
        /// The limit that was reached.
        after: Duration,
    },
    /// No connection.
    #[error("{origin} cannot be reached")]
    Unreachable {
        /// `scheme://host[:port]`.
        origin: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The connection ended before the response did, or what came was no response.
    #[error("the connection to {origin} broke off")]
    Disconnected {
        /// `scheme://host[:port]`.
        origin: String,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A credential is bound to the origin, and there is none. Nothing was sent.
    #[error("there is no credential for {origin}")]
    NoCredential {
        /// `scheme://host[:port]`.
        origin: String,
        /// How it would be added to the request.
        form: CredentialForm,
    },
    /// The credential that is bound to the origin is of no use. Nothing was sent.
    #[error("the credential for {origin} cannot be used: {problem}")]
    Credential {
        /// `scheme://host[:port]`.
        origin: String,
        /// Why. It holds nothing of it.
        problem: String,
    },
    /// The credential that is bound to the origin could not be looked up. Nothing was sent.
    #[error(transparent)]
    CredentialSource(#[from] CredentialError),
    /// The response is packed, so that it could not be seen whether it repeats the credential.
    #[error("the response of {origin} is packed, though that was not asked for, and may repeat the credential")]
    Packed {
        /// `scheme://host[:port]`.
        origin: String,
    },
    /// TLS cannot be set up at all.
    #[error("TLS cannot be set up: {problem}")]
    Tls {
        /// Why.
        problem: String,
    },
}

impl OutboundError {
    /// Whether the operator can change it: a flavor went where no grant lets it go, or no credential was given for its origin.
    pub const fn blames_configuration(&self) -> bool {
        matches!(self, Self::NotGranted { .. } | Self::Address { .. } | Self::NoCredential { .. })
    }
}

pub(crate) fn invalid(problem: impl Into<String>) -> OutboundError {
    OutboundError::Invalid { problem: problem.into() }
}

pub(crate) fn of_transport(origin: &str, error: TransportError) -> OutboundError {
    let origin = origin.to_owned();
    match error {
        TransportError::Tls(problem) => OutboundError::Tls { problem },
        TransportError::Unreachable(source) => OutboundError::Unreachable { origin, source },
        TransportError::PrivateAddress => OutboundError::Address { origin },
        TransportError::TimedOut(after) => OutboundError::TimedOut { origin, after },
        TransportError::Disconnected(source) => broke_off(&origin, source),
        TransportError::OutOfRequests => OutboundError::OutOfRequests { origin },
        TransportError::TooLarge(_) => OutboundError::TooLarge { origin },
        TransportError::NotSendable(error) => invalid(format!("no request can be made of it: {error}")),
        // There is none on this way.
        TransportError::Proxy(ProxyFailure { problem, .. }) => OutboundError::Unreachable { origin, source: io::Error::other(problem) },
        TransportError::ProxyVariable { problem, .. } => OutboundError::Unreachable { origin, source: io::Error::other(problem) },
    }
}

/// A connection that failed after it was made.
pub(crate) fn broke_off(origin: &str, error: hyper::Error) -> OutboundError {
    let origin = origin.to_owned();
    if error.is_parse_too_large() {
        OutboundError::TooLarge { origin }
    } else {
        OutboundError::Disconnected { origin, source: error.into() }
    }
}
