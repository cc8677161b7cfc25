//! Docker's grammar of image names, and how Docker completes a short name.
//!
//! This follows `github.com/distribution/reference` v0.6.0 (`normalize.go`, `reference.go`, `regexp.go`), byte for byte, for
//! printable ASCII:
//!
//! ```text
//! reference    := name [ ":" tag ] [ "@" digest ]
//! name         := [ domain "/" ] path
//! domain       := host [ ":" port ]                    port := [0-9]+
//! host         := domain-name | "[" [a-fA-F0-9:]+ "]"
//! domain-name  := label ( "." label )*                 label := [a-zA-Z0-9] | [a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]
//! path         := component ( "/" component )*         component := [a-z0-9]+ ( ( "." | "_" | "__" | "-"+ ) [a-z0-9]+ )*
//! tag          := [A-Za-z0-9_][A-Za-z0-9_.-]{0,127}
//! digest       := algorithm ":" hex                    sha256: 64, sha384: 96, sha512: 128 lower-case digits
//! ```
//!
//! The path has at most 255 bytes, `library/` included. 64 lower-case hexadecimal digits alone are an image ID, not a name. A name
//! without `/` is one of Docker Hub's official images, `docker.io/library/...`. What stands before the first `/` is a domain only if
//! it is `localhost` or `index.docker.io` (which becomes `docker.io`), contains `.` or `:`, or contains an upper-case letter.

use crate::shown::{is_digest_like, shown};

/// The host under which Docker knows Docker Hub.
pub(crate) const DOCKER_HUB: &str = "docker.io";
/// The old name of Docker Hub, which Docker itself replaces.
pub(crate) const DOCKER_INDEX: &str = "index.docker.io";
/// Names of Docker Hub's registry that Docker takes for other registries: where it is on the wire (<https://github.com/docker/hub-tool/pull/107>),
/// and the name of its API, which serves the registry too (<https://github.com/docker/hub-feedback/issues/2113>).
pub(crate) const DOCKER_HUB_REGISTRIES: [&str; 2] = ["registry-1.docker.io", "registry.hub.docker.com"];
/// The one word that is a host without a port.
pub(crate) const LOCALHOST: &str = "localhost";
/// Where Docker Hub keeps its official images.
pub(crate) const OFFICIAL: &str = "library";
/// The longest path in bytes (`RepositoryNameTotalLengthMax`). It is measured on the path alone, after `library/` was added.
pub(crate) const PATH_LIMIT: usize = 255;

/// Why a text is not an image name that Docker reads. The values in it are escaped, bounded and without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrammarError {
    /// 64 hexadecimal digits name an image of the local engine, and no repository.
    #[error("64 hexadecimal digits are an image ID, not a name")]
    ImageId,
    /// A URL was given.
    #[error("it has a scheme, and an image name has none")]
    Scheme,
    /// An `@` that no digest follows.
    #[error("`@` stands only before a digest, an image name has no user or password")]
    UserInfo,
    /// What follows the `@` is not a digest.
    #[error("`{digest}` is not a digest: sha256, sha384 or sha512, a colon, and 64, 96 or 128 lower-case hexadecimal digits")]
    Digest {
        /// What stands there.
        digest: String,
    },
    /// The repository has upper-case letters.
    #[error("the repository `{repository}` must be lower case")]
    UpperCase {
        /// The repository.
        repository: String,
    },
    /// What stands before the first `/` is neither a domain nor a part of a Docker Hub name.
    #[error("`{domain}` is not a registry host")]
    Domain {
        /// What stands there.
        domain: String,
    },
    /// Two slashes in a row, or one at an end.
    #[error("the repository `{repository}` has an empty segment")]
    EmptyComponent {
        /// The repository.
        repository: String,
    },
    /// A segment of the repository is not a path component.
    #[error("the segment `{component}` is not lower-case letters and digits, parted by single `.`, `_`, `__` or dashes")]
    Component {
        /// The segment.
        component: String,
    },
    /// The repository is longer than 255 bytes.
    #[error("the repository is {length} bytes long, more than {PATH_LIMIT}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// A colon, and no tag behind it.
    #[error("the tag after `:` is empty")]
    EmptyTag,
    /// What follows the colon is not a tag.
    #[error("`{tag}` is not a tag: at most 128 letters, digits, `_`, `.` and `-`, and neither `.` nor `-` in front")]
    Tag {
        /// What stands there.
        tag: String,
    },
}

/// An image name as Docker reads it: complete, its host as it was typed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DockerName<'a> {
    pub(crate) domain: &'a str,
    pub(crate) path: String,
    pub(crate) tag: Option<&'a str>,
    pub(crate) digest: Option<&'a str>,
}

