//! What goes before a flavor's answer in the host: it says who has to act where the flavor gives up.

use crate::exit::Failure;

/// Something that a flavor needed and did not get, through no fault of its own.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    /// To be put after `gave up after`.
    pub(super) what: &'static str,
    /// Why, in words for whoever has to act.
    pub(super) failure: Failure,
}

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
    pub(super) failed: Option<Failed>,
    /// The last response, unless something failed after it.
    pub(super) answered: Option<Answered>,
}

/// A question or request without an answer.
#[derive(Debug)]
pub(super) struct Unanswered<E> {
    /// What the flavor is told.
    pub(super) told: E,
    /// What the operator is told if the flavor gives up for that.
    pub(super) failure: Option<Failure>,
}

impl<E> From<E> for Unanswered<E> {
    fn from(told: E) -> Self {
        Self { told, failure: None }
    }
}
