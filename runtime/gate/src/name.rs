//! Names of registries and flavors: `[a-z0-9]+(-[a-z0-9]+)*`, at most 64 bytes.
//!
//! One spelling per name: no upper case, no Unicode (so no look-alikes), no `.`, `/` or `..` (so that a name is never a path).
//! It follows that two names can't differ in case alone, and that a name needs no quoting in a shell or as a TOML key.

use std::fmt;
use std::str::FromStr;

/// The longest name, in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// The name of a registry or of a flavor, proven to follow the rule of this module.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// A text that is not a [`Name`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a name: {rule}")]
pub struct ParseNameError {
    text: String,
    rule: &'static str,
}

impl Name {
    /// Checks a text against the rule.
    ///
    /// # Errors
    /// A text that is empty, too long, or holds anything but `a-z`, `0-9` and single inner hyphens.
    pub fn parse(text: &str) -> Result<Self, ParseNameError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let rule = if text.is_empty() {
            "it is empty"
        } else if text.len() > MAX_NAME_BYTES {
            "it is longer than 64 bytes"
        } else if !text.bytes().all(allowed) {
            "only a-z, 0-9 and `-` may stand in it"
        } else if text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            "a hyphen may only stand between two letters or digits"
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(ParseNameError { text: shorten(text), rule })
    }

    /// The name that a text was not chosen to be, but can be made: in lower case, with hyphens for `_`, `.` and spaces.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), about what was made of the text.
    pub fn fitted(text: &str) -> Result<Self, ParseNameError> {
        Self::parse(&text.to_lowercase().replace(['_', '.', ' '], "-"))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// So that a map keyed by names can be asked with a text that was never checked.
impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

/// Cuts a text that goes into a message to a length that a person can read.
pub fn shorten(text: &str) -> String {
    if text.chars().nth(MAX_NAME_BYTES).is_none() {
        return text.to_owned();
    }
    text.chars().take(MAX_NAME_BYTES - 1).chain(['…']).collect()
}

/// The name that was probably meant. Half of a short name may be wrong, a third of a long one: `prd` is near `prod`, and `x` is near nothing.
pub fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let tolerance = wanted.chars().count().div_ceil(3);
    known
        .map(|name| (strsim::osa_distance(wanted, name), name))
        .filter(|(distance, name)| *distance <= tolerance && *distance < name.len())
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_accepted() {
        for text in ["a", "0", "prod", "team-prod-2", "1-2-3", &"x".repeat(64)] {
            assert_eq!(Name::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn names_that_are_refused() {
        let long = "x".repeat(65);
        let very_long = "x".repeat(300);
        let table = [
            ("", "empty"),
            (long.as_str(), "longer than 64"),
            (very_long.as_str(), "longer than 64"),
            ("Prod", "a-z"),
            ("../../x", "a-z"),
            (".", "a-z"),
            ("..", "a-z"),
            ("a/b", "a-z"),
            ("a.b", "a-z"),
            ("a b", "a-z"),
            ("a_b", "a-z"),
            ("рrod", "a-z"), // a Cyrillic first letter
            ("prod\u{200b}", "a-z"),
            ("prod\0", "a-z"),
            ("prod\n", "a-z"),
            ("-prod", "hyphen"),
            ("prod-", "hyphen"),
            ("a--b", "hyphen"),
            ("-", "hyphen"),
        ];
        for (text, rule) in table {
            let error = Name::parse(text).unwrap_err();
            assert!(error.to_string().contains(rule), "{text:?}: {error}");
            assert!(error.to_string().len() < 200, "{error}");
        }
    }
}