/// Docker's `ParseNormalizedNamed`. `text` is printable ASCII.
///
/// One thing that Docker parses is refused as [`GrammarError::Domain`]: a first component such as `my_host.io`, which Docker takes
/// for a domain, then does not recognise as one, and so returns a name that has no registry at all.
pub(crate) fn parse_normalized(text: &str) -> Result<DockerName<'_>, GrammarError> {
    if text.len() == 64 && text.bytes().all(is_lower_hex) {
        return Err(GrammarError::ImageId);
    }
    // Looked for first: Docker would refuse these as well, but for a piece of the text that may be a piece of a password.
    let (name, digest) = match text.rsplit_once('@') {
        Some((name, digest)) if !name.contains('@') && is_digest_like(digest) => (name, Some(digest)),
        Some(_) => return Err(GrammarError::UserInfo),
        None => (text, None),
    };
    if name.contains("://") {
        return Err(GrammarError::Scheme);
    }
    if let Some(digest) = digest
        && !is_digest(digest)
    {
        return Err(GrammarError::Digest { digest: shown(digest) });
    }

    let (domain, remainder) = split_docker_domain(name);
    let (path, tag) = match remainder.split_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (remainder, None),
    };
    let path = if domain == DOCKER_HUB && !remainder.contains('/') { format!("{OFFICIAL}/{path}") } else { path.to_owned() };
    if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(GrammarError::UpperCase { repository: shown(&path) });
    }
    if !is_domain(domain) {
        return Err(GrammarError::Domain { domain: shown(domain) });
    }
    check_path(&path)?;
    match tag {
        Some("") => return Err(GrammarError::EmptyTag),
        Some(tag) if !is_tag(tag) => return Err(GrammarError::Tag { tag: shown(tag) }),
        _ => {}
    }
    Ok(DockerName { domain, path, tag, digest })
}

/// Docker's `splitDockerDomain`, without the `library/` that it adds.
///
/// Taking everything before the first `/` for the host would accept `team/app` as an image of the registry `team`; looking for a `.`
/// alone would read `localhost/app` as a Docker Hub name.
fn split_docker_domain(name: &str) -> (&str, &str) {
    match name.split_once('/') {
        Some((DOCKER_INDEX, remainder)) => (DOCKER_HUB, remainder),
        Some((first, remainder)) if is_domain_like(first) => (first, remainder),
        _ => (DOCKER_HUB, name),
    }
}

/// Whether a first component is meant as a domain.
pub(crate) fn is_domain_like(first: &str) -> bool {
    first == LOCALHOST || first.bytes().any(|byte| byte == b'.' || byte == b':' || byte.is_ascii_uppercase())
}

/// `domain`. A naive split at the last `:` would accept `localhost:5000.evil.io`.
fn is_domain(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']').is_some_and(|(address, port)| {
            !address.is_empty()
                && address.bytes().all(|byte| byte == b':' || byte.is_ascii_hexdigit())
                && (port.is_empty() || port.strip_prefix(':').is_some_and(is_digits))
        });
    }
    match text.split_once(':') {
        Some((name, port)) => is_domain_name(name) && is_digits(port),
        None => is_domain_name(text),
    }
}

/// `domain-name`. A trailing `.` would be the same host for DNS and another registry for Docker, so it is no domain name.
pub(crate) fn is_domain_name(text: &str) -> bool {
    text.split('.').all(is_label)
}

/// `label`.
fn is_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
}

/// `path`, at most 255 bytes, or what is wrong with it.
fn check_path(path: &str) -> Result<(), GrammarError> {
    for component in path.split('/') {
        if component.is_empty() {
            return Err(GrammarError::EmptyComponent { repository: shown(path) });
        }
        if !is_component(component) {
            return Err(GrammarError::Component { component: shown(component) });
        }
    }
    if path.len() > PATH_LIMIT {
        return Err(GrammarError::TooLong { length: path.len() });
    }
    Ok(())
}

/// Whether `text` is a whole repository: a `path` of at most 255 bytes.
pub(crate) fn is_repository(text: &str) -> bool {
    check_path(text).is_ok()
}

/// `component`. A set of allowed characters alone would accept `..`, which a registry behind a path-folding proxy resolves.
pub(crate) fn is_component(text: &str) -> bool {
    let mut rest = text;
    loop {
        let separator = rest.trim_start_matches(|character: char| character.is_ascii_lowercase() || character.is_ascii_digit());
        if separator.len() == rest.len() {
            return false;
        }
        if separator.is_empty() {
            return true;
        }
        rest = separator.trim_start_matches(['.', '_', '-']);
        let Some(separator) = separator.strip_suffix(rest) else { return false };
        if !(matches!(separator, "." | "_" | "__") || (!separator.is_empty() && separator.bytes().all(|byte| byte == b'-'))) {
            return false;
        }
    }
}

/// `tag`. Letters beyond ASCII are none, although many a `\w` takes them.
fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        && !text.is_empty()
        && !text.starts_with(['.', '-'])
}

/// `digest`. Any number of hexadecimal digits of either case would make several names of one content.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(is_lower_hex)
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
