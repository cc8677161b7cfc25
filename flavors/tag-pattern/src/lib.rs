//! Tags by pattern, as the settings of several flavors name them: a tag, or a text in which each `*` stands for any characters, or none.

use std::fmt;

use serde::Deserialize;

/// The most characters that a tag has.
const LONGEST: usize = 128;

/// Some tags: `latest`, `*-dev`, `rc*`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TagPattern(String);

impl TagPattern {
    /// This tag alone.
    #[must_use]
    pub fn exactly(tag: &str) -> Self {
        Self(tag.to_owned())
    }

    /// Every tag: `*`.
    #[must_use]
    pub fn every() -> Self {
        Self("*".to_owned())
    }

    /// Whether it is every tag, however many `*` are written.
    #[must_use]
    pub fn is_every(&self) -> bool {
        self.0.bytes().all(|byte| byte == b'*')
    }

    /// Whether the text is what the pattern describes, and no `*` has to take a `-` of it: `alpine*` is `alpine3.20`, and not `alpine-rc.1`.
    #[must_use]
    pub fn matches_between_dashes(&self, text: &str) -> bool {
        let dashes = |text: &str| text.bytes().filter(|byte| *byte == b'-').count();
        // Those that the pattern has are taken by themselves; no star is left for any other.
        dashes(text) == dashes(&self.0) && self.matches(text)
    }

    /// Whether every tag that `other` describes is one of these, as far as the two texts show: `*` of the other is a character that only `*` takes here.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }

    /// Whether the whole tag is what the pattern describes. When the characters differ, the last `*` takes one character more: an earlier one need
    /// not be tried again, so the work is bounded by the product of both lengths.
    #[must_use]
    pub fn matches(&self, tag: &str) -> bool {
        let (mut pattern, mut tag) = (self.0.as_bytes(), tag.as_bytes());
        let mut last_star = None;
        loop {
            match (pattern.split_first(), tag.split_first()) {
                (Some((b'*', after)), _) => {
                    last_star = Some((after, tag));
                    pattern = after;
                }
                (Some((expected, pattern_rest)), Some((found, tag_rest))) if expected == found => (pattern, tag) = (pattern_rest, tag_rest),
                (None, None) => return true,
                _ => {
                    let Some((after, [_, taken_more @ ..])) = last_star else { return false };
                    last_star = Some((after, taken_more));
                    (pattern, tag) = (after, taken_more);
                }
            }
        }
    }
}

/// Only what a tag can match: any other pattern is a mistake, and not a rule. The form of a tag is that of the OCI distribution specification,
/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
impl TryFrom<String> for TagPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let possible = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-*".contains(&byte);
        let problem = if text.is_empty() || !text.bytes().all(possible) {
            "a tag has letters, digits, `_`, `.` and `-`"
        } else if text.starts_with(['.', '-']) {
            "a tag begins with a letter, a digit or `_`"
        } else if text.bytes().filter(|byte| *byte != b'*').count() > LONGEST {
            "a tag has at most 128 characters"
        } else {
            return Ok(Self(text));
        };
        Err(format!("`{text}` matches no tag: {problem}"))
    }
}

impl fmt::Display for TagPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_tags() {
        for (pattern, tag, expected) in [
            ("latest", "latest", true),
            ("latest", "latest2", false),
            ("latest", "Latest", false),
            ("*", "anything", true),
            ("rc*", "rc1", true),
            ("rc*", "rc", true),
            ("rc*", "1rc", false),
            ("*-dev", "1.0-dev", true),
            ("*-dev", "1.0-dev2", false),
            ("v*.*-rc*", "v1.2-rc3", true),
            ("v*.*-rc*", "v1-rc3", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*ab*b", "aab", false),
            ("*ab*b", "aabb", true),
            ("**x", "x", true),
        ] {
            assert_eq!(TagPattern::exactly(pattern).matches(tag), expected, "{pattern} {tag}");
        }
    }

    #[test]
    fn stars_alone_are_every_tag() {
        assert!(TagPattern::every().is_every() && TagPattern::exactly("**").is_every());
        assert!(!TagPattern::exactly("*-*").is_every());
    }

    #[test]
    fn a_pattern_that_no_tag_can_match_is_refused() {
        for text in ["", "v1/*", "la test", "ä", "-dev", ".hidden*", "team/app:v1", "^v", "v[0-9]", &"a".repeat(129)] {
            assert!(TagPattern::try_from(text.to_owned()).is_err(), "{text}");
        }
        for text in ["*-dev", "*.1", "_", &"a".repeat(128), &format!("*{}*", "a".repeat(128))] {
            assert!(TagPattern::try_from(text.to_owned()).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_star_may_not_take_a_dash() {
        for (pattern, text, expected) in [
            ("alpine*", "alpine3.20", true),
            ("alpine*", "alpine", true),
            ("alpine*", "alpine-rc.1", false),
            ("*-slim", "bookworm-slim", true),
            ("*-slim", "a-b-slim", false),
            ("*", "a-b", false),
            ("slim", "slim", true),
        ] {
            assert_eq!(TagPattern::exactly(pattern).matches_between_dashes(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_covers_what_is_narrower() {
        for (wide, narrow, expected) in [
            ("*", "v*", true),
            ("v*", "v1", true),
            ("v*", "v*-rc*", true),
            ("v*", "v*", true),
            ("v1", "v*", false),
            ("v*-rc*", "v*", false),
            ("*-dev", "latest", false),
        ] {
            assert_eq!(TagPattern::exactly(wide).covers(&TagPattern::exactly(narrow)), expected, "{wide} {narrow}");
        }
    }
}
