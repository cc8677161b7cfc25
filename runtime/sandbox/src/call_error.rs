//! How a call of a flavor breaks.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::toolchain::TrapCause;

/// How a call of a flavor broke. Never an approval; the author of the flavor can fix it.
///
/// Texts are the guest's or the runtime's: bounded, not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// The guest trapped.
    Trap {
        /// What the runtime says.
        message: String,
        /// The last thing that the guest said before it: a line on stderr, or an error in its log.
        last_words: Option<String>,
        /// The probable cause, where it is known.
        cause: Option<TrapCause>,
    },
    /// The guest's code ran longer than [`Limits::compute`](crate::Limits::compute).
    ComputeLimit {
        /// The limit.
        limit: Duration,
    },
    /// There was no answer within [`Limits::wall`](crate::Limits::wall).
    WallLimit {
        /// The limit.
        limit: Duration,
    },
    /// The guest asked for more memory, tables, instances or handles than it may have, and could not go on.
    MemoryLimit {
        /// Which limit, and its number.
        limit: String,
        /// How it ended then.
        message: String,
    },
    /// One call over the boundary, the answer included, carried more than [`Limits::host_call_bytes`](crate::Limits::host_call_bytes).
    HostCallLimit {
        /// Bytes allowed.
        limit: usize,
    },
    /// The answer is not one that the contract allows.
    BadAnswer {
        /// What is wrong with it.
        message: String,
    },
    /// A value that crossed the boundary does not fit its type, for example an enum's case that does not exist.
    BadValue {
        /// What the runtime says.
        message: String,
    },
    /// The component could not be instantiated, for a reason other than those above.
    Instantiate {
        /// What the runtime says.
        message: String,
    },
    /// A defect of pushgate or of the machine: nothing that the flavor is to blame for.
    Sandbox {
        /// What failed.
        message: String,
    },
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(formatter, "the flavor")
    }
}

impl Error for CallError {}

/// What the guest said explains more than the runtime does: as a rule, it begins with the author's line. That a guest which said why it fails then ended
/// itself explains nothing.
fn write_trap(formatter: &mut fmt::Formatter<'_>, flavor: &str, message: &str, last_words: Option<&str>) -> fmt::Result {
    match last_words {
        None => write!(formatter, "{flavor} trapped: {message}"),
        Some(words) if message.contains("`unreachable`") => write!(formatter, "{flavor} failed: {words}"),
        Some(words) => write!(formatter, "{flavor} failed: {words} (it trapped: {message})"),
    }
}

impl CallError {
    /// The same in a sentence about the flavor that is called so.
    pub fn in_flavor(&self, name: &str) -> String {
        struct Named<'a>(&'a CallError, &'a str);
        impl fmt::Display for Named<'_> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self(error @ CallError::Sandbox { .. }, flavor) => write!(formatter, "{flavor}: {error}"),
                    Self(error, flavor) => error.write(formatter, flavor),
                }
            }
        }
        Named(self, &format!("the flavor {name}")).to_string()
    }

    fn write(&self, formatter: &mut fmt::Formatter<'_>, flavor: &str) -> fmt::Result {
        match self {
            Self::Trap { message, last_words, .. } => write_trap(formatter, flavor, message, last_words.as_deref()),
            Self::ComputeLimit { limit } => write!(formatter, "{flavor} ran into its time limit: its code ran for {limit:?}"),
            Self::WallLimit { limit } => write!(formatter, "{flavor} ran into its time limit: no answer within {limit:?}"),
            Self::MemoryLimit { limit, message } => write!(formatter, "{flavor} ran into its limit of {limit}: {message}"),
            Self::HostCallLimit { limit } => write!(formatter, "{flavor} ran into its limit of {limit} bytes for one call or answer"),
            Self::BadAnswer { message } => write!(formatter, "{flavor} gave a bad answer: {message}"),
            Self::BadValue { message } => write!(formatter, "{flavor} passed a value that does not fit the contract: {message}"),
            Self::Instantiate { message } => write!(formatter, "{flavor} cannot be instantiated: {message}"),
            Self::Sandbox { message } => write!(formatter, "the sandbox failed: {message}"),
        }
    }
}
