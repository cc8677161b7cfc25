//! From a flavor's answer to what becomes of the push, and who has to act.
//!
//! | answer | nothing failed in the host | reading the images failed | a question or request failed | it went to no granted origin | a server answered |
//! |---|---|---|---|---|---|
//! | approved | goes on | goes on: the flavor did not mind | goes on | goes on | goes on |
//! | denied | exit 4 | exit 4 | exit 4 | exit 4 | exit 4 |
//! | misconfigured | exit 8 | exit 8 | exit 8 | exit 8 | exit 8 |
//! | unavailable | exit 5: nothing that the host knows of was unavailable | exit 6 | exit 7 | exit 8 | exit 7 |
//! | other | exit 4 | exit 6 | exit 7 | exit 8 | exit 4 |
//! | a trap, a limit, a bad answer | exit 5 | exit 5 | exit 5 | exit 5 | exit 5 |
//!
//! Of several things that failed, the last counts: it is what a flavor gives up for. A response of 400 and above is one of them where the flavor says
//! `unavailable`; any other only where nothing failed, since the flavor knows better than the host whether it could use it.

use pushgate_sandbox::{Answer, CallError, Violation};

use super::before::{Answered, Before, Failed};
use crate::decision::HookVerdict;
use crate::exit::{Failure, Kind};
use crate::hook_mode::HookMode;

/// What became of one hook.
#[derive(Debug)]
pub(super) enum Verdict {
    Approved,
    Refused {
        failure: Failure,
        violations: Vec<Violation>,
    },
    Warned {
        failure: Failure,
        violations: Vec<Violation>,
    },
    /// No answer that counts: who has to act says the failure.
    Stopped(Failure),
}

impl Verdict {
    /// A refusal of a hook that only warns does not stop the push. Whatever else stopped it still does.
    pub(super) fn in_mode(self, mode: HookMode) -> Self {
        match (self, mode) {
            (Self::Refused { failure, violations }, HookMode::Warn) => Self::Warned { failure, violations },
            (verdict, HookMode::Enforce | HookMode::Warn) => verdict,
        }
    }

    pub(super) const fn name(&self) -> HookVerdict {
        match self {
            Self::Approved => HookVerdict::Approved,
            Self::Refused { .. } => HookVerdict::Refused,
            Self::Warned { .. } => HookVerdict::Warned,
            Self::Stopped(failure) => HookVerdict::without_answer(failure.kind),
        }
    }

    pub(super) fn violations(&self) -> &[Violation] {
        match self {
            Self::Refused { violations, .. } | Self::Warned { violations, .. } => violations,
            Self::Approved | Self::Stopped(_) => &[],
        }
    }
}

/// What the answer of `flavor` means, given what went before it in the host.
pub(super) fn of(flavor: &str, answer: Result<Answer, CallError>, before: Before) -> Verdict {
    let refusal = |message: &str, violations| Verdict::Refused {
        failure: Failure::new(Kind::RefusedByFlavor, format!("refused by the flavor {flavor}{message}")),
        violations,
    };
    let Before { failed, answered } = before;
    let refused_by_server = answered.as_ref().is_some_and(|answered| answered.status >= 400);
    match (answer, failed) {
        (Ok(Answer::Approved), _) => Verdict::Approved,
        (Ok(Answer::Denied(violations)), _) => refusal("", violations),
        (Ok(Answer::Misconfigured(message)), _) => Verdict::Stopped(
            Failure::new(Kind::Configuration, format!("the flavor {flavor} is misconfigured: {message}"))
                .with_hint(Some(format!("`pushgate flavor describe {flavor}` shows what it is for, and the settings that it takes"))),
        ),
        (Ok(Answer::Unavailable(message)), failed) if refused_by_server || failed.is_none() => {
            Verdict::Stopped(gave_up_after(flavor, &message, answered))
        }
        // A push that reads the image first ends with just this; the flavor's words about it are no second reason.
        (Ok(Answer::Unavailable(_) | Answer::Other(_)), Some(Failed { failure, .. })) if failure.kind == Kind::SourceFailed => {
            Verdict::Stopped(failure)
        }
        (Ok(Answer::Unavailable(message) | Answer::Other(message)), Some(Failed { what, failure })) => {
            // The flavor's words come last: they may be long, and say again what failed.
            let message = format!("the flavor {flavor} gave up after {what}: {}; the flavor says: {message}", failure.message);
            Verdict::Stopped(Failure { message, ..failure })
        }
        (Ok(Answer::Unavailable(message) | Answer::Other(message)), None) => refusal(&format!(": {message}"), Vec::new()),
        (Err(error), _) => Verdict::Stopped(Failure::from(error).in_flavor(flavor)),
    }
}

