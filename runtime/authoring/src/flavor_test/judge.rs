//! Compares what a flavor answered with what was expected.

use std::collections::BTreeMap;

use pushgate_sandbox::Violation;

use super::case::{CaseVerdict, Expectation, ExpectedViolation};
use super::outcome::{Found, Problem};

/// Everything in which the answer differs.
pub(super) fn judge(expected: &Expectation, found: &Found) -> Vec<Problem> {
    let mut problems = Vec::new();
    if expected.verdict == found.verdict {
        judge_reasons(expected, found, &mut problems);
    } else {
        // What it gives as reasons is told with the verdict, and compared with those of another one it would only repeat that.
        problems.push(Problem::differs("the verdict", expected.verdict.name(), &found.in_words()));
    }
    if let Some(warnings) = &expected.warnings
        && *warnings != found.warnings
    {
        problems.push(Problem::differs("the warnings", &list(warnings), &list(&found.warnings)));
    }
    problems
}

fn judge_reasons(expected: &Expectation, found: &Found, problems: &mut Vec<Problem>) {
    if let Some(message) = &expected.message {
        let is_it = match (&found.message, found.verdict) {
            (Some(found), CaseVerdict::Broke) => found.contains(message),
            (Some(found), _) => found == message,
            (None, _) => false,
        };
        if !is_it {
            problems.push(Problem::differs("the message", message, found.message.as_deref().unwrap_or("none")));
        }
    }
    if let Some(violations) = &expected.violations {
        judge_violations(violations, &found.violations, problems);
    }
}

fn judge_violations(expected: &[ExpectedViolation], found: &[Violation], problems: &mut Vec<Problem>) {
    if expected.len() != found.len() {
        let codes: Vec<_> = found.iter().map(|violation| violation.code.clone()).collect();
        let wanted: Vec<_> = expected.iter().map(|violation| violation.code.clone().unwrap_or_else(|| "any".to_owned())).collect();
        problems.push(Problem::differs("the violations", &list(&wanted), &list(&codes)));
        return;
    }
    for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
        let mut compare = |member: &str, expected: Option<&str>, found: &str| {
            if let Some(expected) = expected
                && expected != found
            {
                problems.push(Problem::differs(&format!("the {member} of violation {}", index + 1), expected, found));
            }
        };
        compare("code", expected.code.as_deref(), &found.code);
        compare("message", expected.message.as_deref(), &found.message);
        compare("hint", expected.hint.as_deref(), found.hint.as_deref().unwrap_or_default());
        if let Some(details) = &expected.details {
            judge_details(index, details, &found.details, problems);
        }
    }
}

fn judge_details(index: usize, expected: &BTreeMap<String, String>, found: &BTreeMap<String, String>, problems: &mut Vec<Problem>) {
    let mut keys: Vec<&String> = expected.keys().chain(found.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let what = format!("the detail `{key}` of violation {}", index + 1);
        match (expected.get(key), found.get(key)) {
            (Some(expected), Some(found)) if expected == found => {}
            (expected, found) => {
                let value = |value: Option<&String>| value.map_or("none", String::as_str).to_owned();
                problems.push(Problem::differs(&what, &value(expected), &value(found)));
            }
        }
    }
}

fn list(texts: &[String]) -> String {
    if texts.is_empty() { "none".to_owned() } else { texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ") }
}
