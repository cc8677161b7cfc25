//! What replies mean.

use http::header::{CONTENT_TYPE, LOCATION};
use pushgate_json::{MAX_DOCUMENT, Shape, Tree};
use pushgate_net::{Reply, permitted};
use pushgate_oci::Digest;
use pushgate_reference::Origin;
use serde_json::Value;
use url::Url;

use crate::error::{ErrorCode, Said};

/// How much of a registry's own words an error holds, in characters.
const MAX_TEXT: usize = 512;
/// The longest `Location` that is looked at, in bytes: 8 KiB.
const MAX_LOCATION: usize = 8 * 1024;
/// The most elements of a token server's answer of which the words are shown.
const MAX_ELEMENTS: usize = 2_000;
/// How much of a `Location` an error holds, in characters.
const MAX_SHOWN_LOCATION: usize = 200;

/// The body of an error. Of many errors the first ones are shown.
const ERRORS: Shape =
    Shape::Members(&[("errors", Shape::List(1_000, &Shape::Members(&[("code", Shape::Scalar), ("message", Shape::Scalar)])))]);

/// What an answer with an unforeseen status says: where it leads, or the registry's own words. `asked` is where the
/// request went.
pub(crate) fn said(answer: &Reply, asked: &Origin) -> Said {
    if answer.status.is_redirection() { Said::words(leads_to(answer, asked)) } else { registry_said(&answer.body) }
}

/// Where a redirect leads, without what may be secret: no username, no password, no query.
fn leads_to(answer: &Reply, asked: &Origin) -> String {
    let Some(location) = answer.headers.get(LOCATION) else { return "it does not say where it leads".to_owned() };
    let base = Url::parse(&asked.url("/")).ok();
    let url = location.to_str().ok().filter(|text| text.len() <= MAX_LOCATION);
    let url = url.and_then(|text| Url::options().base_url(base.as_ref()).parse(text).ok());
    match url.as_ref().and_then(|url| Some((permitted::of_url(url)?, url))) {
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
pub(crate) fn other_digest(answer: &Reply, ours: &Digest) -> Option<Digest> {
    let theirs = Digest::parse(answer.header("docker-content-digest")?).ok()?;
    (theirs.algorithm() == ours.algorithm() && theirs != *ours).then_some(theirs)
}

/// The registry's own words in an error's body: codes and messages in the form of the distribution specification. Anything else, a page of
/// HTML for example, says nothing to a person.
pub(crate) fn registry_said(body: &[u8]) -> Said {
    read_errors(body).unwrap_or_default()
}

fn read_errors(body: &[u8]) -> Option<Said> {
    let tree = Tree::parse(body, MAX_DOCUMENT, "answer", &ERRORS).ok()?;
    let object = tree.object().ok()?;
    let (mut codes, mut said) = (Vec::new(), Vec::new());
    for error in object.objects("errors").ok()??.take(4).filter_map(Result::ok) {
        let member = |name: &str| error.string(name).ok().flatten().filter(|text| !text.is_empty());
        let (code, message) = (member("code"), member("message"));
        codes.extend(code.map(ErrorCode::parse));
        said.extend(match (code, message) {
            (Some(code), Some(message)) => Some(format!("{code}: {message}")),
            (code, message) => code.or(message).map(str::to_owned),
        });
    }
    Some(Said { codes, text: bounded(&said.join("; ")) })
}

/// A token server's own words in an answer: in the form of the distribution specification, of OAuth2 (RFC 6749, section
/// 5.2), or in one of those that are in use, plain text included.
pub(crate) fn token_server_said(answer: &Reply) -> Said {
    let said = registry_said(&answer.body);
    if said.text.is_some() { said } else { Said { text: other_words(answer), ..said } }
}

fn other_words(answer: &Reply) -> Option<String> {
    // A tree takes up to a hundred times the memory of its text.
    if answer.body.iter().filter(|byte| b"[{:,".contains(byte)).count() > MAX_ELEMENTS {
        return None;
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
    use bytes::Bytes;
    use http::header::{HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn words_of_a_registry() {
        let text = |body: &str| registry_said(body.as_bytes()).text;
        assert_eq!(
            text(r#"{"errors":[{"code":"DENIED","message":"no"},{"message":"x"},{"code":"Y"},{}]}"#).as_deref(),
            Some("DENIED: no; x; Y")
        );
        let codes = registry_said(br#"{"errors":[{"code":"NAME_UNKNOWN","message":"no"},{"message":"x"},{"code":"Y"}]}"#).codes;
        assert_eq!(codes, [ErrorCode::NameUnknown, ErrorCode::Other("Y".into())]);
        assert_eq!(text("<html>S3CRET-CANARY-html</html>"), None);
        assert_eq!(text("{}"), None);
        assert_eq!(text(r#"{"errors":"x"}"#), None);
        let long = format!(r#"{{"errors":[{{"message":"{}"}}]}}"#, "ä".repeat(10_000));
        assert_eq!(text(&long).unwrap().chars().count(), MAX_TEXT);
    }

    #[test]
    fn where_a_redirect_leads() {
        let asked = permitted::of_url(&Url::parse("https://registry.example.com").unwrap()).unwrap();
        let said = |location: Option<&[u8]>| {
            let mut headers = HeaderMap::new();
            if let Some(location) = location {
                headers.insert(LOCATION, HeaderValue::from_bytes(location).unwrap());
            }
            super::said(&Reply { status: http::StatusCode::FOUND, headers, body: Bytes::from_static(b"<html>") }, &asked).text.unwrap()
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
            other_digest(&Reply { status: http::StatusCode::CREATED, headers, body: Bytes::new() }, &ours)
        };
        assert_eq!(claimed(Some(other.as_str())), Some(other.clone()));
        for text in [None, Some(ours.as_str()), Some(&*sha512), Some("nonsense")] {
            assert_eq!(claimed(text), None, "{text:?}");
        }
    }

    #[test]
    fn words_of_a_token_server() {
        let said = |kind: Option<&str>, body: &str| {
            let mut headers = HeaderMap::new();
            headers.extend(kind.map(|kind| (CONTENT_TYPE, HeaderValue::from_str(kind).unwrap())));
            token_server_said(&Reply { status: http::StatusCode::UNAUTHORIZED, headers, body: Bytes::copy_from_slice(body.as_bytes()) })
                .text
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
        let many = |count: usize| format!(r#"{{"message":"no","more":[{}]}}"#, vec!["{\"a\":0}"; count].join(","));
        assert_eq!(said(json, &many(600)).as_deref(), Some("no"));
        assert_eq!(said(json, &many(700)), None);
    }
}
