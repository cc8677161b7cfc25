//! What the operator decides.

use serde::Deserialize;
use tag_pattern::TagPattern;

use crate::calendar;
use crate::version::Version;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) prefix: Prefix,
    pub(crate) versions: Vec<Form>,
    pub(crate) suffixes: Vec<TagPattern>,
    pub(crate) prereleases: bool,
    pub(crate) partial: bool,
    pub(crate) build: bool,
    pub(crate) except: Vec<TagPattern>,
}

impl Default for Settings {
    fn default() -> Self {
        let (prefix, versions) = (Prefix::Optional, vec![Form::Semver]);
        Self { prefix, versions, suffixes: Vec::new(), prereleases: true, partial: false, build: false, except: Vec::new() }
    }
}

/// What stands before the version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Prefix {
    /// `v`, or nothing.
    Optional,
    /// This, which may be nothing.
    Exactly(String),
}

/// What people write for a prefix that is none of a tag.
const WORDS: [&str; 10] = ["any", "empty", "false", "never", "no", "none", "null", "off", "required", "true"];

/// How a version is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Form {
    Semver,
    Calendar(calendar::Form),
}

impl TryFrom<String> for Prefix {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "optional" {
            return Ok(Self::Optional);
        }
        // Nobody begins a tag with this word, misspelt.
        if text.to_ascii_lowercase().starts_with("opt") && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(format!("the prefix `{text}` is no prefix of a version: did you mean `optional`, which is `v` or none?"));
        }
        // Nor with one of these, which say how the prefix is, and not what.
        if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
            return Err(format!(
                "the prefix `{text}` is no prefix of a version: where none may stand, the prefix is the empty text, and `optional` is `v` or none"
            ));
        }
        let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)) && !text.starts_with(['.', '-']);
        if fits && text.len() <= 100 {
            return Ok(Self::Exactly(text));
        }
        Err(format!(
            "no tag begins with the prefix `{text}`: a tag has letters, digits, `_`, `.` and `-`, and begins with none of the last two"
        ))
    }
}

impl TryFrom<String> for Form {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "semver" { Ok(Self::Semver) } else { calendar::Form::parse(&text).map(Self::Calendar) }
    }
}

impl Form {
    pub(crate) fn version(&self, text: &str) -> Result<Version, String> {
        match self {
            Self::Semver => Version::parse(text),
            Self::Calendar(form) => form.version(text),
        }
    }
}

impl Settings {
    /// What makes no sense about them.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.versions.is_empty() {
            return Err("versions: no tag has a form of an empty list".to_owned());
        }
        if let Some(every) = self.except.iter().find(|pattern| pattern.is_every()) {
            return Err(format!("except: by `{every}` no tag has to be a version"));
        }
        if let Some(every) = self.suffixes.iter().find(|pattern| pattern.is_every()) {
            return Err(format!("suffixes: by `{every}` every pre-release is a suffix; name them, as in `alpine*`"));
        }
        let takes_all =
            |pattern: &&TagPattern| pattern.to_string().split('-').any(|part| !part.is_empty() && part.bytes().all(|byte| byte == b'*'));
        if let Some(pattern) = self.suffixes.iter().find(takes_all) {
            return Err(format!("suffixes: `{pattern}` takes every pre-release before or after a suffix; name them, as in `alpine*`"));
        }
        if self.partial && !self.takes_semver() {
            return Err("`partial` and `versions`: only a semantic version can leave out numbers".to_owned());
        }
        Ok(())
    }

    pub(crate) fn takes_semver(&self) -> bool {
        self.versions.contains(&Form::Semver)
    }

    /// The forms of calendar versions.
    pub(crate) fn calendar(&self) -> impl Iterator<Item = &str> {
        self.versions.iter().filter_map(|form| match form {
            Form::Calendar(form) => Some(form.as_str()),
            Form::Semver => None,
        })
    }
}
