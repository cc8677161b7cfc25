//! URLs, after RFC 3986.

use std::net::{Ipv4Addr, Ipv6Addr};

const NO_SCHEME: &str = "it begins with no scheme, such as `https://`";
const NO_HOST: &str = "it names no host";

/// Why a text is no URL. One is absolute here and names a host: who reads a label cannot know what it would be relative to.
pub(crate) fn problem(value: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = value.split_once("://") else { return Some(NO_SCHEME) };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme {
        return Some(NO_SCHEME);
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    authority_problem(host).or_else(|| {
        // Brackets are for addresses alone, and a fragment begins once.
        let is_possible = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=%#".contains(&byte);
        let fits = [user, path].iter().all(|text| text.bytes().all(is_possible)) && path.matches('#').count() <= 1 && !user.contains('#');
        (!fits || !is_encoded(value)).then_some("it has characters that are written with `%` in a URL")
    })
}

/// What is wrong with `host[:port]`.
fn authority_problem(text: &str) -> Option<&'static str> {
    let (is_host, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, after)) => (address.parse::<Ipv6Addr>().is_ok(), after),
            None => return Some("its address has no `]`"),
        },
        None => {
            let (host, port) = text.split_at_checked(text.find(':').unwrap_or(text.len()))?;
            (is_name(host), port)
        }
    };
    if !is_host {
        return Some(NO_HOST);
    }
    let is_port = |port: &str| port.is_empty() || port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some(port) if is_port(port) => None,
        _ => Some("what follows its host is no port"),
    }
}

/// Whether it is the name of a host, or an IPv4 address: what ends in a number is one for every program, or none.
fn is_name(host: &str) -> bool {
    let is_possible = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~%".contains(&byte);
    let mut labels = host.strip_suffix('.').unwrap_or(host).split('.');
    let is_number = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
    let ends_in_number = labels.clone().next_back().is_some_and(is_number);
    labels.all(|label| label.bytes().any(|byte| byte.is_ascii_alphanumeric()) && label.bytes().all(is_possible))
        && (!ends_in_number || host.parse::<Ipv4Addr>().is_ok())
}

/// Whether two hexadecimal digits follow each `%`.
fn is_encoded(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for url in [
            "https://git.example.com/team/app",
            "https://example.com.",
            "http://localhost:8080",
            "http://localhost:",
            "http://127.0.0.1:80/a",
            "http://[::1]",
            "http://[2001:db8::1]:8443/a?b=c#d",
            "git+ssh://git@example.com/app.git",
            "https://u:p@example.com/",
            "https://xn--bcher-kva.example/a%20b",
            "https://example.com?q=a/b?c",
        ] {
            assert_eq!(problem(url), None, "{url}");
        }
        for (url, expected) in [
            ("http://[::1", "its address has no `]`"),
            ("http://[", "its address has no `]`"),
            ("http://[]/", NO_HOST),
            ("http://[::g]/", NO_HOST),
            ("http://[::1%25eth0]/", NO_HOST),
            ("http://[::1]a/", "what follows its host is no port"),
            ("http://[::1]:x/", "what follows its host is no port"),
            ("http://::1/", NO_HOST),
            ("http://a]b/", NO_HOST),
            ("http://example.com:http/", "what follows its host is no port"),
            ("http://example.com:65536/", "what follows its host is no port"),
            ("http://example.com:1:2/", "what follows its host is no port"),
            ("http://./", NO_HOST),
            ("http://-/", NO_HOST),
            ("http://a..b/", NO_HOST),
            ("http://999.1.1.1/", NO_HOST),
            ("http://1.2.3/", NO_HOST),
            ("http://%/", NO_HOST),
            ("http://@/", NO_HOST),
            ("http://a/%zz", "it has characters that are written with `%` in a URL"),
            ("http://a/%4", "it has characters that are written with `%` in a URL"),
            ("http://a/[b]", "it has characters that are written with `%` in a URL"),
            ("http://a/#b#c", "it has characters that are written with `%` in a URL"),
            ("http://a\u{200b}/", NO_HOST),
            ("://x", NO_SCHEME),
            ("https:example.com", NO_SCHEME),
        ] {
            assert_eq!(problem(url), Some(expected), "{url}");
        }
    }
}
