//! What requests have in common, and what replies mean.

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue, LOCATION, USER_AGENT};
use http_body_util::{BodyExt as _, Full};
use serde_json::Value;
use url::Url;

use crate::client::error::{Place, RegistryError};
use crate::client::origin::Origin;
use crate::client::region::Piece;
use crate::client::transport::{Answer, RequestBody, TransportError};
use crate::digest::Digest;

/// How much of a registry's own words an error holds, in characters.
const MAX_TEXT: usize = 512;
/// The longest `Location` that is looked at, in bytes: 8 KiB.
const MAX_LOCATION: usize = 8 * 1024;
/// How much of a `Location` an error holds, in characters.
const MAX_SHOWN_LOCATION: usize = 200;

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

/// What an answer with an unforeseen status says: where it leads, or the registry's own words. `asked` is where the
/// request went.
pub(super) fn said(answer: &Answer, asked: &Origin) -> Option<String> {
    if answer.status.is_redirection() { Some(leads_to(answer, asked)) } else { text(&answer.body) }
}

/// Where a redirect leads, without what may be secret: no username, no password, no query.
fn leads_to(answer: &Answer, asked: &Origin) -> String {
    let Some(location) = answer.headers.get(LOCATION) else { return "it does not say where it leads".to_owned() };
    let base = Url::parse(&asked.url("/")).ok();
    let url = location.to_str().ok().filter(|text| text.len() <= MAX_LOCATION);
    let url = url.and_then(|text| Url::options().base_url(base.as_ref()).parse(text).ok());
    match url.as_ref().and_then(|url| Some((Origin::of_url(url)?, url))) {
        Some((origin, url)) => {
            let whole = format!("{origin}{}", url.path());
            let shown: String = whole.chars().take(MAX_SHOWN_LOCATION).collect();
            format!("it leads to {shown}{}", if shown.len() < whole.len() { "…" } else { "" })
        }
        None => "it leads to what is no HTTP URL".to_owned(),
    }
}

/// The digest that an answer gives to what was sent, if it is another than `ours`. Where the algorithms differ, both
/// may be right.
pub(super) fn other_digest(answer: &Answer, ours: &Digest) -> Option<Digest> {
    let theirs = Digest::parse(answer.header("docker-content-digest")?).ok()?;
    (theirs.algorithm() == ours.algorithm() && theirs != *ours).then_some(theirs)
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
    fn where_a_redirect_leads() {
        let asked = Origin::of_url(&Url::parse("https://registry.example.com").unwrap()).unwrap();
        let said = |location: Option<&[u8]>| {
            let mut headers = HeaderMap::new();
            if let Some(location) = location {
                headers.insert(LOCATION, HeaderValue::from_bytes(location).unwrap());
            }
            super::said(&Answer { status: http::StatusCode::FOUND, headers, body: Bytes::from_static(b"<html>") }, &asked).unwrap()
        };
        for (location, expected) in [
            ("https://new.example.com/v2/a/manifests/v1", "it leads to https://new.example.com/v2/a/manifests/v1"),
            ("https://u:S3CRET@new.example.com:444/a?token=S3CRET#S3CRET", "it leads to https://new.example.com:444/a"),
            ("/login?next=S3CRET", "it leads to https://registry.example.com/login"),
            ("//other.example.com/x", "it leads to https://other.example.com/x"),
            ("http://[::1]:5000/", "it leads to http://[::1]:5000/"),
            ("file:///etc/passwd", "it leads to what is no HTTP URL"),
            ("https://", "it leads to what is no HTTP URL"),
        ] {
            assert_eq!(said(Some(location.as_bytes())), expected);
        }
        assert_eq!(said(None), "it does not say where it leads");
        assert_eq!(said(Some(b"https://a.example/\xff")), "it leads to what is no HTTP URL");
        assert_eq!(said(Some(&[b"/a".as_slice(), &[b'x'; 9000]].concat())), "it leads to what is no HTTP URL");
        let long = said(Some(&[b"/".as_slice(), &[b'x'; 1000]].concat()));
        assert!(long.chars().count() < 230 && long.ends_with("x…"), "{long}");
    }

    #[test]
    fn digests_of_what_was_sent() {
        let (ours, other) = (Digest::sha256(b"a"), Digest::sha256(b"b"));
        let sha512 = format!("sha512:{}", "a".repeat(128));
        let claimed = |text: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(text) = text {
                headers.insert("docker-content-digest", text.parse().unwrap());
            }
            other_digest(&Answer { status: http::StatusCode::CREATED, headers, body: Bytes::new() }, &ours)
        };
        assert_eq!(claimed(Some(other.as_str())), Some(other.clone()));
        for text in [None, Some(ours.as_str()), Some(&*sha512), Some("nonsense")] {
            assert_eq!(claimed(text), None, "{text:?}");
        }
    }

    #[test]
    fn targets_have_no_fragment_and_no_authority() {
        let url = Url::parse("https://user@host:1/a/b?c=d#e").unwrap();
        assert_eq!(target(&url), "/a/b?c=d");
        assert_eq!(target(&Url::parse("https://host").unwrap()), "/");
    }
}
