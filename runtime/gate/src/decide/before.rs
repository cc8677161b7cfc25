//! What goes before a flavor's answer in the host: it says who has to act where the flavor gives up.

use super::host_failure::HostFailure;

/// A server's response to an HTTP request.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    /// Whose: `https://api.example.com`.
    pub(super) origin: String,
    /// With which status.
    pub(super) status: u16,
}

/// What went before a flavor's answer. It says who has to act where the flavor gives up.
#[derive(Debug, Clone, Default)]
pub(super) struct Before {
    /// What failed last.
    pub(super) failed: Option<HostFailure>,
    /// The last response, unless something failed after it.
    pub(super) answered: Option<Answered>,
}

/// A question or request without an answer.
#[derive(Debug)]
pub(super) struct Unanswered<E> {
    /// The message for the flavor.
    pub(super) told: E,
    /// The message for the operator, if the flavor gives up because of it.
    pub(super) failure: Option<HostFailure>,
}

impl<E> From<E> for Unanswered<E> {
    fn from(told: E) -> Self {
        Self { told, failure: None }
    }
}
