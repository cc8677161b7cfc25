//! What came of a case.

use std::time::Duration;

use pushgate_gate::decide::CompareError;
use pushgate_sandbox::{Answer, Call, CallError, LogLevel, LogRecord, Violation};

use super::case::CaseVerdict;

/// One case that was run. Every text may be the guest's: bounded, not escaped.
#[derive(Debug)]
pub struct Outcome {
    /// The case's name.
    pub case: String,
    /// What the flavor did.
    pub found: Found,
    /// Why the case failed; none if it passed.
    pub problems: Vec<Problem>,
    /// Whether the answer that was found can be made the expected one: nothing else is wrong, and there is an answer.
    pub(super) is_acceptable: bool,
    /// What the case has answers to, and nobody asked for.
    pub unused: Vec<String>,
    /// What the debug component printed and logged, where the other one broke without a word.
    pub debugged: Vec<String>,
}

impl Outcome {
    /// Whether everything is as expected.
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What may help where a flavor gave no answer.
#[derive(Debug)]
pub enum Remedy {
    /// What helps against this.
    OfCall(CallError),
    /// The settings that the flavor takes.
    OfSettings {
        /// The flavor.
        flavor: String,
    },
}

/// What a flavor answered, and what it took.
#[derive(Debug)]
pub struct Found {
    /// What the answer comes to.
    pub verdict: CaseVerdict,
    /// Of a refusal without violations, or of how it broke.
    pub message: Option<String>,
    /// What may help, where it broke or its settings do not fit.
    pub remedy: Option<Remedy>,
    /// Why the component that would say more was not asked.
    pub debug_problem: Option<String>,
    /// Of a denial.
    pub violations: Vec<Violation>,
    /// Messages of the levels `warn` and `error`.
    pub warnings: Vec<String>,
    /// All messages.
    pub log: Vec<LogRecord>,
    /// From the start of the instance to its answer.
    pub time: Duration,
    /// The most bytes of memory.
    pub memory: u64,
}

impl Found {
    pub(super) fn answered(call: Call, time: Duration) -> Self {
        let mut found = Self {
            verdict: CaseVerdict::Approved,
            message: None,
            remedy: None,
            debug_problem: None,
            violations: Vec::new(),
            warnings: warnings(&call.log),
            log: call.log,
            time,
            memory: call.memory_peak,
        };
        (found.verdict, found.message) = match call.answer {
            Ok(Answer::Approved) => (CaseVerdict::Approved, None),
            Ok(Answer::Denied(violations)) => {
                found.violations = violations;
                (CaseVerdict::Denied, None)
            }
            Ok(Answer::Misconfigured(message)) => (CaseVerdict::Misconfigured, Some(message)),
            Ok(Answer::Unavailable(message)) => (CaseVerdict::Unavailable, Some(message)),
            Ok(Answer::Other(message)) => (CaseVerdict::Other, Some(message)),
            Err(error) => {
                let message = error.to_string();
                found.remedy = Some(Remedy::OfCall(error));
                (CaseVerdict::Broke, Some(message))
            }
        };
        found
    }

    /// The flavor was not asked: its schema refuses the settings of the case.
    pub(super) fn refused_by_schema(error: &CompareError, flavor: &str) -> Self {
        Self {
            verdict: CaseVerdict::Misconfigured,
            message: Some(error.to_string()),
            remedy: Some(Remedy::OfSettings { flavor: flavor.to_owned() }),
            debug_problem: None,
            violations: Vec::new(),
            warnings: Vec::new(),
            log: Vec::new(),
            time: Duration::ZERO,
            memory: 0,
        }
    }

    /// The answer on one line.
    pub(super) fn in_words(&self) -> String {
        let reasons: Vec<String> = match &self.message {
            Some(message) => vec![message.clone()],
            None => self.violations.iter().map(|violation| format!("{}: {}", violation.code, violation.message)).collect(),
        };
        if reasons.is_empty() { self.verdict.name().to_owned() } else { format!("{} ({})", self.verdict.name(), reasons.join("; ")) }
    }
}

fn warnings(log: &[LogRecord]) -> Vec<String> {
    log.iter().filter(|record| record.level >= LogLevel::Warn).map(|record| record.message.clone()).collect()
}

/// Whether a flavor broke and left no word about why.
pub(super) fn is_silent(call: &Call) -> bool {
    matches!(&call.answer, Err(CallError::Trap { last_words: None, .. } | CallError::BadValue { .. } | CallError::Instantiate { .. }))
}

/// One way in which a case failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is not as it should be.
    pub message: String,
    /// What was expected, where that can be said.
    pub expected: Option<String>,
    /// And what came.
    pub found: Option<String>,
    /// What the case would have to say besides, in TOML.
    pub add: Option<String>,
}

impl Problem {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), expected: None, found: None, add: None }
    }

    pub(super) fn differs(what: &str, expected: &str, found: &str) -> Self {
        Self { message: format!("not as expected: {what}"), expected: Some(expected.to_owned()), found: Some(found.to_owned()), add: None }
    }
}
