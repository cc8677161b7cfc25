//! Images by pattern: a repository, and perhaps a tag.

use std::fmt;

use serde::Deserialize;
use tag_pattern::TagPattern;

use crate::RepositoryPattern;
use crate::repository::form_problem;

/// Some images, with or without the host before them: `team/*`, `team/app:v*`, `gcr.io/distroless/**`, `debian:12*`.
///
/// A pattern without a tag takes any tag, and none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ImagePattern {
    text: String,
    repository: RepositoryPattern,
    tag: Option<TagPattern>,
}

impl ImagePattern {
    /// Whether the pattern describes this tag of this repository; the host stands before the repository where it does so in the pattern.
    #[must_use]
    pub fn matches(&self, repository: &str, tag: Option<&str>) -> bool {
        let tag_matches = match (&self.tag, tag) {
            (None, _) => true,
            (Some(pattern), Some(tag)) => pattern.matches(tag),
            // What is pushed by digest has no tag: only what asks nothing of it matches.
            (Some(pattern), None) => pattern.is_every(),
        };
        tag_matches && self.repository.matches(repository)
    }

    /// Whether the pattern describes the image with this name: `REPOSITORY` or `REPOSITORY:TAG`, with its host where the pattern has one.
    #[must_use]
    pub fn matches_name(&self, name: &str) -> bool {
        let (repository, tag) = split(name);
        self.matches(repository, tag)
    }

    /// Whether the pattern describes every image below `path` in a registry; an empty path is the whole registry.
    #[must_use]
    pub fn matches_all_below(&self, path: &str) -> bool {
        self.takes_every_tag() && self.repository.matches_all_below(path)
    }

    /// Whether the pattern, in which hosts stand before repositories, describes every image of every registry that has a domain.
    #[must_use]
    pub fn matches_all_on_all_hosts(&self) -> bool {
        self.takes_every_tag() && self.repository.matches_all_on_all_hosts()
    }

    fn takes_every_tag(&self) -> bool {
        self.tag.as_ref().is_none_or(TagPattern::is_every)
    }

    /// The repositories.
    #[must_use]
    pub fn repository(&self) -> &RepositoryPattern {
        &self.repository
    }
}

impl TryFrom<String> for ImagePattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (repository, tag) = split(&text);
        // A host may have upper case and a port.
        let is_possible = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:".contains(&byte);
        let (host, path) = match repository.split_once('/') {
            Some((first, path)) => (first, path),
            None => ("", repository),
        };
        let is_lower = |part: &str| !part.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b':');
        let pattern =
            RepositoryPattern::parse(repository, is_possible).filter(|_| is_lower(path) && (host.contains(['.', ':']) || is_lower(host)));
        let Some(pattern) = pattern else {
            return Err(format!(
                "`{text}` matches no image: it is REPOSITORY or REPOSITORY:TAG, whose repository has lower-case letters, digits, `.`, `_` and `-`, and `/` between its parts"
            ));
        };
        if !pattern.can_match_with_host() {
            return Err(format!("`{text}` matches no image: {}", form_problem(repository)));
        }
        let tag = tag.map(|tag| TagPattern::try_from(tag.to_owned())).transpose().map_err(|problem| format!("`{text}`: {problem}"))?;
        Ok(Self { repository: pattern, tag, text })
    }
}

/// The repository and the tag of an image's name. A colon before a slash is that of a host's port.
pub(crate) fn split(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    }
}

impl fmt::Display for ImagePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> ImagePattern {
        ImagePattern::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn images() {
        for (text, repository, tag, expected) in [
            ("team/*", "team/app", Some("v1"), true),
            ("team/*", "team/app", None, true),
            ("team/*:v*", "team/app", Some("v1"), true),
            ("team/*:v*", "team/app", Some("latest"), false),
            ("team/*:v*", "team/app", None, false),
            ("localhost:5000/app", "localhost:5000/app", Some("v1"), true),
            ("localhost:5000/app:v1", "localhost:5000/app", Some("v1"), true),
            ("localhost:5000/app:v1", "localhost:5000/app", Some("v2"), false),
            ("gcr.io/distroless/**", "gcr.io/distroless/static-debian12", Some("nonroot"), true),
            ("gcr.io/distroless/**", "gcr.io.evil.example/distroless/x", None, false),
        ] {
            assert_eq!(pattern(text).matches(repository, tag), expected, "{text} {repository} {tag:?}");
        }
    }

    #[test]
    fn what_no_image_matches_is_refused() {
        for text in [
            "",
            ":v1",
            "Team/app",
            "team/App",
            "team//app",
            "team/app:",
            "team/app:v 1",
            "team/app:-x",
            "a b",
            "team:1/app:2/x",
            "https://gcr.io/x",
            "team/app.",
            "team/app-:v1",
            "team/a___b",
            "team/a..b",
            "_a",
            "gcr.io/.a*",
            "*/a.-b",
            "**-",
            "gcr.io:port/a",
            "localhost:5000/",
        ] {
            assert!(ImagePattern::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn every_image() {
        for (text, path, expected) in [
            ("**", "", true),
            ("**:*", "team", true),
            ("***:**", "team", true),
            ("**:v*", "team", false),
            ("*/**", "team", true),
            ("*/**", "", false),
            ("*", "team", false),
            ("team/**", "team", true),
            ("team/*", "team", false),
            ("team/**", "team/sub", true),
        ] {
            assert_eq!(pattern(text).matches_all_below(path), expected, "{text} {path}");
        }
        for (text, expected) in [
            ("**", true),
            ("***", true),
            ("*/**", true),
            ("**/*:*", true),
            ("**/**", true),
            ("*.*/**", true),
            ("*/*", false),
            ("*.io/**", false),
            ("docker.io/**", false),
            ("**/debian", false),
            ("**/*/*", false),
        ] {
            assert_eq!(pattern(text).matches_all_on_all_hosts(), expected, "{text}");
        }
    }
}
