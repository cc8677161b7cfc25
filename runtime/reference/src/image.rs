//! The name of an image: read as Docker reads it, made canonical, and always with a tag.

use std::fmt;

use crate::grammar::{DOCKER_HUB, DOCKER_INDEX, GrammarError, OFFICIAL, parse_normalized};
use crate::host::{Host, HostError};
use crate::shown::shown;

/// The longest image name in bytes.
const LENGTH_LIMIT: usize = 1024;
/// The tag of a name that has none. It is always sent: an engine that is asked to push a name without a tag pushes all of them.
const DEFAULT_TAG: &str = "latest";
/// The tag of an example. Never the default one: many registries have rules against it.
pub const EXAMPLE_TAG: &str = "v1";

/// The complete name of an image: `host/repository:tag`.
///
/// [`Display`](fmt::Display) gives the canonical form, rebuilt from the parsed parts and never copied from the text. Two references
/// that differ only in how their host was typed have the same canonical form and are not equal: a Docker Engine keeps them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    host: Host,
    engine_host: String,
    repository: String,
    tag: String,
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
    /// It has a digest. What is pushed is named by a tag; the digest is the registry's answer.
    #[error("the image name `{image}` has a digest, and what is pushed is named by a tag")]
    Digest {
        /// The name.
        image: String,
        /// The name without the digest, with its tag if it has one and one to be chosen if not.
        suggestion: String,
    },
}

impl ImageReference {
    /// Parses `text` as Docker does and makes it canonical.
    ///
    /// Docker alone would accept a digest, hosts of several spellings, and non-canonical addresses; these are refused.
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
        let tag = name.tag.unwrap_or(DEFAULT_TAG).to_owned();
        if host.is_docker_hub() && !name.path.contains('/') {
            let suggestion = format!("{DOCKER_HUB}/{OFFICIAL}/{}:{tag}", name.path);
            return Err(ParseReferenceError::NoNamespace { image: shown(text), suggestion });
        }
        let is_digested = name.digest.is_some();
        let mut reference = Self { host, engine_host: name.domain.to_owned(), repository: name.path, tag };
        if is_digested {
            if name.tag.is_none() {
                EXAMPLE_TAG.clone_into(&mut reference.tag);
            }
            return Err(ParseReferenceError::Digest { image: shown(text), suggestion: reference.to_string() });
        }
        Ok(reference)
    }

    /// The registry's host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The repository in that registry, `library/` included: `team/app`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, `latest` if none was given.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The name by which the local Docker Engine knows the repository: Docker's complete form, its host as it was typed, no tag.
    ///
    /// Not for a registry: traffic and credentials go by [`ImageReference::host`].
    pub fn engine_repository(&self) -> String {
        format!("{}/{}", self.engine_host, self.repository)
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}:{}", self.host, self.repository, self.tag)
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
