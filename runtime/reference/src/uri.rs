//! The URI of a registry: where images may go.

use std::fmt;

use crate::grammar::{DOCKER_HUB, is_component, is_domain_like};
use crate::host::{Host, HostError};
use crate::shown::{is_digest_like, shown};

/// The longest URI in bytes.
const LENGTH_LIMIT: usize = 512;

/// A registry and, if it has a path, the part of it where images may go: `registry.example.com/team`.
///
/// [`Display`](fmt::Display) gives the canonical form, which parses to an equal value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryUri {
    host: Host,
    path: String,
}

/// Why a text is not the URI of a registry. The values in it are escaped, bounded and without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseUriError {
    /// Nothing, or slashes alone. ZenML's `/` accepts every image.
    #[error("the registry URI `{uri}` is empty")]
    Empty {
        /// The URI.
        uri: String,
    },
    /// More than 512 bytes.
    #[error("the registry URI `{uri}` is {length} bytes long, more than {LENGTH_LIMIT}")]
    TooLong {
        /// The beginning of the URI.
        uri: String,
        /// Its length in bytes.
        length: usize,
    },
    /// A space, a control character, one beyond ASCII, or one that means something else in a URL.
    #[error("the registry URI `{uri}` has the character `{character}`")]
    Character {
        /// The URI.
        uri: String,
        /// The character, escaped.
        character: String,
    },
    /// A URL was given.
    #[error("the registry URI `{uri}` has a scheme")]
    Scheme {
        /// The URI.
        uri: String,
        /// What is probably meant.
        suggestion: Option<String>,
    },
    /// A user, a password or a digest.
    #[error("the registry URI `{uri}` has an `@`: it names neither user nor digest")]
    AtSign {
        /// The URI.
        uri: String,
        /// What is probably meant.
        suggestion: Option<String>,
    },
    /// The first segment is a host, but not one with a canonical form.
    #[error("the registry URI `{uri}` is not valid: {reason}")]
    Host {
        /// The URI.
        uri: String,
        /// What is wrong.
        reason: HostError,
    },
    /// Two slashes in a row, or one in front.
    #[error("the registry URI `{uri}` has an empty segment")]
    EmptySegment {
        /// The URI.
        uri: String,
    },
    /// A segment that no repository can have: a tag, `.`, `..`, upper case.
    #[error("the registry URI `{uri}` has the segment `{segment}`, which no repository can have")]
    Segment {
        /// The URI.
        uri: String,
        /// The segment.
        segment: String,
        /// What is probably meant.
        suggestion: Option<String>,
    },
}

impl RegistryUri {
    /// Parses `HOST[:PORT][/PATH]`. Trailing slashes do not matter. A first segment that is no host, as in `user/images`, is a
    /// path on Docker Hub.
    ///
    /// Unlike an image name, a host may stand alone. Docker would read the bare `registry.example.com` as an image of Docker Hub.
    ///
    /// # Errors
    /// [`ParseUriError`], which names the value and the rule.
    pub fn parse(text: &str) -> Result<Self, ParseUriError> {
        let uri = || shown(text);
        if text.len() > LENGTH_LIMIT {
            return Err(ParseUriError::TooLong { uri: uri(), length: text.len() });
        }
        if text.contains("://") {
            return Err(ParseUriError::Scheme { uri: uri(), suggestion: suggest_from_url(text) });
        }
        if text.contains('@') {
            return Err(ParseUriError::AtSign { uri: uri(), suggestion: suggest_from_url(text) });
        }
        if let Some(character) = text.chars().find(|&character| !character.is_ascii_graphic() || "?#%\\".contains(character)) {
            return Err(ParseUriError::Character { uri: uri(), character: character.escape_default().to_string() });
        }
        let trimmed = text.trim_end_matches('/');
        if trimmed.is_empty() {
            return Err(ParseUriError::Empty { uri: uri() });
        }
        let first = trimmed.split('/').next().unwrap_or_default();
        let (host, path) =
            if is_domain_like(first) { (first, trimmed.split_once('/').map_or("", |(_, path)| path)) } else { (DOCKER_HUB, trimmed) };
        let host = Host::parse(host).map_err(|reason| ParseUriError::Host { uri: uri(), reason })?;
        for segment in path.split('/').filter(|_| !path.is_empty()) {
            if segment.is_empty() {
                return Err(ParseUriError::EmptySegment { uri: uri() });
            }
            if !is_component(segment) {
                let suggestion = suggest_path(&host, path);
                return Err(ParseUriError::Segment { uri: uri(), segment: shown(segment), suggestion });
            }
        }
        Ok(Self { host, path: path.to_owned() })
    }

    /// The registry's host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The path under which images may go, without slashes around it: `team/sub`. Empty if that is the whole registry.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for RegistryUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { write!(formatter, "{}", self.host) } else { write!(formatter, "{}/{}", self.host, self.path) }
    }
}

/// The URI in a URL, without scheme, user and password. Nothing is suggested where a piece of a password could be left.
fn suggest_from_url(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = match rest.rsplit_once('@') {
        Some((name, digest)) if is_digest_like(digest) && !name.contains('@') => name,
        Some((_, rest)) => rest,
        None => rest,
    };
    if rest.contains("://") || rest.contains('@') {
        return None;
    }
    let (first, path) = rest.split_once('/').unwrap_or((rest, ""));
    // In a URL the first segment is a host even if it is a single word, which the URI alone would read as a path on Docker Hub.
    let rest = match text.split_once("://") {
        Some(("https", _)) if !is_domain_like(first) => format!("{first}:443/{path}"),
        Some(("http", _)) if !is_domain_like(first) => format!("{first}:80/{path}"),
        Some(_) if !is_domain_like(first) => return None,
        _ => rest.to_owned(),
    };
    RegistryUri::parse(&rest).ok().map(|uri| uri.to_string())
}

/// The URI with its path in lower case and without a tag, if that makes it valid.
fn suggest_path(host: &Host, path: &str) -> Option<String> {
    let path = match path.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => path,
        _ => path,
    };
    let path = path.to_ascii_lowercase();
    path.split('/').all(is_component).then(|| format!("{host}/{path}"))
}

#[cfg(test)]
mod tests;
