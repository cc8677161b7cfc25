//! Messages for the person who pushes. Those of `warn` and `error` are kept in the report; the host bounds how much is taken.
//!
//! ```
//! use pushgate_flavor::log;
//!
//! let tags = 1_200;
//! log::warn("the repository has many tags");
//! log::debug(format_args!("{tags} tags"));
//! ```

use std::fmt::Display;

use crate::host;

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Each step.
    Trace,
    /// For the flavor's author.
    Debug,
    /// Worth knowing.
    Info,
    /// Not a reason to refuse, but somebody should look at it.
    Warn,
    /// Something went wrong.
    Error,
}

/// Sends a message at [`Level::Trace`].
pub fn trace(message: impl Display) {
    log(Level::Trace, message);
}

/// Sends a message at [`Level::Debug`].
pub fn debug(message: impl Display) {
    log(Level::Debug, message);
}

/// Sends a message at [`Level::Info`].
pub fn info(message: impl Display) {
    log(Level::Info, message);
}

/// Sends a message at [`Level::Warn`].
pub fn warn(message: impl Display) {
    log(Level::Warn, message);
}

/// Sends a message at [`Level::Error`].
pub fn error(message: impl Display) {
    log(Level::Error, message);
}

fn log(level: Level, message: impl Display) {
    host::log(level, &message.to_string());
}
