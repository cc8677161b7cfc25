//! How a call of a flavor breaks.

use std::time::Duration;

use crate::toolchain::TrapCause;

/// How a call of a flavor broke. Never an approval; the author of the flavor can fix it.
///
/// Texts are the guest's or the runtime's: bounded, not escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The guest trapped.
    #[error("{}", trapped(message, last_words.as_deref()))]
    Trap {
        /// What the runtime says.
        message: String,
        /// The last thing that the guest said before it: a line on stderr, or an error in its log.
        last_words: Option<String>,
        /// What probably ended it, where that can be told.
        cause: Option<TrapCause>,
    },
    /// The guest's code ran longer than [`Limits::compute`](crate::Limits::compute).
    #[error("the flavor ran into its time limit: its code ran for {limit:?}")]
    ComputeLimit {
        /// The limit.
        limit: Duration,
    },
    /// There was no answer within [`Limits::wall`](crate::Limits::wall).
    #[error("the flavor ran into its time limit: no answer within {limit:?}")]
    WallLimit {
        /// The limit.
        limit: Duration,
    },
    /// The guest asked for more memory, tables, instances or handles than it may have, and could not go on.
    #[error("the flavor ran into its limit of {limit}: {message}")]
    MemoryLimit {
        /// Which limit, and its number.
        limit: String,
        /// How it ended then.
        message: String,
    },
    /// One call over the boundary, the answer included, carried more than [`Limits::host_call_bytes`](crate::Limits::host_call_bytes).
    #[error("the flavor ran into its limit of {limit} bytes for one call or answer")]
    HostCallLimit {
        /// Bytes allowed.
        limit: usize,
    },
    /// The answer is not one that the contract allows.
    #[error("the flavor gave a bad answer: {message}")]
    BadAnswer {
        /// What is wrong with it.
        message: String,
    },
    /// A value that crossed the boundary does not fit its type, for example an enum's case that does not exist.
    #[error("the flavor passed a value that does not fit the contract: {message}")]
    BadValue {
        /// What the runtime says.
        message: String,
    },
    /// The component could not be instantiated, for a reason other than those above.
    #[error("the flavor cannot be instantiated: {message}")]
    Instantiate {
        /// What the runtime says.
        message: String,
    },
    /// A defect of pushgate or of the machine: nothing that the flavor is to blame for.
    #[error("the sandbox failed: {message}")]
    Sandbox {
        /// What failed.
        message: String,
    },
}

/// What the guest said explains more than the runtime does: as a rule, it begins with the author's line. That a guest which said why it fails then ended
/// itself explains nothing.
fn trapped(message: &str, last_words: Option<&str>) -> String {
    match last_words {
        None => format!("the flavor trapped: {message}"),
        Some(words) if message.contains("`unreachable`") => format!("the flavor failed: {words}"),
        Some(words) => format!("the flavor failed: {words} (it trapped: {message})"),
    }
}
