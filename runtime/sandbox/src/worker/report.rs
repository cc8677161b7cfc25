//! What a worker says at its end, and how it is asked: one line of JSON each.

use serde::{Deserialize, Serialize};

use super::limits::JobLimits;
use crate::ComponentDigest;

/// What a worker is started for; its last argument.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// The process that waits for it.
    pub(super) parent: u32,
    pub(super) limits: JobLimits,
    pub(super) job: Job,
}

/// A kind of work. Its input is on stdin.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Job {
    /// Compile the component on stdin, which must have this digest, to stdout.
    Compile { digest: ComponentDigest },
    /// Compare settings with a schema.
    Settings,
}

/// The last line on a worker's stderr, if it came to its end.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Report<T> {
    /// It is done.
    Done(T),
    /// It ran out of memory in a way that it could tell.
    OutOfMemory,
    /// It broke, which is a defect of the library, or of the machine.
    Broke(String),
}
