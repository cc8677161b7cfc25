//! The name of an image: read as Docker reads it, made canonical, and always with a tag or a digest.

use std::fmt;

use crate::grammar::{DOCKER_HUB, DOCKER_INDEX, GrammarError, OFFICIAL, parse_normalized};
use crate::host::{Host, HostError};
use crate::shown::shown;

/// The longest image name in bytes.
const LENGTH_LIMIT: usize = 1024;
/// The tag of a name that has neither tag nor digest. It is always sent: an engine that is asked to push a name without a tag pushes all of them.
const DEFAULT_TAG: &str = "latest";
/// The tag of an example. Never the default one: many registries have rules against it.
pub const EXAMPLE_TAG: &str = "v1";

/// The complete name of an image: `host/repository:tag`, or `host/repository@digest`.
///
/// [`Display`](fmt::Display) gives the canonical form, rebuilt from the parsed parts and never copied from the text. Two references
/// that differ only in how their host was typed have the same canonical form and are not equal: a Docker Engine keeps them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    host: Host,
    engine_host: String,
    repository: String,
    identifier: Identifier,
}

/// What of a repository is named.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Identifier {
    Tag(String),
    /// `algorithm:hex`, in lower case.
    Digest(String),
}

impl fmt::Display for Identifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(formatter, ":{tag}"),
            Self::Digest(digest) => write!(formatter, "@{digest}"),
        }
    }
}

/// Why a text is not the name of an image to push. The values in it are escaped, bounded and without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseReferenceError {
    /// Nothing was given.
    #[error("the image name is empty")]
    Empty,
    /// More than 1024 bytes.
    #[error("the image name `{image}` is {length} bytes long, more than {LENGTH_LIMIT}")]
    TooLong {
        /// The beginning of the name.
        image: String,
        /// Its length in bytes.
        length: usize,
    },
    /// A space, a control character, or one beyond ASCII.
    #[error("the image name `{image}` has the character `{character}`, which is not printable ASCII")]
    Character {
        /// The name.
        image: String,
        /// The character, escaped.
        character: String,
    },
    /// Docker does not parse it.
    #[error("`{image}` is not an image name: {reason}")]
    Grammar {
        /// The name.
        image: String,
        /// What is wrong.
        reason: GrammarError,
        /// A name that is probably meant.
        suggestion: Option<String>,
    },
    /// The host has no canonical form.
    #[error("`{image}` is not an image name: {reason}")]
    Host {
        /// The name.
        image: String,
        /// What is wrong.
        reason: HostError,
    },
    /// `Docker.io` and the like: DNS finds Docker Hub, Docker another registry.
    #[error("the image name `{image}` is ambiguous: only in lower case is `{host}` Docker Hub")]
    AmbiguousDockerHub {
        /// The name.
        image: String,
        /// The host as typed.
        host: String,
    },
    /// A single segment under a name of Docker Hub's registry that Docker takes for another one: it adds no `library/` there.
    #[error("the image name `{image}` has no namespace, and Docker puts `library/` before a name under `{DOCKER_HUB}` alone")]
    NoNamespace {
        /// The name.
        image: String,
        /// The canonical name of the official image.
        suggestion: String,
    },
    /// It has a tag and a digest. Docker ignores the tag of such a name, and others the digest.
    #[error("the image name `{image}` has a tag and a digest, and a push is to one of them")]
    TagAndDigest {
        /// The name.
        image: String,
        /// The name with the tag alone.
        by_tag: String,
        /// The name with the digest alone.
        by_digest: String,
    },
}

impl ImageReference {
    /// Parses `text` as Docker does and makes it canonical.
    ///
    /// Docker alone would accept a digest behind a tag, hosts of several spellings, and non-canonical addresses; these are refused.
    ///
    /// # Errors
    /// [`ParseReferenceError`], which names the value and the rule.
    pub fn parse(text: &str) -> Result<Self, ParseReferenceError> {
        Self::read(text).map_err(|error| match error {
            ParseReferenceError::Grammar { image, reason, suggestion: None } => {
                let suggestion = suggest(text, &reason);
                ParseReferenceError::Grammar { image, reason, suggestion }
            }
            error => error,
        })
    }

