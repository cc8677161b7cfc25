//! What a flavor says when the push may not go on.

/// Why a push may not go on. The kinds are kept apart because each has another owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The image breaks the flavor's rules; its author acts. Never empty: the host takes a denial of nothing for a defect of the flavor.
    Denied(Vec<Violation>),
    /// The settings do not make sense; the operator acts. What serde can tell is answered before the hook is called.
    Misconfigured(String),
    /// Something that the flavor needs did not answer.
    Unavailable(String),
    /// Anything else.
    Other(String),
}

/// One reason for a refusal, made by [`deny`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Stable and machine-readable: `tag.latest`.
    pub code: String,
    /// What is wrong, for a person.
    pub message: String,
    /// What to do about it, for a person.
    pub hint: Option<String>,
    pub(crate) details: Vec<(String, String)>,
}

/// A reason for a refusal, with a stable, machine-readable `code` and a `message` for a person.
///
/// By `into()` it becomes a [`Refusal`], or the whole `Err` that a hook returns.
pub fn deny(code: impl Into<String>, message: impl Into<String>) -> Violation {
    Violation { code: code.into(), message: message.into(), hint: None, details: Vec::new() }
}

impl Violation {
    /// What to do about it, for a person.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A fact for machines: `platform`, `label`, `documentation`. A key that was given before gets the new value.
    #[must_use]
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
pub struct Violations(Vec<Violation>);

impl Violations {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, violation: Violation) {
        self.0.push(violation);
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
