//! What a project's cases would not find, whatever its flavor does: told beside an outcome that is good, which it does not change.

use pushgate_gate::decision::Warning;

use super::case::{Case, CaseVerdict};
use super::project::Project;

/// The doubts about all cases together; none where only some were read.
pub fn doubts(project: &Project) -> Vec<Warning> {
    if !project.has_all_cases {
        return Vec::new();
    }
    let cases = || project.cases.iter().map(|named| &*named.case);
    let denials = || cases().filter(|case| case.expected.verdict == CaseVerdict::Denied);
    let doubt = |code: &str, message: &str, hint: &str| Warning {
        hook: None,
        code: Some(code.to_owned()),
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
    };
    if cases().all(|case| case.expected.verdict == CaseVerdict::Approved) {
        let hint = "add a case that expects `verdict = \"denied\"`, and which violations";
        return vec![doubt("cases.all-approved", "every case expects `approved`: a flavor that approves everything passes them", hint)];
    }
    if denials().next().is_some() && denials().all(|case| !names_a_violation(case)) {
        let hint = "add `violations = [{ code = \"…\" }]` below `[expect]`";
        return vec![doubt(
            "cases.any-violation",
            "no case that expects `denied` says which violations: a denial for any reason passes them",
            hint,
        )];
    }
    Vec::new()
}

/// Whether something of the violations is compared.
fn names_a_violation(case: &Case) -> bool {
    let violations = case.expected.violations.iter().flatten();
    violations.into_iter().any(|violation| violation.code.is_some() || violation.message.is_some())
}
