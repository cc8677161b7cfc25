//! Why a request to the daemon has no answer that can be used.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use super::text::{bounded, seconds};

/// How much of a refusal is shown.
const REFUSAL_SHOWN: usize = 1024;

/// Why a request has no answer that can be used.
#[derive(Debug)]
pub(super) enum Fault {
    /// The connection could not be made.
    Unreachable(String),
    /// The connection may not be made by this user.
    Forbidden,
    /// Nothing came for so long.
    Silent(Duration),
    /// More came than anybody needs; the number of bytes that are read at most.
    TooLarge(u64),
    /// The connection ended, or spoke something else than HTTP.
    Broken(String),
    /// The daemon's own refusal, cut.
    Status { code: u16, message: String },
    /// The answer is not what the API says.
    Unreadable(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(reason) => formatter.write_str(reason),
            Self::Forbidden => formatter.write_str("permission denied"),
            Self::Silent(limit) => write!(formatter, "nothing came from the Docker Engine for {}", seconds(*limit)),
            Self::TooLarge(limit) => write!(formatter, "the Docker Engine's answer is longer than {limit} bytes"),
            Self::Broken(reason) => write!(formatter, "the connection to the Docker Engine broke: {reason}"),
            Self::Status { code, message } if message.is_empty() => write!(formatter, "the Docker Engine answered {code}"),
            Self::Status { code, message } => write!(formatter, "the Docker Engine answered {code}: {message}"),
            Self::Unreadable(reason) => write!(formatter, "the Docker Engine's answer cannot be read: {reason}"),
        }
    }
}

impl StdError for Fault {}

impl Fault {
    /// The fault behind an error from somewhere above the connection.
    pub(super) fn behind(error: &(dyn StdError + 'static)) -> Self {
        let mut cause = Some(error);
        let mut innermost = error;
        while let Some(current) = cause {
            // What `io::Error::other` wraps is not its `source`, but that one's.
            let wrapped = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            if let Some(Self::TooLarge(limit)) = wrapped.and_then(|inner| inner.downcast_ref()) {
                return Self::TooLarge(*limit);
            }
            innermost = current;
            cause = current.source();
        }
        Self::Broken(bounded(&innermost.to_string(), 256))
    }

    /// The same with its text cut to what is shown, after `redact` has been over it.
    pub(super) fn redacted(self, redact: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Status { code, message } => Self::Status { code, message: bounded(&redact(&message), REFUSAL_SHOWN) },
            Self::Unreadable(reason) => Self::Unreadable(bounded(&redact(&reason), REFUSAL_SHOWN)),
            Self::Broken(reason) => Self::Broken(bounded(&redact(&reason), REFUSAL_SHOWN)),
            other => other,
        }
    }

    /// The same with the text of a refusal cut.
    pub(super) fn shortened(self, limit: usize) -> Self {
        match self {
            Self::Status { code, message } => Self::Status { code, message: bounded(&message, limit) },
            other => other,
        }
    }
}
