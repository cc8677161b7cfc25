//! The text of a refusal that is not about the image.

use std::fmt;
use std::ops::Deref;

use crate::made::{self, Mark};

/// The text of a [`Refusal`](crate::Refusal) that is misconfigured, unavailable or other: a text wherever one is read. The functions of
/// [`Refusal`](crate::Refusal) make it, and nothing else does, so that a call knows of every refusal that was made in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Reason {
    text: String,
    mark: Mark,
}

impl Reason {
    #[track_caller]
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), mark: made::mark() }
    }

    pub(crate) fn withdraw(&self) {
        made::withdraw(&self.mark);
    }
}

impl Deref for Reason {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.text
    }
}

impl PartialEq<str> for Reason {
    fn eq(&self, text: &str) -> bool {
        self.text == text
    }
}

impl PartialEq<&str> for Reason {
    fn eq(&self, text: &&str) -> bool {
        self.text == *text
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(formatter)
    }
}

/// As a text is shown: tests compare and print refusals.
impl fmt::Debug for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}
