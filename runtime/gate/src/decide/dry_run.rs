//! What a flavor may not send in a dry run.
//!
//! The contract lets it change nothing in a check. `PUT`, `PATCH` and `DELETE` are there to change something. Many
//! interfaces ask by `POST`, so that is sent; but frameworks also let a `POST` name the method that is really meant, in
//! a header field, in the query or in a form.

use pushgate_sandbox::{HttpError, HttpRequest};
use url::form_urlencoded;

/// Parameters by which frameworks take another method from a query or a form: Rails, Laravel, Symfony, Spring and
/// Express.
const PARAMETER: &str = "_method";

/// The answer to a request that would change something in a dry run; none if it may be sent.
pub fn refused_in_a_dry_run(request: &HttpRequest) -> Option<HttpError> {
    let refused = |what: &str| Some(HttpError::InvalidRequest(format!("{what} would change something, and this is a dry run")));
    if matches!(request.method.as_str(), "PUT" | "PATCH" | "DELETE") {
        return refused(&format!("a {}", request.method));
    }
    let fields = request.headers.iter().map(|(name, _)| name);
    if let Some(name) = fields.into_iter().find(|name| names_a_method(name)) {
        return refused(&format!("a method in the header field `{}`", shown(name)));
    }
    let query = request.url.split_once('?').map(|(_, rest)| rest.split('#').next().unwrap_or_default()).unwrap_or_default();
    if let Some(name) = parameter(query.as_bytes()) {
        return refused(&format!("a method in the query (`{}`)", shown(&name)));
    }
    let content_type = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let content_type = content_type.map(|(_, value)| value.trim().to_ascii_lowercase()).unwrap_or_default();
    let in_form = if content_type.starts_with("multipart/") {
        in_multipart(&request.body)
    } else {
        content_type.starts_with("application/x-www-form-urlencoded") && parameter(&request.body).is_some()
    };
    if in_form { refused("a method in the form") } else { None }
}

/// `X-HTTP-Method-Override`, `X-HTTP-Method`, `X-Method-Override`, `X-Original-Method` and whatever else is called like
/// that. Of the fields that are registered, only those of a browser's question before a request
/// (`Access-Control-Request-Method`) speak of methods.
fn names_a_method(field: &str) -> bool {
    let name = field.to_ascii_lowercase();
    name.contains("method") && !name.starts_with("access-control-")
}

/// The parameter of a query, or of a form in the same encoding, that names a method. Some servers separate parameters
/// by semicolons too.
fn parameter(text: &[u8]) -> Option<String> {
    let parts = text.split(|byte| b"&;".contains(byte)).filter_map(|part| form_urlencoded::parse(part).next());
    parts.map(|(name, _)| name.into_owned()).find(|name| {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        name.trim().eq_ignore_ascii_case(PARAMETER) || plain.contains("methodoverride") || plain.contains("httpmethod")
    })
}

/// Whether a form in several parts has one that is called so.
fn in_multipart(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    text.split("name=").skip(1).any(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(PARAMETER))
}

fn shown(name: &str) -> String {
    name.chars().take(80).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, query: &str, headers: &[(&str, &str)], body: &str) -> HttpRequest {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        HttpRequest { method: method.to_owned(), url: format!("https://api.example.com/a{query}"), headers, body: body.into() }
    }

    const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    const PARTS: (&str, &str) = ("content-type", "Multipart/form-data; boundary=x");

    #[test]
    fn what_would_change_something_is_refused() {
        let is_refused = |request: HttpRequest| matches!(refused_in_a_dry_run(&request), Some(HttpError::InvalidRequest(_)));
        for method in ["PUT", "PATCH", "DELETE"] {
            assert!(is_refused(request(method, "", &[], "")), "{method}");
        }
        for name in [
            "X-HTTP-Method-Override",
            "x-http-method-override",
            "X-HTTP-Method",
            "X-Method-Override",
            "X-HTTP-Method_Override",
            "X_HTTP_METHOD_OVERRIDE",
            "X-Original-Method",
            "X-Method",
            "HTTP-Method",
            "X-Tunneled-Method",
        ] {
            for (method, value) in [("POST", "DELETE"), ("GET", "PUT"), ("POST", "GET")] {
                assert!(is_refused(request(method, "", &[("accept", "*/*"), (name, value)], "")), "{name}: {value}");
            }
        }
        for query in [
            "?_method=DELETE",
            "?a=b&_method=put",
            "?%5Fmethod=DELETE",
            "?a;_METHOD=DELETE",
            "?_method",
            "?x-http-method-override=PUT",
            "?httpMethod=DELETE",
            "?_http_method=DELETE",
            "?$httpMethod=DELETE#a",
            "?method_override=DELETE",
        ] {
            assert!(is_refused(request("POST", query, &[], "")), "{query}");
        }
        for (field, body) in [
            (FORM, "a=b&_method=delete"),
            (FORM, "%5f%6dethod=delete"),
            (PARTS, "--x\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\nDELETE\r\n--x--"),
            (PARTS, "--x\r\ncontent-disposition: form-data; NAME=_method\r\n\r\nDELETE\r\n--x--"),
        ] {
            assert!(is_refused(request("POST", "", &[field], body)), "{body}");
        }
    }

    #[test]
    fn what_only_asks_is_sent() {
        for request in [
            request("GET", "?method=flickr.photos.search&a=_method", &[("accept", "*/*")], ""),
            request("HEAD", "", &[("Access-Control-Request-Method", "PUT")], ""),
            request("POST", "?paymentmethod=card", &[("content-type", "application/json")], r#"{"_method":"eth_call"}"#),
            request("POST", "", &[FORM], "method=search&q=_method"),
            request("POST", "", &[PARTS], "--x\r\ncontent-disposition: form-data; name=\"method\"\r\n\r\n_method\r\n--x--"),
        ] {
            assert_eq!(refused_in_a_dry_run(&request), None, "{request:?}");
        }
    }
}
