//! An answer as it came over the boundary, and what must hold before it counts.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::text::{cut, excerpt};
use crate::{Answer, CallError, Limits, Violation};

/// An answer of the guest, before anything of it was checked.
#[derive(Debug)]
pub(crate) enum RawAnswer {
    Approved,
    Denied(Vec<RawViolation>),
    Misconfigured(String),
    Unavailable(String),
    Other(String),
}

/// A violation, before anything of it was checked.
#[derive(Debug)]
pub(crate) struct RawViolation {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) details: Vec<(String, String)>,
}

impl RawAnswer {
    /// Cuts the texts, counts the violations that are too many, and refuses what the contract does not allow.
    ///
    /// # Errors
    /// [`CallError::BadAnswer`] for a denial without a violation, and for a detail that is given twice.
    pub(crate) fn check(self, limits: &Limits) -> Result<(Answer, u64), CallError> {
        let text = |text| cut(text, limits.text_bytes);
        Ok(match self {
            Self::Approved => (Answer::Approved, 0),
            Self::Denied(violations) => return denied(violations, limits),
            Self::Misconfigured(reason) => (Answer::Misconfigured(text(reason)), 0),
            Self::Unavailable(reason) => (Answer::Unavailable(text(reason)), 0),
            Self::Other(reason) => (Answer::Other(text(reason)), 0),
        })
    }
}

fn denied(raw: Vec<RawViolation>, limits: &Limits) -> Result<(Answer, u64), CallError> {
    if raw.is_empty() {
        let message = "it denied the push without a violation".to_owned();
        return Err(CallError::BadAnswer { message });
    }
    let mut violations = Vec::new();
    let mut bytes_left = limits.violation_bytes;
    let mut suppressed = 0u64;
    for violation in raw {
        let (violation, bytes) = violation.check(limits.text_bytes)?;
        // The first is always kept: a denial gives a reason.
        let fits = violations.is_empty() || (violations.len() < limits.violations && bytes <= bytes_left);
        if fits && suppressed == 0 {
            bytes_left = bytes_left.saturating_sub(bytes);
            violations.push(violation);
        } else {
            suppressed += 1;
        }
    }
    Ok((Answer::Denied(violations), suppressed))
}

impl RawViolation {
    /// The violation with its texts cut, and the bytes of them.
    fn check(self, text_bytes: usize) -> Result<(Violation, usize), CallError> {
        let mut bytes = 0;
        let mut text = |text: String| {
            let text = cut(text, text_bytes);
            bytes += text.len();
            text
        };
        let (code, message, hint) = (text(self.code), text(self.message), self.hint.map(&mut text));
        let mut details = BTreeMap::new();
        for (key, value) in self.details {
            match details.entry(text(key)) {
                Entry::Vacant(vacant) => {
                    vacant.insert(text(value));
                }
                Entry::Occupied(occupied) => {
                    let key = excerpt(occupied.key(), 100);
                    let message = format!("the violation `{}` gives the detail `{key}` twice", excerpt(&code, 100));
                    return Err(CallError::BadAnswer { message });
                }
            }
        }
        Ok((Violation { code, message, hint, details }, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(message: &str) -> RawViolation {
        RawViolation { code: "c".to_owned(), message: message.to_owned(), hint: None, details: Vec::new() }
    }

    #[test]
    fn violations_beyond_the_number_are_counted() {
        let raw = RawAnswer::Denied((0..2_000).map(|number| violation(&number.to_string())).collect());
        let (Answer::Denied(violations), suppressed) = raw.check(&Limits::default()).unwrap() else { panic!("not a denial") };
        assert_eq!((violations.len(), suppressed), (100, 1_900));
        assert_eq!(violations[99].message, "99");
    }

    #[test]
    fn violations_beyond_the_bytes_are_counted_and_none_is_left_out_in_between() {
        let long = "x".repeat(8_000);
        let mut raw: Vec<_> = (0..10).map(|_| violation(&long)).collect();
        raw.push(violation("short"));
        let (Answer::Denied(violations), suppressed) = RawAnswer::Denied(raw).check(&Limits::default()).unwrap() else {
            panic!("not a denial")
        };
        assert_eq!((violations.len(), suppressed), (8, 3));
    }

    #[test]
    fn one_violation_is_always_kept() {
        let mut raw = violation(&"x".repeat(20_000));
        raw.details = (0..20).map(|number| (number.to_string(), "y".repeat(20_000))).collect();
        let (Answer::Denied(violations), suppressed) = RawAnswer::Denied(vec![raw]).check(&Limits::default()).unwrap() else {
            panic!("not a denial")
        };
        assert_eq!((violations.len(), suppressed), (1, 0));
        assert_eq!((violations[0].message.len(), violations[0].details["7"].len()), (8 << 10, 8 << 10));
    }

    #[test]
    fn denying_without_a_reason_and_repeating_a_detail_are_bad_answers() {
        let empty = RawAnswer::Denied(Vec::new()).check(&Limits::default()).unwrap_err();
        assert_eq!(empty.to_string(), "the flavor gave a bad answer: it denied the push without a violation");
        let mut raw = violation("m");
        raw.details = vec![("platform".to_owned(), "a".to_owned()), ("platform".to_owned(), "a".to_owned())];
        let twice = RawAnswer::Denied(vec![raw]).check(&Limits::default()).unwrap_err();
        assert_eq!(twice.to_string(), "the flavor gave a bad answer: the violation `c` gives the detail `platform` twice");
    }

    #[test]
    fn reasons_are_cut() {
        for raw in [RawAnswer::Misconfigured, RawAnswer::Unavailable, RawAnswer::Other] {
            let (answer, _) = raw("é".repeat(8 << 10)).check(&Limits::default()).unwrap();
            let (Answer::Misconfigured(text) | Answer::Unavailable(text) | Answer::Other(text)) = answer else {
                panic!("another answer: {answer:?}")
            };
            assert_eq!(text.len(), 8 << 10);
        }
    }
}
