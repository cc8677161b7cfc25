//! From a flavor's answer to what becomes of the push, and who has to act.
//!
//! | answer | nothing failed in the host | reading the images failed | a question or request failed | a server answered |
//! |---|---|---|---|---|
//! | approved | goes on | goes on: the flavor did not mind | goes on | goes on |
//! | denied | `Refused` | `Refused` | `Refused` | `Refused` |
//! | misconfigured | `Misconfigured` | `Misconfigured` | `Misconfigured` | `Misconfigured` |
//! | unavailable | `NothingFailed` | `Images` | `GaveUp` | `GaveUpOnAnswer` |
//! | other | `Refused` | `Images` | `GaveUp` | `Refused` |
//! | a trap, a limit, a bad answer | `Broke` | `Broke` | `Broke` | `Broke` |
//!
//! Of several things that failed, the last counts: it is what a flavor gives up for. A response of 400 and above is one of them where the flavor says
//! `unavailable`; any other only where nothing failed, since the flavor knows better than the host whether it could use it.

use pushgate_sandbox::{Answer, CallError, Violation};

use super::before::{Answered, Before};
use super::error::DecideError;
use super::host_failure::HostFailure;
use crate::decision::HookVerdict;
use crate::hook_mode::HookMode;

/// A flavor's refusal.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Its reasons.
    pub(super) violations: Vec<Violation>,
    /// Its reason, where it gave one without violations.
    message: Option<String>,
}

impl Refusal {
    /// The error of a push that these flavors refused. Where it is one, its reason stands with it; those of several stand in the decision.
    pub(super) fn into_error(self, flavors: Vec<String>) -> DecideError {
        let message = self.message.filter(|_| flavors.len() == 1);
        DecideError::Refused { flavors, message }
    }
}

/// What became of one hook.
#[derive(Debug)]
pub(super) enum Verdict {
    Approved,
    Refused(Refusal),
    Warned(Refusal),
    /// No answer that counts.
    Stopped(DecideError),
}

impl Verdict {
    /// A refusal of a hook that only warns does not stop the push. Whatever else stopped it still does.
    pub(super) fn in_mode(self, mode: HookMode) -> Self {
        match (self, mode) {
            (Self::Refused(refusal), HookMode::Warn) => Self::Warned(refusal),
            (verdict, HookMode::Enforce | HookMode::Warn) => verdict,
        }
    }

    pub(super) fn name(&self) -> HookVerdict {
        match self {
            Self::Approved => HookVerdict::Approved,
            Self::Refused(_) => HookVerdict::Refused,
            Self::Warned(_) => HookVerdict::Warned,
            Self::Stopped(error) => error.verdict(),
        }
    }

    pub(super) fn violations(&self) -> &[Violation] {
        match self {
            Self::Refused(refusal) | Self::Warned(refusal) => &refusal.violations,
            Self::Approved | Self::Stopped(_) => &[],
        }
    }
}

/// What the answer of `flavor` means, given what went before it in the host.
pub(super) fn of(flavor: &str, answer: Result<Answer, CallError>, before: Before) -> Verdict {
    let flavor = flavor.to_owned();
    let Before { failed, answered } = before;
    let refused_by_server = answered.as_ref().is_some_and(|answered| answered.status >= 400);
    match (answer, failed) {
        (Ok(Answer::Approved), _) => Verdict::Approved,
        (Ok(Answer::Denied(violations)), _) => Verdict::Refused(Refusal { violations, message: None }),
        (Ok(Answer::Misconfigured(message)), _) => Verdict::Stopped(DecideError::Misconfigured { flavor, message }),
        (Ok(Answer::Unavailable(message)), failed) if refused_by_server || failed.is_none() => {
            Verdict::Stopped(gave_up_after(flavor, message, answered))
        }
        // A push that reads the image first ends with just this; the flavor's words about it are no second reason.
        (Ok(Answer::Unavailable(_) | Answer::Other(_)), Some(HostFailure::Images(error))) => Verdict::Stopped(DecideError::Images(error)),
        (Ok(Answer::Unavailable(message) | Answer::Other(message)), Some(failure)) => {
            Verdict::Stopped(DecideError::GaveUp { flavor, failure, message })
        }
        (Ok(Answer::Unavailable(message) | Answer::Other(message)), None) => {
            Verdict::Refused(Refusal { violations: Vec::new(), message: Some(message) })
        }
        (Err(error), _) => Verdict::Stopped(DecideError::Broke { flavor, error }),
    }
}

