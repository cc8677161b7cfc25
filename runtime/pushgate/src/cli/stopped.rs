//! Why a command ended early.

use pushgate_explain::{Failure, Kind};

/// Why a command ended early.
pub(super) enum Stopped {
    /// The failure was printed already, as part of a report.
    Told(Kind),
    /// It is still to be printed.
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
