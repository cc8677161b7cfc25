//! How a push or a check ended.

use pushgate_explain::Failure;

/// How a push or a check ended.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) enum Ending<'a> {
    /// Pushed and confirmed: `registry/repository@digest`.
    Pushed(&'a str),
    /// It would be pushed: the canonical reference.
    Accepted(&'a str),
    /// It was not, or not for sure.
    Failed(&'a Failure),
}

/// What was printed of a report before the transfer began.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Shown {
    /// So many of its warnings, every hook, and what the hooks said.
    pub(super) warnings: usize,
}
