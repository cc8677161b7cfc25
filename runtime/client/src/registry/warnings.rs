//! `Warning: 299` (distribution-spec 1.1, "Warnings"): what a registry wants its users to know, for example that a repository goes away.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use http::header::WARNING;

/// The most warnings that are kept. Every reply can bring new ones.
const MAX_WARNINGS: usize = 16;
/// The longest text, in characters.
const MAX_TEXT: usize = 512;

/// The warnings of a registry, each once.
#[derive(Default)]
pub(super) struct Warnings(Mutex<Vec<Warning>>);

/// A text, and what it is about, if there is to be one of it alone.
#[derive(Debug, PartialEq, Eq)]
struct Warning {
    about: Option<String>,
    text: String,
}

impl Warnings {
    fn kept(&self) -> MutexGuard<'_, Vec<Warning>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, text: String) {
        let mut kept = self.kept();
        if kept.len() < MAX_WARNINGS && !kept.iter().any(|warning| warning.text == text) {
            kept.push(Warning { about: None, text });
        }
    }

    /// Adds a text, unless there is one about the same.
    pub(super) fn add_about(&self, about: &str, text: String) {
        let mut kept = self.kept();
        if kept.len() < MAX_WARNINGS && !kept.iter().any(|warning| warning.about.as_deref() == Some(about)) {
            kept.push(Warning { about: Some(about.to_owned()), text });
        }
    }

    pub(super) fn all(&self) -> Vec<String> {
        self.kept().iter().map(|warning| warning.text.clone()).collect()
    }
}

/// The texts of a reply's warnings. The specification allows one form, `299 - "text"`; what has another is nobody's to show.
pub(super) fn texts(headers: &HeaderMap) -> impl Iterator<Item = String> {
    headers.get_all(WARNING).iter().filter_map(|value| text(value.to_str().ok()?))
}

fn text(value: &str) -> Option<String> {
    let quoted = value.strip_prefix("299 - \"")?.strip_suffix('"')?;
    let mut text = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        // A quoted string (RFC 9110, section 5.6.4): a backslash stands before a character that is meant as it is.
        text.push(if character == '\\' { characters.next()? } else { character });
    }
    (!text.is_empty()).then(|| text.chars().take(MAX_TEXT).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_warnings() {
        for (value, expected) in [
            (r#"299 - "the repository goes away""#, Some("the repository goes away")),
            (r#"299 - "a \"b\" \\""#, Some(r#"a "b" \"#)),
            (r#"299 - """#, None),
            (r#"299 - ""#, None),
            (r#"199 - "misc""#, None),
            (r#"299 registry.example.com "text""#, None),
            ("299 - text", None),
        ] {
            assert_eq!(text(value).as_deref(), expected, "{value}");
        }
        assert_eq!(text(&format!("299 - \"{}\"", "x".repeat(2000))).map(|text| text.len()), Some(MAX_TEXT));
    }

    #[test]
    fn each_once_and_not_for_ever() {
        let warnings = Warnings::default();
        for number in 0..100 {
            warnings.add("twice".to_owned());
            warnings.add(number.to_string());
        }
        assert_eq!(warnings.all().len(), MAX_WARNINGS);
    }
}
