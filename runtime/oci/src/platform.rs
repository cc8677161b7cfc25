//! The platform of an image: operating system, architecture, variant.

use std::fmt;

use crate::strict_json::{DocumentError, Object};

/// What an image runs on, in the words of Go's `GOOS` and `GOARCH`.
///
/// From a document come only words of 1 to 64 ASCII letters, digits, `.`, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Platform {
    /// For example `linux`.
    pub os: String,
    /// For example `arm64`.
    pub architecture: String,
    /// For example `v8`.
    pub variant: Option<String>,
}

pub(crate) const MEMBERS: [&str; 3] = ["os", "architecture", "variant"];

impl Platform {
    /// Reads `os`, `architecture` and `variant` of an object: a descriptor's platform, or an image config.
    pub(crate) fn read(object: &Object<'_>) -> Result<Self, DocumentError> {
        let word = |name: &str, text: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
                Ok(text.to_owned())
            } else {
                Err(object.error(name, "not a word of 1 to 64 ASCII letters, digits, `.`, `_` and `-`"))
            }
        };
        let variant = object.string("variant")?.filter(|text| !text.is_empty());
        Ok(Self {
            os: word("os", object.required_string("os")?)?,
            architecture: word("architecture", object.required_string("architecture")?)?,
            variant: variant.map(|text| word("variant", text)).transpose()?,
        })
    }

    /// The platform that build tools give to attestations, which no machine has.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }

    /// Whether a descriptor that says `self` may lead to an image whose config says `config`. A variant that only one of them names is no
    /// contradiction: older build tools left it out of the config.
    pub(crate) fn agrees_with(&self, config: &Self) -> bool {
        self.os == config.os
            && self.architecture == config.architecture
            && match (&self.variant, &config.variant) {
                (Some(one), Some(other)) => one == other,
                _ => true,
            }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(formatter, "/{variant}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strict_json::{MAX_DOCUMENT, parse};

    fn platform(text: &str) -> Result<Platform, DocumentError> {
        let members = parse(text.as_bytes(), MAX_DOCUMENT)?;
        Platform::read(&Object::new(&members, "platform", &MEMBERS)?)
    }

    #[test]
    fn display() {
        let arm = platform(r#"{"os":"linux","architecture":"arm64","variant":"v8"}"#).unwrap();
        assert_eq!(arm.to_string(), "linux/arm64/v8");
        let amd = platform(r#"{"os":"linux","architecture":"amd64","variant":""}"#).unwrap();
        assert_eq!(amd.to_string(), "linux/amd64");
    }

    #[test]
    fn agreement() {
        let arm = |variant: Option<&str>| Platform {
            os: "linux".to_owned(),
            architecture: "arm".to_owned(),
            variant: variant.map(str::to_owned),
        };
        assert!(arm(Some("v7")).agrees_with(&arm(Some("v7"))));
        assert!(arm(Some("v7")).agrees_with(&arm(None)));
        assert!(!arm(Some("v7")).agrees_with(&arm(Some("v6"))));
    }

    #[test]
    fn other_words_are_refused() {
        for text in [
            r#"{"os":"linux"}"#,
            r#"{"os":"..","architecture":"../.."}"#,
            r#"{"os":"","architecture":"amd64"}"#,
            r#"{"os":"linux","architecture":"\u001b[2J"}"#,
            r#"{"os":"linux","architecture":7}"#,
        ] {
            assert!(platform(text).is_err(), "{text}");
        }
    }
}
