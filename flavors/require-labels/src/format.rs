//! What the value of a label can be held to.

use std::fmt;

use regex_lite::Regex;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::url;

/// The form of a value, by the words of hadolint's label schema.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Url,
    Semver,
    Rfc3339,
    Spdx,
    Hash,
    /// The tag of the push.
    Tag,
    Regex(WholeValue),
}

/// A regular expression that the whole value must match.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct WholeValue {
    text: String,
    regex: Regex,
}

impl TryFrom<String> for WholeValue {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty regular expression matches an empty value alone, which is refused".to_owned());
        }
        // By itself first: what closes the group below would be no expression.
        Regex::new(&text).map_err(|error| format!("`{text}` is not a regular expression: {error}"))?;
        let regex = Regex::new(&format!("^(?:{text})$")).map_err(|error| format!("`{text}` is not a regular expression: {error}"))?;
        Ok(Self { text, regex })
    }
}

impl Format {
    /// Why a value is not of this form.
    pub(crate) fn problem(&self, value: &str, tag: Option<&str>) -> Option<String> {
        let because = |problem: String| Some(format!("not {self}: {problem}"));
        match self {
            Self::Url => url::problem(value).and_then(|problem| because(problem.to_owned())),
            Self::Semver => semver::Version::parse(value).err().and_then(|error| because(error.to_string())),
            Self::Rfc3339 => OffsetDateTime::parse(value, &Rfc3339).err().map(|_| format!("not {self}")),
            Self::Spdx => spdx_problem(value).and_then(because),
            Self::Hash => {
                let is_hash = matches!(value.len(), 7..=40 | 64) && value.bytes().all(|byte| byte.is_ascii_hexdigit());
                (!is_hash).then(|| format!("not {self}"))
            }
            Self::Tag => match tag {
                Some(tag) if tag == value => None,
                Some(tag) => Some(format!("not the tag `{tag}`")),
                None => Some("not the tag: the push has none".to_owned()),
            },
            Self::Regex(pattern) => (!pattern.regex.is_match(value)).then(|| format!("not {self}")),
        }
    }

    /// The word of the settings.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Semver => "semver",
            Self::Rfc3339 => "rfc3339",
            Self::Spdx => "spdx",
            Self::Hash => "hash",
            Self::Tag => "tag",
            Self::Regex(_) => "regex",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Url => "a URL",
            Self::Semver => "a semantic version",
            Self::Rfc3339 => "a date and time of RFC 3339, for example `2026-01-31T12:00:00Z`",
            Self::Spdx => "an SPDX license expression",
            Self::Hash => "the hash of a commit: 7 to 40 hexadecimal digits, or 64",
            Self::Tag => "the tag of the push",
            Self::Regex(pattern) => return write!(formatter, "what `{}` matches as a whole", pattern.text),
        })
    }
}

fn spdx_problem(value: &str) -> Option<String> {
    let mode = spdx::ParseMode { allow_deprecated: true, ..spdx::ParseMode::STRICT };
    spdx::Expression::parse_mode(value, mode).err().map(|error| error.reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(format: &Format, value: &str) -> bool {
        format.problem(value, Some("v1.4.2")).is_none()
    }

    fn regex(text: &str) -> Format {
        Format::Regex(WholeValue::try_from(text.to_owned()).unwrap())
    }

    #[test]
    fn values_of_each_form() {
        for (format, good, bad) in [
            (
                Format::Url,
                &[
                    "https://git.example.com/team/app",
                    "http://localhost:8080",
                    "git+ssh://git@example.com/app.git",
                    "https://[::1]/a?b=c#d",
                ][..],
                &[
                    "git.example.com/app",
                    "https://",
                    "https:///path",
                    "https://a b",
                    "https://example.com/a b",
                    "://x",
                    "1https://x",
                    "git@example.com:app.git",
                ][..],
            ),
            (Format::Semver, &["1.4.2", "1.4.2-rc.1+5"], &["v1.4.2", "1.4", "latest", "1.04.2", "$VERSION"]),
            (
                Format::Rfc3339,
                &["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456789+02:00"],
                &["2026-01-31", "2026-02-30T12:00:00Z", "yesterday", "1767225600", "2026-01-31T12:00:00"],
            ),
            (
                Format::Spdx,
                &["Apache-2.0", "MIT OR Apache-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0", "GPL-2.0", "LicenseRef-Example"],
                &["Apache", "apache 2", "Proprietary", "MIT OR", "MIT/Apache-2.0"],
            ),
            (
                Format::Hash,
                &[
                    "0a1b2c3",
                    "0123456789abcdef0123456789abcdef01234567",
                    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                ],
                &["0a1b2c", "main", "0a1b2cg", "0123456789abcdef0123456789abcdef012345678"],
            ),
            (Format::Tag, &["v1.4.2"], &["1.4.2", "latest"]),
            (regex("core|web"), &["core", "web"], &["core2", "xweb", "core|web", ""]),
            (regex("(?i)team-[a-z]+"), &["Team-A"], &["team-", "a team-a"]),
        ] {
            for value in good {
                assert!(fits(&format, value), "{format}: {value}: {:?}", format.problem(value, None));
            }
            for value in bad {
                assert!(!fits(&format, value), "{format}: {value}");
            }
        }
        assert!(Format::Tag.problem("v1.4.2", None).is_some());
    }

    #[test]
    fn what_is_no_expression() {
        for text in ["", "(", "a)(b", "[a", "*"] {
            assert!(WholeValue::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
