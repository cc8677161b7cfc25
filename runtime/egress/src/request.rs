//! From what a flavor wrote to a request that may be sent. What is not plainly in order is refused, never mended.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request};
use pushgate_net::{HttpTarget, RequestBody, message};

use crate::credential::BoundCredential;
use crate::error::{OutboundError, invalid};

/// What a flavor wants to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundRequest {
    /// `GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// An absolute URL of a granted origin.
    pub url: String,
    /// Names and values; at most 64, and 16 KiB.
    pub headers: Vec<(String, String)>,
    /// At most 1 MiB; empty for none.
    pub body: Vec<u8>,
}

/// The most fields.
const MAX_FIELDS: usize = 64;
/// The most bytes of all names and values.
const MAX_HEADER: usize = 16 * 1024;
/// The most bytes of a body: 1 MiB.
const MAX_BODY: usize = 1024 * 1024;

/// Those that are about the connection, that say who asks, or that a cloud's metadata service takes for a proof that its machine asks.
const DENIED: [&str; 21] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "http2-settings",
    "authorization",
    "cookie",
    "cookie2",
    "set-cookie",
    "www-authenticate",
    "user-agent",
    "forwarded",
    "via",
    "metadata",
    "metadata-flavor",
    "x-metadata-token",
];
/// And all whose names begin like this.
const DENIED_FAMILIES: [&str; 5] = ["proxy-", "x-amz-", "x-aws-", "x-google-metadata-", "x-forwarded-"];

/// Those by which a credential that is repeated could be packed or cut into pieces.
const DENIED_WHERE_BOUND: [&str; 3] = ["accept-encoding", "range", "if-range"];
/// The operation that a signed request names: the one field of this family that is a flavor's to set, where its origin's requests are signed.
const OPERATION: &str = "x-amz-target";

/// Checks all of a request but its URL. The body comes as bytes too, to be signed.
pub(crate) fn check(
    request: OutboundRequest,
    target: &HttpTarget,
    bound: Option<&BoundCredential>,
) -> Result<(Request<RequestBody>, Bytes), OutboundError> {
    let OutboundRequest { method, url: _, headers, body } = request;
    let method = read_method(&method)?;
    if body.len() > MAX_BODY {
        return Err(invalid("the body has more than 1 MiB"));
    }
    if !body.is_empty() && matches!(method, Method::GET | Method::HEAD) {
        return Err(invalid(format!("a request with the method {method} has no body")));
    }
    let mut fields = read_headers(&headers, bound)?;
    fields.insert(USER_AGENT, HeaderValue::from_static(concat!("pushgate/", env!("CARGO_PKG_VERSION"))));
    if !matches!(method, Method::GET | Method::HEAD) {
        fields.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    let body = Bytes::from(body);
    let request = Request::builder().method(method).uri(target.path()).body(message::full(body.clone()));
    let mut request = request.map_err(|_| invalid("the URL holds a character that none may hold"))?;
    *request.headers_mut() = fields;
    Ok((request, body))
}

fn read_method(text: &str) -> Result<Method, OutboundError> {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    known.into_iter().find(|method| method.as_str() == text).ok_or_else(|| {
        let shown: String = text.chars().take(20).collect();
        invalid(format!("the method `{}` is none of GET, HEAD, POST, PUT, PATCH and DELETE", shown.escape_debug()))
    })
}

fn read_headers(headers: &[(String, String)], bound: Option<&BoundCredential>) -> Result<HeaderMap, OutboundError> {
    if headers.len() > MAX_FIELDS {
        return Err(invalid("the header has more than 64 fields"));
    }
    if headers.iter().map(|(name, value)| name.len().saturating_add(value.len())).sum::<usize>() > MAX_HEADER {
        return Err(invalid("the header has more than 16 KiB"));
    }
    let mut fields = HeaderMap::new();
    for (name, value) in headers {
        let shown: String = name.chars().take(80).flat_map(char::escape_debug).collect();
        let field = HeaderName::try_from(name).map_err(|_| invalid(format!("`{shown}` is no name of a header field")))?;
        if is_denied(field.as_str(), bound) {
            return Err(invalid(format!("the header field `{shown}` is not a flavor's to set")));
        }
        let is_plain = |byte: u8| byte == b'\t' || byte == b' ' || byte.is_ascii_graphic();
        let value = HeaderValue::try_from(value).ok().filter(|value| value.as_bytes().iter().all(|byte| is_plain(*byte)));
        let value =
            value.ok_or_else(|| invalid(format!("the value of the header field `{shown}` holds a character that none may hold")))?;
        fields.append(field, value);
    }
    Ok(fields)
}

fn is_denied(name: &str, bound: Option<&BoundCredential>) -> bool {
    if bound.is_some_and(BoundCredential::signs) && name == OPERATION {
        return false;
    }
    DENIED.contains(&name)
        || DENIED_FAMILIES.iter().any(|family| name.starts_with(family))
        || bound.is_some() && DENIED_WHERE_BOUND.contains(&name)
}