/// A flavor said that something is unavailable, and the host knows of nothing but what servers answered.
fn gave_up_after(flavor: &str, message: &str, answered: Option<Answered>) -> Failure {
    match answered {
        Some(Answered { origin, status }) => {
            Failure::new(Kind::RegistryFailed, format!("the flavor {flavor} gave up after {origin} answered {status}: {message}"))
        }
        None => Failure::new(
            Kind::FlavorBroke,
            format!("the flavor {flavor} says that something is unavailable, but nothing that it was given failed: {message}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(verdict: &Verdict) -> Option<Kind> {
        match verdict {
            Verdict::Approved => None,
            Verdict::Refused { failure, .. } | Verdict::Stopped(failure) => Some(failure.kind),
            Verdict::Warned { .. } => panic!("nothing warns before the mode is known"),
        }
    }

    fn failed(kind: Kind) -> Before {
        Before { failed: Some(Failed { what: "it failed", failure: Failure::new(kind, "so") }), answered: None }
    }

    fn answered(status: u16) -> Option<Answered> {
        Some(Answered { origin: "https://api.example.com".to_owned(), status })
    }

    #[test]
    fn each_answer_has_its_owner() {
        let denied = || Answer::Denied(Vec::new());
        let nothing = Before::default;
        let unreadable = || failed(Kind::SourceFailed);
        let response = |status| Before { failed: None, answered: answered(status) };
        for (answer, before, expected) in [
            (Answer::Approved, nothing(), None),
            (Answer::Approved, unreadable(), None),
            (Answer::Approved, failed(Kind::RegistryFailed), None),
            (Answer::Approved, response(500), None),
            (denied(), nothing(), Some(Kind::RefusedByFlavor)),
            (denied(), unreadable(), Some(Kind::RefusedByFlavor)),
            (denied(), failed(Kind::RegistryFailed), Some(Kind::RefusedByFlavor)),
            (denied(), response(500), Some(Kind::RefusedByFlavor)),
            (Answer::Misconfigured("x".into()), nothing(), Some(Kind::Configuration)),
            (Answer::Misconfigured("x".into()), failed(Kind::RegistryFailed), Some(Kind::Configuration)),
            (Answer::Misconfigured("x".into()), response(500), Some(Kind::Configuration)),
            (Answer::Unavailable("x".into()), nothing(), Some(Kind::FlavorBroke)),
            (Answer::Unavailable("x".into()), unreadable(), Some(Kind::SourceFailed)),
            (Answer::Unavailable("x".into()), failed(Kind::RegistryFailed), Some(Kind::RegistryFailed)),
            (Answer::Unavailable("x".into()), failed(Kind::Configuration), Some(Kind::Configuration)),
            (Answer::Unavailable("x".into()), response(200), Some(Kind::RegistryFailed)),
            (Answer::Unavailable("x".into()), response(403), Some(Kind::RegistryFailed)),
            (Answer::Unavailable("x".into()), Before { answered: answered(200), ..unreadable() }, Some(Kind::SourceFailed)),
            (Answer::Unavailable("x".into()), Before { answered: answered(400), ..unreadable() }, Some(Kind::RegistryFailed)),
            (Answer::Other("x".into()), nothing(), Some(Kind::RefusedByFlavor)),
            (Answer::Other("x".into()), unreadable(), Some(Kind::SourceFailed)),
            (Answer::Other("x".into()), failed(Kind::RegistryFailed), Some(Kind::RegistryFailed)),
            (Answer::Other("x".into()), response(403), Some(Kind::RefusedByFlavor)),
            (Answer::Other("x".into()), Before { answered: answered(403), ..unreadable() }, Some(Kind::SourceFailed)),
        ] {
            assert_eq!(kind(&of("f", Ok(answer.clone()), before.clone())), expected, "{answer:?} {before:?}");
        }
    }
}
