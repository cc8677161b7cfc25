//! What requests have in common, and what replies mean.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http_body_util::{BodyExt as _, Full};
use serde_json::Value;
use url::Url;

use crate::client::error::{Place, RegistryError};
use crate::client::region::Piece;
use crate::client::transport::{Answer, RequestBody, TransportError};

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
        TransportError::ProxyVariable { variable, problem } => RegistryError::ProxyVariable { place, variable, problem },
        TransportError::Proxy { proxy, problem } => RegistryError::Proxy { place, proxy, problem },
        TransportError::TimedOut(after) => RegistryError::TimedOut { place, after },
        TransportError::Disconnected(source) => RegistryError::Disconnected { place, source: source.into() },
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
    bounded(&said.join("; "))
}

/// A token server's own words in an answer: in the form of the distribution specification, of OAuth2 (RFC 6749, section
/// 5.2), or in one of those that are in use, plain text included.
pub(super) fn token_server_text(answer: &Answer) -> Option<String> {
    if let Some(text) = text(&answer.body) {
        return Some(text);
    }
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(Value::Object(members)) => {
            let member = |value: Option<&Value>| value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
            let said: Vec<String> = ["error", "error_description", "code", "message", "msg", "detail", "details", "reason"]
                .iter()
                .filter_map(|name| match members.get(*name) {
                    Some(Value::Object(inner)) => member(inner.get("message")).or_else(|| member(inner.get("code"))),
                    value => member(value),
                })
                .collect();
            bounded(&said.join(": "))
        }
        Ok(Value::String(text)) => bounded(&text),
        Ok(_) => None,
        Err(_) => {
            let is_plain =
                answer.header(CONTENT_TYPE.as_str()).is_none_or(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/plain"));
            let text = std::str::from_utf8(&answer.body).ok().filter(|text| is_plain && !text.trim_start().starts_with('<'))?;
            bounded(text)
        }
    }
}

/// A text on one line, cut. It is escaped where it is shown.
fn bounded(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let text: String = words.join(" ").chars().take(MAX_TEXT).collect();
    (!text.is_empty()).then_some(text)
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
    fn words_of_a_token_server() {
        let said = |kind: Option<&str>, body: &str| {
            let mut headers = HeaderMap::new();
            headers.extend(kind.map(|kind| (CONTENT_TYPE, HeaderValue::from_str(kind).unwrap())));
            token_server_text(&Answer { status: http::StatusCode::UNAUTHORIZED, headers, body: Bytes::copy_from_slice(body.as_bytes()) })
        };
        let json = Some("application/json");
        for (kind, body, expected) in [
            (json, r#"{"errors":[{"code":"DENIED","message":"no"}]}"#, Some("DENIED: no")),
            (json, r#"{"details":"incorrect username or password"}"#, Some("incorrect username or password")),
            (json, r#"{"error":"invalid_grant","error_description":"expired"}"#, Some("invalid_grant: expired")),
            (json, r#"{"error":{"code":"x","message":"y"}}"#, Some("y")),
            (json, r#"{"id":"not_found","message":"registry does not exist","request_id":"7"}"#, Some("registry does not exist")),
            (Some("text/plain; charset=utf-8"), "Forbidden\n\n  for you\r\n", Some("Forbidden for you")),
            (None, "Unauthorized", Some("Unauthorized")),
            (json, r#""a string""#, Some("a string")),
            (Some("text/html"), "S3CRET", None),
            (None, " <html>S3CRET</html>", None),
            (Some("application/octet-stream"), "S3CRET", None),
            (json, "[1]", None),
            (json, r#"{"message":7}"#, None),
            (json, "", None),
        ] {
            assert_eq!(said(kind, body).as_deref(), expected, "{body}");
        }
        assert_eq!(said(None, &"ä ".repeat(10_000)).unwrap().chars().count(), MAX_TEXT);
    }

    #[test]
    fn targets_have_no_fragment_and_no_authority() {
        let url = Url::parse("https://user@host:1/a/b?c=d#e").unwrap();
        assert_eq!(target(&url), "/a/b?c=d");
        assert_eq!(target(&Url::parse("https://host").unwrap()), "/");
    }
}
