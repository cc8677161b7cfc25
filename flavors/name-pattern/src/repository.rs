//! Repositories by pattern.

use std::fmt;

use serde::Deserialize;

/// Some repositories, by their whole path in a registry: `team/app`, `team/*`, `sandbox/**`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct RepositoryPattern {
    text: String,
    steps: Vec<Step>,
}

/// What a part of a pattern takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// This byte.
    Byte(u8),
    /// `*`: any bytes but `/`, or none.
    Segment,
    /// `**`: any bytes, or none.
    Path,
}

impl RepositoryPattern {
    /// Whether the whole repository is what the pattern describes.
    #[must_use]
    pub fn matches(&self, repository: &str) -> bool {
        self.places_after(repository.as_bytes()).last().copied().unwrap_or_default()
    }

    /// Whether the pattern describes a repository below `path`, the path of a registry's URI; an empty path is the whole registry.
    #[must_use]
    pub fn can_match_below(&self, path: &str) -> bool {
        if path.is_empty() {
            return true;
        }
        let places = self.places_after(format!("{path}/").as_bytes());
        // At the end of the pattern nothing may follow, and something has to.
        self.steps.iter().zip(places).any(|(_, is_reached)| is_reached)
    }

    /// Reads any text of these characters: of a repository, or of one behind a host.
    pub(crate) fn parse(text: &str, is_possible: fn(u8) -> bool) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text;
        while let Some(&byte) = rest.as_bytes().first() {
            let (step, length) = match byte {
                b'*' if rest.starts_with("**") => (Step::Path, 2),
                b'*' => (Step::Segment, 1),
                byte if is_possible(byte) => (Step::Byte(byte), 1),
                _ => return None,
            };
            steps.push(step);
            rest = rest.get(length..)?;
        }
        let is_path = !text.split('/').any(str::is_empty);
        is_path.then(|| Self { text: text.to_owned(), steps })
    }

    /// The places in the pattern that are reached when it has taken the whole text: all of them at once, so that the work is bounded by the product of both
    /// lengths. The last one is the end.
    fn places_after(&self, text: &[u8]) -> Vec<bool> {
        let mut places = vec![false; self.steps.len() + 1];
        if let Some(first) = places.first_mut() {
            *first = true;
        }
        self.skip_stars(&mut places);
        for &byte in text {
            let mut next = vec![false; places.len()];
            for (place, step) in self.steps.iter().enumerate().filter(|(place, _)| places.get(*place) == Some(&true)) {
                let reached = match *step {
                    Step::Byte(expected) if expected == byte => place + 1,
                    Step::Segment if byte != b'/' => place,
                    Step::Path => place,
                    Step::Byte(_) | Step::Segment => continue,
                };
                if let Some(reached) = next.get_mut(reached) {
                    *reached = true;
                }
            }
            self.skip_stars(&mut next);
            places = next;
        }
        places
    }

    /// A star may take nothing.
    fn skip_stars(&self, places: &mut [bool]) {
        for (place, step) in self.steps.iter().enumerate() {
            if let (Step::Segment | Step::Path, Some([true, after])) = (step, places.get_mut(place..place + 2)) {
                *after = true;
            }
        }
    }
}

/// Only what a repository can match. Its form is that of the OCI distribution specification: in lower case, with `/` between its parts.
impl TryFrom<String> for RepositoryPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_possible = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-/".contains(&byte);
        Self::parse(&text, is_possible).ok_or_else(|| {
            let problem = if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                "repositories are in lower case"
            } else if text.contains(':') {
                "a repository has no tag, and no host before it"
            } else {
                "a repository has lower-case letters, digits, `.`, `_` and `-`, and `/` between its parts"
            };
            format!("`{text}` matches no repository: {problem}")
        })
    }
}

impl fmt::Display for RepositoryPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> RepositoryPattern {
        RepositoryPattern::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn patterns_match_whole_repositories() {
        for (text, repository, expected) in [
            ("team/app", "team/app", true),
            ("team/app", "team/app2", false),
            ("team/*", "team/app", true),
            ("team/*", "team/app/web", false),
            ("team/*", "team", false),
            ("team/**", "team/app/web", true),
            ("team/**", "teams/app", false),
            ("**/web", "team/app/web", true),
            ("**/web", "web", false),
            ("**", "a/b/c", true),
            ("*/app-*", "team/app-1", true),
            ("*/app-*", "team/sub/app-1", false),
            ("team/*-job", "team/night-job", true),
            ("team/***", "team/a/b", true),
            ("*a*a*a*a*b", &"a".repeat(200), false),
        ] {
            assert_eq!(pattern(text).matches(repository), expected, "{text} {repository}");
        }
    }

    #[test]
    fn what_lies_below_a_path() {
        for (text, path, expected) in [
            ("team/app", "", true),
            ("team/app", "team", true),
            ("team/app", "other", false),
            ("app", "team", false),
            ("team", "team", false),
            ("*", "team", false),
            ("*/app", "team", true),
            ("team/*", "team/sub", false),
            ("team/**", "team/sub", true),
            ("**", "team/sub", true),
            ("te*", "team", false),
            ("te*/*", "team", true),
        ] {
            assert_eq!(pattern(text).can_match_below(path), expected, "{text} {path}");
        }
    }

    #[test]
    fn what_no_repository_matches_is_refused() {
        for (text, reason) in [
            ("", "a repository has lower-case letters, digits, `.`, `_` and `-`, and `/` between its parts"),
            ("/team", "a repository has lower-case letters, digits, `.`, `_` and `-`, and `/` between its parts"),
            ("team//app", "a repository has lower-case letters, digits, `.`, `_` and `-`, and `/` between its parts"),
            ("team/", "a repository has lower-case letters, digits, `.`, `_` and `-`, and `/` between its parts"),
            ("team/a?", "a repository has lower-case letters, digits, `.`, `_` and `-`, and `/` between its parts"),
            ("Team/app", "repositories are in lower case"),
            ("team/app:v1", "a repository has no tag, and no host before it"),
            ("localhost:5000/app", "a repository has no tag, and no host before it"),
        ] {
            assert_eq!(RepositoryPattern::try_from(text.to_owned()), Err(format!("`{text}` matches no repository: {reason}")));
        }
    }
}
