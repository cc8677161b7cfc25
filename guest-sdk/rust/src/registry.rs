//! Read-only questions to the registry that the image goes to, inside its URI.
//!
//! A capability: a flavor that calls these functions asks for `registry`, and the operator grants it. A repository is named by its whole path, as
//! [`Push::repository`](crate::Push::repository) gives it.

use std::fmt;

use crate::{Refusal, host};

/// Why a question has no answer. As a refusal it is [`Refusal::Unavailable`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryError {
    /// Not granted, or outside the registry's URI: the answer is the same.
    NotGranted,
    /// The hook has asked too much.
    LimitExceeded,
    /// The registry does not let the host's credentials ask this.
    Unauthorized,
    /// The registry did not answer.
    Unavailable(String),
    /// Anything else that the host tells.
    Other(String),
}

/// The name of the case in the contract, and its text.
impl fmt::Display for QueryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGranted => formatter.write_str("not-granted"),
            Self::LimitExceeded => formatter.write_str("limit-exceeded"),
            Self::Unauthorized => formatter.write_str("unauthorized"),
            Self::Unavailable(text) => write!(formatter, "unavailable: {text}"),
            Self::Other(text) => write!(formatter, "other: {text}"),
        }
    }
}

impl std::error::Error for QueryError {}

impl From<QueryError> for Refusal {
    #[track_caller]
    fn from(error: QueryError) -> Self {
        Self::unavailable(format!("the registry could not be asked: {error}"))
    }
}

/// Whether the registry has the repository.
///
/// # Errors
/// [`QueryError`].
pub fn repository_exists(repository: &str) -> Result<bool, QueryError> {
    host::repository_exists(repository)
}

/// At most `limit` tags (and at most 1,000) that come after `after`, sorted. A page may be shorter than `limit`; an empty one is the end, and what a
/// repository that does not exist has.
///
/// # Errors
/// [`QueryError`].
pub fn tags(repository: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, QueryError> {
    host::tags(repository, after, limit)
}

/// The digest of the manifest that a tag points to, `sha256:…`; `None` if the repository has no such tag.
///
/// # Errors
/// [`QueryError`].
pub fn manifest_digest(repository: &str, tag: &str) -> Result<Option<String>, QueryError> {
    host::manifest_digest(repository, tag)
}
