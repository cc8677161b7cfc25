//! What a flavor says when the push may not go on.

use std::fmt;

use crate::Reason;
use crate::made::{self, Mark};

/// Why a push may not go on. The kinds are kept apart because each has another owner.
///
/// A refusal is made where the hook returns it: by [`deny`], [`misconfigured`](Self::misconfigured), [`unavailable`](Self::unavailable) or
/// [`other`](Self::other). A call that made one by these and then approves fails, with the line where it was made, unless the refusal was dropped
/// by [`withdraw`](Self::withdraw). The compiler warns of one that is not used at all:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// pushgate_flavor::deny("tag.latest", "the tag `latest` may move");
/// ```
/// ```compile_fail
/// #![deny(unused_must_use)]
/// pushgate_flavor::deny("tag.latest", "the tag `latest` may move").hint("push a version").detail("tag", "latest");
/// ```
/// ```compile_fail
/// #![deny(unused_must_use)]
/// pushgate_flavor::Refusal::unavailable("no answer");
/// ```
/// ```compile_fail
/// #![deny(unused_must_use)]
/// fn check() -> pushgate_flavor::Violations {
///     pushgate_flavor::Violations::new()
/// }
/// check();
/// ```
/// ```compile_fail
/// #![deny(unused_must_use)]
/// fn check() -> Result<(), pushgate_flavor::Refusal> {
///     pushgate_flavor::deny("tag.latest", "the tag `latest` may move").into()
/// }
/// check();
/// ```
///
/// The variants are for reading a refusal; one with a text is made by a function alone, so that none is unknown to the call:
///
/// ```compile_fail
/// let refusals = vec![pushgate_flavor::Refusal::Other("made by hand".to_owned())];
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a refusal that is not returned refuses nothing"]
pub enum Refusal {
    /// The image breaks the flavor's rules; its author acts. Never empty: the host takes a denial of nothing for a defect of the flavor.
    Denied(Vec<Violation>),
    /// The settings do not make sense; the operator acts. What serde can tell is answered before the hook is called.
    Misconfigured(Reason),
    /// Something that the flavor needs did not answer.
    Unavailable(Reason),
    /// Anything else.
    Other(Reason),
}

impl Refusal {
    /// The settings do not make sense; the text names the setting.
    #[track_caller]
    pub fn misconfigured(text: impl Into<String>) -> Self {
        Self::Misconfigured(Reason::new(text))
    }

    /// Something that the flavor needs did not answer.
    #[track_caller]
    pub fn unavailable(text: impl Into<String>) -> Self {
        Self::Unavailable(Reason::new(text))
    }

    /// Anything else.
    #[track_caller]
    pub fn other(text: impl Into<String>) -> Self {
        Self::Other(Reason::new(text))
    }

    /// Drops a refusal on purpose: the call may approve as if it had never been made. (The function `drop` of std frees a value, and says nothing
    /// about a purpose.)
    pub fn withdraw(self) {
        match self {
            Self::Denied(violations) => violations.into_iter().for_each(Violation::withdraw),
            Self::Misconfigured(reason) | Self::Unavailable(reason) | Self::Other(reason) => reason.withdraw(),
        }
    }
}

/// One reason for a refusal, made by [`deny`].
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a violation that is not returned refuses nothing"]
pub struct Violation {
    /// Stable and machine-readable: `tag.latest`.
    pub code: String,
    /// What is wrong, for a person.
    pub message: String,
    /// What to do about it, for a person.
    pub hint: Option<String>,
    pub(crate) details: Vec<(String, String)>,
    mark: Mark,
}

impl fmt::Debug for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, message, hint, details, mark: _ } = self;
        let mut violation = formatter.debug_struct("Violation");
        violation.field("code", code).field("message", message).field("hint", hint).field("details", details).finish()
    }
}

/// A reason for a refusal, with a stable, machine-readable `code` and a `message` for a person.
///
/// By `into()` it becomes a [`Refusal`], or the whole `Err` that a hook returns.
#[track_caller]
pub fn deny(code: impl Into<String>, message: impl Into<String>) -> Violation {
    Violation { code: code.into(), message: message.into(), hint: None, details: Vec::new(), mark: made::mark() }
}

impl Violation {
    /// What to do about it, for a person.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A fact for machines: `platform`, `label`, `documentation`. A key that was given before gets the new value.
    pub fn detail(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let (key, value) = (key.into(), value.into());
        match self.details.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => self.details.push((key, value)),
        }
        self
    }

    /// The facts for machines, each key once.
    #[must_use]
    pub fn details(&self) -> &[(String, String)] {
        &self.details
    }

    /// One fact for machines.
    #[must_use]
    pub fn detail_of(&self, key: &str) -> Option<&str> {
        self.details.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Drops the violation on purpose, as [`Refusal::withdraw`] does.
    pub fn withdraw(self) {
        made::withdraw(&self.mark);
    }
}

impl From<Violation> for Refusal {
    fn from(violation: Violation) -> Self {
        Self::Denied(vec![violation])
    }
}

impl<T> From<Violation> for Result<T, Refusal> {
    fn from(violation: Violation) -> Self {
        Err(violation.into())
    }
}

/// All that is wrong with a push, so that its author sees it at once. Collected from an iterator, or pushed one by one; becomes the hook's
/// answer by `into()`: `Ok` when there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "violations that are not returned refuse nothing"]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// Drops all of them on purpose, as [`Refusal::withdraw`] does.
    pub fn withdraw(self) {
        self.0.into_iter().for_each(Violation::withdraw);
    }
}

impl FromIterator<Violation> for Violations {
    fn from_iter<I: IntoIterator<Item = Violation>>(violations: I) -> Self {
        Self(violations.into_iter().collect())
    }
}

impl Extend<Violation> for Violations {
    fn extend<I: IntoIterator<Item = Violation>>(&mut self, violations: I) {
        self.0.extend(violations);
    }
}

impl From<Violations> for Result<(), Refusal> {
    fn from(violations: Violations) -> Self {
        if violations.0.is_empty() { Ok(()) } else { Err(Refusal::Denied(violations.0)) }
    }
}
