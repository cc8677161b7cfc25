//! How much a call may ask for.

use crate::limits::Limits;

/// How much of its capabilities one call has left.
#[derive(Debug)]
pub(crate) struct Allowance {
    pub(crate) calls: usize,
    pub(crate) bytes: usize,
}

impl Allowance {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { calls: limits.capability_calls, bytes: limits.capability_bytes }
    }
}
