//! What comes back from a hook.

use std::collections::BTreeMap;

use crate::{CallError, LogRecord};

/// One call of a hook: its answer, or how it broke, and what it said meanwhile.
#[derive(Debug)]
#[must_use = "only `Ok(Answer::Approved)` lets a push go on"]
pub struct Call {
    /// The answer. Only `Ok(Answer::Approved)` lets a push go on.
    pub answer: Result<Answer, CallError>,
    /// What the flavor logged, in order, within the limits.
    pub log: Vec<LogRecord>,
    /// Messages that were beyond the limits.
    pub log_suppressed: u64,
    /// Violations that were beyond the limits.
    pub violations_suppressed: u64,
    /// The most bytes that all linear memories had together.
    pub memory_peak: u64,
}

impl Call {
    /// One that came to nothing before the guest could say anything.
    pub(crate) fn broken(error: CallError) -> Self {
        Self { answer: Err(error), log: Vec::new(), log_suppressed: 0, violations_suppressed: 0, memory_peak: 0 }
    }
}

/// What a hook answered. Every text is the guest's: bounded by the limits, not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The push may go on.
    Approved,
    /// The image breaks the flavor's rules: at least one violation.
    Denied(Vec<Violation>),
    /// The settings do not make sense.
    Misconfigured(String),
    /// Something that the flavor needs did not answer.
    Unavailable(String),
    /// Any other reason.
    Other(String),
}

/// One reason for a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Stable and machine-readable, for example `tag.latest`.
    pub code: String,
    /// For a person.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// For machines.
    pub details: BTreeMap<String, String>,
}