    /// [`ImageReference::parse`] without a suggestion, which is itself read to see whether it is valid.
    fn read(text: &str) -> Result<Self, ParseReferenceError> {
        if text.is_empty() {
            return Err(ParseReferenceError::Empty);
        }
        if text.len() > LENGTH_LIMIT {
            return Err(ParseReferenceError::TooLong { image: shown(text), length: text.len() });
        }
        if let Some(character) = text.chars().find(|character| !character.is_ascii_graphic()) {
            let character = character.escape_default().to_string();
            return Err(ParseReferenceError::Character { image: shown(text), character });
        }
        let name =
            parse_normalized(text).map_err(|reason| ParseReferenceError::Grammar { image: shown(text), reason, suggestion: None })?;
        if [DOCKER_HUB, DOCKER_INDEX].iter().any(|hub| name.domain.eq_ignore_ascii_case(hub)) && name.domain != DOCKER_HUB {
            return Err(ParseReferenceError::AmbiguousDockerHub { image: shown(text), host: shown(name.domain) });
        }
        let host = Host::parse(name.domain).map_err(|reason| ParseReferenceError::Host { image: shown(text), reason })?;
        let digest = name.digest.map(|digest| Identifier::Digest(digest.to_owned()));
        let tag = || Identifier::Tag(name.tag.unwrap_or(DEFAULT_TAG).to_owned());
        let identifier = digest.clone().unwrap_or_else(tag);
        if host.is_docker_hub() && !name.path.contains('/') {
            let suggestion = format!("{DOCKER_HUB}/{OFFICIAL}/{}{identifier}", name.path);
            return Err(ParseReferenceError::NoNamespace { image: shown(text), suggestion });
        }
        let by_tag = Self { host, engine_host: name.domain.to_owned(), repository: name.path.clone(), identifier: tag() };
        match digest {
            Some(digest) if name.tag.is_some() => {
                let by_digest = Self { identifier: digest, ..by_tag.clone() };
                Err(ParseReferenceError::TagAndDigest { image: shown(text), by_tag: by_tag.to_string(), by_digest: by_digest.to_string() })
            }
            _ => Ok(Self { identifier, ..by_tag }),
        }
    }

    /// The registry's host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The repository in that registry, `library/` included: `team/app`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, `latest` if neither tag nor digest was given. None if the image is named by its digest.
    pub fn tag(&self) -> Option<&str> {
        match &self.identifier {
            Identifier::Tag(tag) => Some(tag),
            Identifier::Digest(_) => None,
        }
    }

    /// The digest, `algorithm:hex` in lower case, if the image is named by it.
    pub fn digest(&self) -> Option<&str> {
        match &self.identifier {
            Identifier::Tag(_) => None,
            Identifier::Digest(digest) => Some(digest),
        }
    }

    /// The tag, or the digest: the `<reference>` of the [distribution specification][spec], as it stands in the URL of a manifest.
    ///
    /// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests
    pub fn identifier(&self) -> &str {
        match &self.identifier {
            Identifier::Tag(text) | Identifier::Digest(text) => text,
        }
    }

    /// What stands behind the repository: `:v1`, or `@sha256:…`.
    pub(crate) fn suffix(&self) -> impl fmt::Display {
        &self.identifier
    }

    /// The name by which the local Docker Engine knows the image: see [`ImageReference::engine_repository`].
    pub fn engine_name(&self) -> String {
        format!("{}{}", self.engine_repository(), self.identifier)
    }

    /// The name by which the local Docker Engine knows the repository: Docker's complete form, its host as it was typed, no tag or digest.
    ///
    /// Not for a registry: traffic and credentials go by [`ImageReference::host`].
    pub fn engine_repository(&self) -> String {
        format!("{}/{}", self.engine_host, self.repository)
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}{}", self.host, self.repository, self.identifier)
    }
}

/// A name that was probably meant. It is given only if it parses.
fn suggest(text: &str, reason: &GrammarError) -> Option<String> {
    let name = match reason {
        GrammarError::Scheme => text.split_once("://")?.1.to_owned(),
        // Past the last `@`, so that nothing of a password is left.
        GrammarError::UserInfo => text.rsplit_once('@')?.1.to_owned(),
        GrammarError::UpperCase { .. } => lower_repository(text),
        GrammarError::EmptyTag => text.trim_end_matches(':').to_owned(),
        GrammarError::EmptyComponent { .. } => text.trim_end_matches('/').to_owned(),
        _ => return None,
    };
    // A host whose path is gone reads as a name on Docker Hub, which nobody meant.
    let is_meant = name.contains('/') || !text.contains('/');
    let is_valid = ImageReference::read(&name).is_ok();
    (is_meant && is_valid).then_some(name)
}

/// `text` with all but its tag in lower case.
fn lower_repository(text: &str) -> String {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => format!("{}:{tag}", name.to_ascii_lowercase()),
        _ => text.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests;