/// A flavor said that something is unavailable, and the host knows of nothing but what servers answered.
fn gave_up_after(flavor: String, message: String, answered: Option<Answered>) -> DecideError {
    match answered {
        Some(Answered { origin, status }) => DecideError::GaveUpOnAnswer { flavor, origin, status, message },
        None => DecideError::NothingFailed { flavor, message },
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;
    use std::time::Duration;

    use pushgate_egress::OutboundError;

    use super::super::images::ImagesError;
    use super::super::missing_grants::Grantee;
    use super::*;

    /// Who has to act, by the error that says so.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Ended {
        Approved,
        /// The author of the image: exit 4.
        Refused,
        /// The operator: exit 8.
        Misconfigured,
        /// The caller, whose source cannot be read: exit 6.
        Images,
        /// The operator, for what failed in the host: exit 7 or 8.
        GaveUp(HookVerdict),
        /// The operator, for what a server answered: exit 7.
        OnAnswer,
        /// The flavor's author: exit 5.
        NothingFailed,
    }

    fn ended(verdict: &Verdict) -> Ended {
        match verdict {
            Verdict::Approved => Ended::Approved,
            Verdict::Refused(_) => Ended::Refused,
            Verdict::Warned(_) => panic!("nothing warns before the mode is known"),
            Verdict::Stopped(error) => match error {
                DecideError::Misconfigured { .. } => Ended::Misconfigured,
                DecideError::Images(_) => Ended::Images,
                DecideError::GaveUp { .. } => Ended::GaveUp(error.verdict()),
                DecideError::GaveUpOnAnswer { .. } => Ended::OnAnswer,
                DecideError::NothingFailed { .. } => Ended::NothingFailed,
                other => panic!("{other}"),
            },
        }
    }

    fn failed(failure: HostFailure) -> Before {
        Before { failed: Some(failure), answered: None }
    }

    fn of_http(error: OutboundError) -> HostFailure {
        let hook = Grantee { flavor: "f".to_owned(), registry: None, granted: Vec::new() };
        HostFailure::Http { error: Arc::new(error), hook }
    }

    fn answered(status: u16) -> Option<Answered> {
        Some(Answered { origin: "https://api.example.com".to_owned(), status })
    }

    #[test]
    fn each_answer_has_its_owner() {
        let denied = || Answer::Denied(Vec::new());
        let nothing = Before::default;
        let unreadable = || failed(HostFailure::Images(ImagesError { is_not_found: false, cause: Arc::new(io::Error::other("so")) }));
        let silent = || failed(HostFailure::NoAnswer { host: "r.example".to_owned(), patience: Duration::from_secs(4) });
        let ungranted = || failed(of_http(OutboundError::NotGranted { origin: None }));
        let response = |status| Before { failed: None, answered: answered(status) };
        for (answer, before, expected) in [
            (Answer::Approved, nothing(), Ended::Approved),
            (Answer::Approved, unreadable(), Ended::Approved),
            (Answer::Approved, silent(), Ended::Approved),
            (Answer::Approved, response(500), Ended::Approved),
            (denied(), nothing(), Ended::Refused),
            (denied(), unreadable(), Ended::Refused),
            (denied(), silent(), Ended::Refused),
            (denied(), response(500), Ended::Refused),
            (Answer::Misconfigured("x".into()), nothing(), Ended::Misconfigured),
            (Answer::Misconfigured("x".into()), silent(), Ended::Misconfigured),
            (Answer::Misconfigured("x".into()), response(500), Ended::Misconfigured),
            (Answer::Unavailable("x".into()), nothing(), Ended::NothingFailed),
            (Answer::Unavailable("x".into()), unreadable(), Ended::Images),
            (Answer::Unavailable("x".into()), silent(), Ended::GaveUp(HookVerdict::Unavailable)),
            (Answer::Unavailable("x".into()), ungranted(), Ended::GaveUp(HookVerdict::Misconfigured)),
            (Answer::Unavailable("x".into()), response(200), Ended::OnAnswer),
            (Answer::Unavailable("x".into()), response(403), Ended::OnAnswer),
            (Answer::Unavailable("x".into()), Before { answered: answered(200), ..unreadable() }, Ended::Images),
            (Answer::Unavailable("x".into()), Before { answered: answered(400), ..unreadable() }, Ended::OnAnswer),
            (Answer::Other("x".into()), nothing(), Ended::Refused),
            (Answer::Other("x".into()), unreadable(), Ended::Images),
            (Answer::Other("x".into()), silent(), Ended::GaveUp(HookVerdict::Unavailable)),
            (Answer::Other("x".into()), response(403), Ended::Refused),
            (Answer::Other("x".into()), Before { answered: answered(403), ..unreadable() }, Ended::Images),
        ] {
            assert_eq!(ended(&of("f", Ok(answer.clone()), before.clone())), expected, "{answer:?} {before:?}");
        }
    }
}
