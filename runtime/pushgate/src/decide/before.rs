//! What goes before a flavor's answer in the host: it says who has to act where the flavor gives up.

use crate::exit::Failure;

/// Something that a flavor needed and did not get, through no fault of its own.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    /// To be put after `gave up after`.
    pub(super) what: &'static str,
    /// Why, in words for the person who has to act.
    pub(super) failure: Failure,
}

/// A server's response to an HTTP request.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    /// Whose: `https://api.example.com`.
    pub(super) origin: String,
    /// With which status.
    pub(super) status: u16,
}

/// What went before a flavor's answer. It says who has to act where the flavor gives up.
#[derive(Debug, Clone, Default)]
pub(super) struct Before {
    /// What failed last.
    pub(super) failed: Option<Failed>,
    /// The last response, unless something failed after it.
    pub(super) answered: Option<Answered>,
}

/// A question or request without an answer.
#[derive(Debug)]
pub(super) struct Unanswered<E> {
    /// The message for the flavor.
    pub(super) told: E,
    /// The message for the operator, if the flavor gives up because of it.
    pub(super) failure: Option<Failure>,
}

impl<E> From<E> for Unanswered<E> {
    fn from(told: E) -> Self {
        Self { told, failure: None }
    }
}

/// Scheme and authority of a URL, as it stands.
pub(super) fn origin(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = url.get(authority..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |length| authority + length);
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_stands_before_the_path() {
        for (url, expected) in [
            ("https://api.example.com/a/b?c#d", "https://api.example.com"),
            ("http://[::1]:9000?a=/b", "http://[::1]:9000"),
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com#/", "https://api.example.com"),
        ] {
            assert_eq!(origin(url), expected);
        }
    }
}
