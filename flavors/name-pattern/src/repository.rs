//! Repositories by pattern.

use std::fmt;

use serde::Deserialize;

use crate::grammar::{KINDS, LONGEST, Read};

/// A byte that stands in no pattern and in no name, for any other text between two slashes.
const ANY: &str = "?";

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

    /// Whether the pattern describes some repository.
    #[must_use]
    pub fn can_match(&self) -> bool {
        self.can_go_on(&self.places_after(b""), &[Read::Component], LONGEST)
    }

    /// Whether the pattern describes some repository below `path`, the path of a registry's URI; an empty path is the whole registry.
    #[must_use]
    pub fn can_match_below(&self, path: &str) -> bool {
        let path = below(path);
        let left = LONGEST.saturating_sub(path.len());
        self.can_go_on(&self.places_after(path.as_bytes()), &[Read::Component], left)
    }

    /// Whether the pattern describes every repository below `path`; an empty path is the whole registry.
    ///
    /// It does if it describes those whose segments have no character of the pattern, since only stars take them, and a star that takes `?` takes any other
    /// text in its place. When there are more slashes in such a name than in the pattern, one of them is taken by `**`, which takes any number of
    /// segments more: longer names need not be tried.
    #[must_use]
    pub fn matches_all_below(&self, path: &str) -> bool {
        let path = below(path);
        let slashes = self.text.bytes().filter(|byte| *byte == b'/').count();
        (1..=slashes + 2).all(|segments| self.matches(&format!("{path}{}", vec![ANY; segments].join("/"))))
    }

    /// Whether the pattern describes some name: a repository, perhaps with a host before it.
    pub(crate) fn can_match_with_host(&self) -> bool {
        // The host does not count for the length of the repository.
        self.can_go_on(&self.places_after(b""), &[Read::Component, Read::Label], 2 * LONGEST)
    }

    /// Whether the pattern describes every repository on every host that is a domain.
    pub(crate) fn matches_all_on_all_hosts(&self) -> bool {
        self.matches_all_below(&format!("{ANY}.{ANY}"))
    }

    /// Whether at most so many bytes more lead from one of these places in the pattern to its end, and by the grammar to the end of a name.
    fn can_go_on(&self, places: &[bool], beginnings: &[Read], left: usize) -> bool {
        let mut seen = vec![[false; Read::COUNT]; self.steps.len() + 1];
        let starts = places.iter().enumerate().filter(|(_, is_reached)| **is_reached);
        let mut reached: Vec<(usize, Read)> = starts.flat_map(|(place, _)| beginnings.iter().map(move |read| (place, *read))).collect();
        for _ in 0..=left {
            let mut next = Vec::new();
            while let Some((place, read)) = reached.pop() {
                let Some(is_seen) = seen.get_mut(place).and_then(|seen| seen.get_mut(read as usize)) else { continue };
                if std::mem::replace(is_seen, true) {
                    continue;
                }
                let Some(step) = self.steps.get(place) else {
                    if read.is_whole() {
                        return true;
                    }
                    continue;
                };
                let mut take = |byte: u8, place: usize| next.extend(read.then(byte).map(|read| (place, read)));
                match *step {
                    Step::Byte(byte) => take(byte, place + 1),
                    Step::Segment | Step::Path => {
                        let takes = |byte: &&u8| **byte != b'/' || *step == Step::Path;
                        KINDS.iter().filter(takes).for_each(|byte| take(*byte, place));
                        // A star may take nothing.
                        reached.push((place + 1, read));
                    }
                }
            }
            reached = next;
        }
        false
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

/// What stands before every repository below a path.
fn below(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("{path}/") }
}

/// What is wrong with a pattern of possible characters that describes no repository.
pub(crate) fn form_problem(text: &str) -> &'static str {
    if text.len() > LONGEST {
        "a repository has at most 255 characters"
    } else {
        "between two letters or digits of a repository stands `/`, `.`, `_`, `__`, or any number of `-`, and nothing else"
    }
}

/// Only what a repository can match. Its form is that of the OCI distribution specification: in lower case, with `/` between its parts.
impl TryFrom<String> for RepositoryPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_possible = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-/".contains(&byte);
        Self::parse(&text, is_possible).filter(Self::can_match).ok_or_else(|| {
            let problem = if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                "repositories are in lower case"
            } else if text.contains(':') {
                "a repository has no tag, and no host before it"
            } else if Self::parse(&text, is_possible).is_some() {
                form_problem(&text)
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

    use crate::grammar::is_repository;

    const FORM: &str = "between two letters or digits of a repository stands `/`, `.`, `_`, `__`, or any number of `-`, and nothing else";

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
            ("team/app.", FORM),
            ("team/app-", FORM),
            ("team/a___b", FORM),
            ("team/a..b", FORM),
            ("team/_a", FORM),
            ("team/.a*", FORM),
            ("*-", FORM),
            ("**_", FORM),
            ("*/-*", FORM),
            (&"a".repeat(256), "a repository has at most 255 characters"),
            (&format!("*{}", "/a".repeat(128)), "a repository has at most 255 characters"),
        ] {
            assert_eq!(RepositoryPattern::try_from(text.to_owned()), Err(format!("`{text}` matches no repository: {reason}")));
        }
    }

    /// Every text of these characters up to a length.
    fn texts(characters: &[&str], longest: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..longest {
            last = last.iter().flat_map(|text| characters.iter().map(move |character| format!("{text}{character}"))).collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    /// What is decided of a pattern is so of the repositories that there are: each short pattern against each short repository.
    #[test]
    fn what_is_decided_of_patterns_holds_for_all_repositories() {
        let repositories: Vec<String> = texts(&["a", "b", ".", "_", "-", "/"], 5).into_iter().filter(|text| is_repository(text)).collect();
        let is_possible = |byte: u8| byte == b'a' || b"._-/".contains(&byte);
        let (mut patterns, mut every, mut none) = (0, 0, 0);
        for text in texts(&["a", ".", "_", "-", "/", "*", "**"], 4) {
            let Some(pattern) = RepositoryPattern::parse(&text, is_possible) else { continue };
            let matched = repositories.iter().filter(|repository| pattern.matches(repository)).count();
            assert_eq!(pattern.can_match(), matched > 0, "{text}");
            assert_eq!(pattern.matches_all_below(""), matched == repositories.len(), "{text}");
            patterns += 1;
            every += usize::from(matched == repositories.len());
            none += usize::from(matched == 0);
            for path in ["a", "a/a-a"] {
                let below: Vec<&String> = repositories.iter().filter(|repository| repository.len() <= 4).collect();
                let matched = below.iter().filter(|repository| pattern.matches(&format!("{path}/{repository}"))).count();
                assert!(matched == 0 || pattern.can_match_below(path), "{text} {path}");
                assert_eq!(pattern.matches_all_below(path), matched == below.len(), "{text} {path}");
            }
        }
        assert!(patterns > 1_000 && every > 5 && none > 100, "{patterns} {every} {none}");
    }
}
