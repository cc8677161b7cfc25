//! Where a flavor's request may go.

use pushgate_net::HttpGrant;
use pushgate_reference::{Host, Origin, Scheme};

/// What is granted: an origin with a port and one without, one in clear, and an address.
const GRANTED: [(Scheme, &str); 4] = [
    (Scheme::Https, "api.example.com"),
    (Scheme::Https, "api.example.com:8443"),
    (Scheme::Http, "localhost:9000"),
    (Scheme::Https, "[2001:db8::1]"),
];

/// A URL that is let through has a granted origin for a library that browsers' rules were written into, too.
pub fn http_target(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let grants = GRANTED.map(|(scheme, host)| HttpGrant::new(Origin::new(scheme, &Host::parse(host).expect("a host")), false));
    let Ok(target) = pushgate_net::http_target(text, &grants) else { return };
    let read = url::Url::parse(text).unwrap_or_else(|error| panic!("{text:?} is let through, and is no URL: {error}"));
    assert_eq!(read.origin().ascii_serialization(), target.origin().to_string(), "{text:?}");
    assert!(read.username().is_empty() && read.password().is_none() && read.fragment().is_none(), "{text:?}");
    let granted = ["https://api.example.com", "https://api.example.com:8443", "http://localhost:9000", "https://[2001:db8::1]"];
    assert!(granted.contains(&target.origin().to_string().as_str()), "{text:?}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_seeded;

    #[test]
    fn only_granted_origins_are_let_through() {
        let examples = [
            "https://api.example.com/v1/items?name=x&y=%2f",
            "https://api.example.com:8443",
            "https://api.example.com:443/",
            "http://localhost:9000/a/../b",
            "https://[2001:db8::1]/x",
            "https://api.example.com.evil.io/",
            "https://user@api.example.com/",
            "https://api.example.com\\@evil.io/",
            "http://169.254.169.254/latest",
        ];
        run_seeded(40_000, &examples.map(|example| example.as_bytes().to_vec()), http_target);
    }
}
