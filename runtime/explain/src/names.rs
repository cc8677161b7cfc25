//! Names and addresses as they are typed.

use pushgate_reference::{EXAMPLE_TAG, GrammarError, HostError, OutOfScope, ParseReferenceError, ParseUriError};

use super::Explain;
use crate::Kind;

/// The form of a URI.
const URI_FORM: &str = "HOST[:PORT][/PATH], as in `registry.example.com/team`";

impl Explain for ParseReferenceError {
    fn kind(&self) -> Kind {
        Kind::RefusedByScope
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Empty => Some("name the image as in `registry.example.com/team/app:v1`".to_owned()),
            Self::TooLong { .. } | Self::Character { .. } => None,
            Self::Grammar { reason: GrammarError::ImageId, .. } => Some("tag the image, and push it by that name".to_owned()),
            Self::Grammar { reason: GrammarError::EmptyTag, suggestion: Some(name), .. } => {
                Some(format!("name the tag, as in `{name}:{EXAMPLE_TAG}`"))
            }
            Self::Grammar { suggestion, .. } => suggestion.as_ref().map(|name| format!("write `{name}`")),
            Self::Host { reason, .. } => of_host(reason),
            Self::AmbiguousDockerHub { host, .. } => Some(format!("write `{}`", host.to_ascii_lowercase())),
            Self::NoNamespace { suggestion, .. } => {
                Some(format!("put your namespace before the name; the official image is `{suggestion}`"))
            }
            Self::TagAndDigest { by_tag, by_digest, .. } => {
                Some(format!("write `{by_tag}`, or `{by_digest}` to push by digest, without a tag"))
            }
        }
    }
}

impl Explain for OutOfScope {
    fn kind(&self) -> Kind {
        Kind::RefusedByScope
    }

    fn hint(&self) -> Option<String> {
        Some(format!("name the image as in `{}`, or choose another registry", self.suggestion()))
    }
}

impl Explain for ParseUriError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Scheme { suggestion, .. } | Self::Segment { suggestion, .. } => Some(write_uri(suggestion.as_deref())),
            Self::AtSign { suggestion, .. } => {
                Some(format!("{}; credentials are kept by the registry's login, not in its URI", write_uri(suggestion.as_deref())))
            }
            Self::Host { reason, .. } => of_host(reason).or_else(|| Some(write_uri(None))),
            Self::TooLong { .. } => None,
            Self::Empty { .. } | Self::Character { .. } | Self::EmptySegment { .. } => Some(write_uri(None)),
        }
    }
}

/// How to write the URI: as the suggestion, or else in its general form.
fn write_uri(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(uri) => format!("write `{uri}`"),
        None => format!("write {URI_FORM}"),
    }
}

/// A host is always a part of a longer text, whose error has the kind.
fn of_host(error: &HostError) -> Option<String> {
    match error {
        HostError::SingleWord { host } => {
            Some(format!("add the port, as in `{host}:443`: without one, Docker reads `{host}` as a name on Docker Hub"))
        }
        HostError::Ipv4 { .. } => Some("write the address with four decimal numbers, as in `127.0.0.1`".to_owned()),
        HostError::Ipv6 { .. } => Some("write the address in brackets and without a zone, as in `[::1]:5000`".to_owned()),
        HostError::HiddenIpv4 { .. } => Some("write the IPv4 address itself".to_owned()),
        HostError::Syntax { .. } | HostError::TooLong { .. } | HostError::Punycode { .. } | HostError::Port { .. } => None,
    }
}

#[cfg(test)]
mod tests;
