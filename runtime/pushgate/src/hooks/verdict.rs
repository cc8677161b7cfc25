//! From a flavor's answer to what becomes of the push, and who has to act.
//!
//! | answer | nothing failed in the host | reading the images failed | a question or request failed | it went to no granted origin |
//! |---|---|---|---|---|
//! | approved | goes on | goes on: the flavor did not mind | goes on | goes on |
//! | denied | exit 4 | exit 4 | exit 4 | exit 4 |
//! | misconfigured | exit 8 | exit 8 | exit 8 | exit 8 |
//! | unavailable | exit 5: nothing that the host knows of was unavailable | exit 6 | exit 7 | exit 8 |
//! | other | exit 4 | exit 6 | exit 7 | exit 8 |
//! | a trap, a limit, a bad answer | exit 5 | exit 5 | exit 5 | exit 5 |
//!
//! Of several things that failed, the last counts: it is what a flavor gives up for.

use pushgate_sandbox::{Answer, CallError, Violation};

use super::host::Failed;
use crate::exit::{Failure, Kind};
use crate::hook_mode::HookMode;
use crate::report::HookVerdict;

/// What became of one hook.
#[derive(Debug)]
pub(super) enum Verdict {
    Approved,
    Refused { failure: Failure, violations: Vec<Violation> },
    Warned { failure: Failure, violations: Vec<Violation> },
    Broke(Failure),
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
            Self::Broke(_) => HookVerdict::Broke,
        }
    }

    pub(super) fn violations(&self) -> &[Violation] {
        match self {
            Self::Refused { violations, .. } | Self::Warned { violations, .. } => violations,
            Self::Approved | Self::Broke(_) => &[],
        }
    }
}

/// What the answer of `flavor` means, given what failed in the host while it ran.
pub(super) fn of(flavor: &str, answer: Result<Answer, CallError>, failed: Option<Failed>) -> Verdict {
    let refusal = |message: &str, violations| Verdict::Refused {
        failure: Failure::new(Kind::RefusedByFlavor, format!("refused by the flavor {flavor}{message}")),
        violations,
    };
    match (answer, failed) {
        (Ok(Answer::Approved), _) => Verdict::Approved,
        (Ok(Answer::Denied(violations)), _) => refusal("", violations),
        (Ok(Answer::Misconfigured(message)), _) => Verdict::Broke(
            Failure::new(Kind::Configuration, format!("the flavor {flavor} does not accept its settings: {message}"))
                .with_hint(Some(format!("`pushgate flavor describe {flavor}` shows the settings that it takes"))),
        ),
        (Ok(Answer::Unavailable(message) | Answer::Other(message)), Some(Failed { what, failure })) => {
            let message = format!("the flavor {flavor} gave up ({message}) because {what}: {}", failure.message);
            Verdict::Broke(Failure { message, ..failure })
        }
        (Ok(Answer::Unavailable(message)), None) => Verdict::Broke(Failure::new(
            Kind::FlavorBroke,
            format!("the flavor {flavor} says that something is unavailable, but nothing that it was given failed: {message}"),
        )),
        (Ok(Answer::Other(message)), None) => refusal(&format!(": {message}"), Vec::new()),
        (Err(error), _) => {
            let hint = error.hint();
            Verdict::Broke(Failure::from_error(Kind::FlavorBroke, &error).in_flavor(flavor).with_hint(hint))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(verdict: &Verdict) -> Option<Kind> {
        match verdict {
            Verdict::Approved => None,
            Verdict::Refused { failure, .. } | Verdict::Broke(failure) => Some(failure.kind),
            Verdict::Warned { .. } => panic!("nothing warns before the mode is known"),
        }
    }

    fn failed(kind: Kind) -> Option<Failed> {
        Some(Failed { what: "it failed", failure: Failure::new(kind, "so") })
    }

    #[test]
    fn each_answer_has_its_owner() {
        let denied = || Answer::Denied(Vec::new());
        let unreadable = || failed(Kind::SourceFailed);
        for (answer, failed, expected) in [
            (Answer::Approved, None, None),
            (Answer::Approved, unreadable(), None),
            (Answer::Approved, failed(Kind::RegistryFailed), None),
            (denied(), None, Some(Kind::RefusedByFlavor)),
            (denied(), unreadable(), Some(Kind::RefusedByFlavor)),
            (denied(), failed(Kind::RegistryFailed), Some(Kind::RefusedByFlavor)),
            (Answer::Misconfigured("x".into()), None, Some(Kind::Configuration)),
            (Answer::Misconfigured("x".into()), failed(Kind::RegistryFailed), Some(Kind::Configuration)),
            (Answer::Unavailable("x".into()), None, Some(Kind::FlavorBroke)),
            (Answer::Unavailable("x".into()), unreadable(), Some(Kind::SourceFailed)),
            (Answer::Unavailable("x".into()), failed(Kind::RegistryFailed), Some(Kind::RegistryFailed)),
            (Answer::Unavailable("x".into()), failed(Kind::Configuration), Some(Kind::Configuration)),
            (Answer::Other("x".into()), None, Some(Kind::RefusedByFlavor)),
            (Answer::Other("x".into()), unreadable(), Some(Kind::SourceFailed)),
            (Answer::Other("x".into()), failed(Kind::RegistryFailed), Some(Kind::RegistryFailed)),
        ] {
            assert_eq!(kind(&of("f", Ok(answer.clone()), failed.clone())), expected, "{answer:?} {failed:?}");
        }
    }
}
