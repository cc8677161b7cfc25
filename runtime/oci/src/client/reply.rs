//! What requests have in common, and what replies mean.

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue, USER_AGENT};
use http_body_util::{BodyExt as _, Full};
use serde_json::Value;
use url::Url;

use crate::client::error::{Place, RegistryError};
use crate::client::region::Piece;
use crate::client::transport::{RequestBody, TransportError};

/// How much of a registry's own words an error holds, in characters.
const MAX_TEXT: usize = 512;

pub(super) fn common_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("pushgate/", env!("CARGO_PKG_VERSION"))));
    headers
}

pub(super) fn empty() -> RequestBody {
    full(Bytes::new())
}

pub(super) fn full(bytes: Bytes) -> RequestBody {
    Full::new(Piece::Bytes(bytes)).map_err(|never| match never {}).boxed_unsync()
}

/// Path and query of a URL, as they are sent.
pub(super) fn target(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// A failure below the protocol, with the step that it happened in.
pub(super) fn failed(error: TransportError, place: &Place) -> RegistryError {
    let place = place.clone();
    match error {
        TransportError::Tls(problem) => RegistryError::Tls { problem },
        TransportError::Unreachable(source) => RegistryError::Unreachable { place, source },
        TransportError::PrivateAddress => RegistryError::PrivateAddress { place },
        TransportError::Proxy { proxy, problem } => RegistryError::Proxy { place, proxy, problem },
        TransportError::TimedOut(after) => RegistryError::TimedOut { place, after },
        TransportError::Disconnected(source) => RegistryError::Disconnected { place, source: source.into() },
        TransportError::OutOfRequests => RegistryError::OutOfRequests { place, last: None },
        TransportError::TooLarge(limit) => RegistryError::BodyTooLarge { place, limit },
        TransportError::NotSendable(error) => RegistryError::BadAnswer { place, problem: format!("no request can be made of it: {error}") },
    }
}

/// The registry's own words in an error's body: codes and messages in the form of the distribution specification. Anything else, a page of
/// HTML for example, says nothing to a person.
pub(super) fn text(body: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(body).ok()?;
    let errors = document.get("errors")?.as_array()?;
    let said: Vec<String> = errors
        .iter()
        .take(4)
        .filter_map(|error| {
            let member = |name: &str| error.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            match (member("code"), member("message")) {
                (Some(code), Some(message)) => Some(format!("{code}: {message}")),
                (code, message) => code.or(message).map(str::to_owned),
            }
        })
        .collect();
    let said = said.join("; ");
    (!said.is_empty()).then(|| said.chars().take(MAX_TEXT).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_registry() {
        let text = |body: &str| text(body.as_bytes());
        assert_eq!(
            text(r#"{"errors":[{"code":"DENIED","message":"no"},{"message":"x"},{"code":"Y"},{}]}"#).as_deref(),
            Some("DENIED: no; x; Y")
        );
        assert_eq!(text("<html>S3CRET-CANARY-html</html>"), None);
        assert_eq!(text("{}"), None);
        assert_eq!(text(r#"{"errors":"x"}"#), None);
        let long = format!(r#"{{"errors":[{{"message":"{}"}}]}}"#, "ä".repeat(10_000));
        assert_eq!(text(&long).unwrap().chars().count(), MAX_TEXT);
    }

    #[test]
    fn targets_have_no_fragment_and_no_authority() {
        let url = Url::parse("https://user@host:1/a/b?c=d#e").unwrap();
        assert_eq!(target(&url), "/a/b?c=d");
        assert_eq!(target(&Url::parse("https://host").unwrap()), "/");
    }
}
