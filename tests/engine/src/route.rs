//! What a request asks for, by its method and path.

use http::Method;

use crate::switches::Endpoint;

/// A path without the version that it may begin with, percent-decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) endpoint: Endpoint,
    pub(crate) api_version: Option<String>,
    pub(crate) image: Option<String>,
}

impl Route {
    pub(crate) fn parse(method: &Method, path: &str) -> Self {
        let (api_version, rest) = split_version(path);
        let named = |suffix: &str| rest.strip_prefix("/images/")?.strip_suffix(suffix).map(decode);
        let (endpoint, image) = match (method.as_str(), rest) {
            ("GET" | "HEAD", "/_ping") => (Endpoint::Ping, None),
            ("GET", "/version") => (Endpoint::Version, None),
            ("GET", "/info") => (Endpoint::Info, None),
            ("GET", _) if named("/json").is_some() => (Endpoint::Inspect, named("/json")),
            ("GET", _) if named("/get").is_some() => (Endpoint::Export, named("/get")),
            ("POST", _) if named("/push").is_some() => (Endpoint::Push, named("/push")),
            ("POST", _) if named("/tag").is_some() => (Endpoint::Tag, named("/tag")),
            _ => (Endpoint::Other, None),
        };
        Self { endpoint, api_version: api_version.map(str::to_owned), image }
    }
}

fn split_version(path: &str) -> (Option<&str>, &str) {
    let versioned = path.strip_prefix("/v").and_then(|rest| {
        let end = rest.find('/')?;
        let (version, rest) = rest.split_at(end);
        let is_version = version.contains('.') && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        is_version.then_some((Some(version), rest))
    });
    versioned.unwrap_or((None, path))
}

/// The first value of a key in a query, percent-decoded.
pub(crate) fn query_value(query: &str, key: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name == key).then(|| decode(&value.replace('+', " ")))
    })
}

/// Percent-decoding; what is not valid UTF-8 afterwards is replaced, and then is no image's name.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_slashes_and_versions() {
        let route = Route::parse(&Method::GET, "/v1.41/images/127.0.0.1:5000/json/push/json");
        assert_eq!((route.endpoint, route.api_version.as_deref()), (Endpoint::Inspect, Some("1.41")));
        assert_eq!(route.image.as_deref(), Some("127.0.0.1:5000/json/push"));
        let route = Route::parse(&Method::POST, "/images/team%2Fapp/push");
        assert_eq!((route.endpoint, route.image.as_deref()), (Endpoint::Push, Some("team/app")));
        assert_eq!(Route::parse(&Method::GET, "/version").endpoint, Endpoint::Version);
        assert_eq!(Route::parse(&Method::GET, "/images//json/x").endpoint, Endpoint::Other);
        assert_eq!(query_value("a=1&tag=v%2B1+x", "tag").as_deref(), Some("v+1 x"));
    }
}
