//! The outcome of the cases for machines. Members may be added; none is renamed.

use pushgate_authoring::flavor_test::{Outcome, Problem};
use pushgate_explain::hint_of_found;
use pushgate_gate::decision::Warning;
use pushgate_sandbox::{LogLevel, LogRecord, Violation};
use serde_json::{Value, json};

pub(super) fn report(outcomes: &[Outcome], doubts: &[Warning]) -> Value {
    json!({
        "schema": 1,
        "passed": outcomes.iter().all(Outcome::passed),
        "cases": outcomes.iter().map(case).collect::<Vec<_>>(),
        "warnings": doubts.iter().map(|doubt| json!({ "code": doubt.code, "message": doubt.message, "hint": doubt.hint })).collect::<Vec<_>>(),
    })
}

fn case(outcome: &Outcome) -> Value {
    let found = &outcome.found;
    json!({
        "case": outcome.case,
        "passed": outcome.passed(),
        "verdict": found.verdict.name(),
        "message": found.message,
        "hint": hint_of_found(found),
        "violations": found.violations.iter().map(violation).collect::<Vec<_>>(),
        "warnings": found.warnings,
        "log": found.log.iter().map(record).collect::<Vec<_>>(),
        "time_ms": (found.time.as_secs_f64() * 1_000_000.0).round() / 1_000.0,
        "memory_bytes": found.memory,
        "problems": outcome.problems.iter().map(problem).collect::<Vec<_>>(),
        "unused": outcome.unused,
        "debugged": outcome.debugged,
    })
}

fn violation(violation: &Violation) -> Value {
    json!({ "code": violation.code, "message": violation.message, "hint": violation.hint, "details": violation.details })
}

fn record(record: &LogRecord) -> Value {
    json!({ "level": level(record.level), "message": record.message })
}

fn problem(problem: &Problem) -> Value {
    json!({ "message": problem.message, "expected": problem.expected, "found": problem.found, "add": problem.add })
}

pub(super) const fn level(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Trace => "trace",
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}
