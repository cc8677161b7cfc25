//! How a value that somebody else wrote is shown in an error.
//!
//! Errors keep values only in this form, so that neither their `Display` nor their `Debug` can give a secret away.

/// A value is cut behind this many bytes.
const LIMIT: usize = 256;

/// `text` without userinfo, escaped to printable ASCII, and at most a little over [`LIMIT`] bytes long.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::new();
    for character in redacted(text).chars() {
        if out.len() >= LIMIT {
            out.push_str("...");
            break;
        }
        if character == ' ' || character.is_ascii_graphic() {
            out.push(character);
        } else {
            out.extend(character.escape_default());
        }
    }
    out
}

/// `text` with `***` for everything between the scheme (or the start) and the last `@`.
///
/// A password may hold `/`, `:` and `@`, so only the last `@` ends it. The `@` of a digest, `name@sha256:...`, is none of userinfo.
fn redacted(text: &str) -> String {
    let (head, digest) = match text.rsplit_once('@') {
        Some((head, digest)) if is_digest_like(digest) => (head, Some(digest)),
        _ => (text, None),
    };
    let mut out = match head.rsplit_once('@') {
        Some((userinfo, rest)) => format!("{}***@{rest}", scheme(userinfo)),
        None => head.to_owned(),
    };
    if let Some(digest) = digest {
        out.push('@');
        out.push_str(digest);
    }
    out
}

/// Whether `text` looks so much like a digest that it can be no host behind a user and password: at least 32 hexadecimal digits.
pub(crate) fn is_digest_like(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        ["sha256", "sha384", "sha512"].iter().any(|known| algorithm.eq_ignore_ascii_case(known))
            && hex.len() >= 32
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// The leading `scheme://`, or nothing.
fn scheme(text: &str) -> String {
    match text.split_once("://") {
        Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => format!("{scheme}://"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn userinfo_is_redacted() {
        let digest = format!("sha256:{}", "0a".repeat(16));
        for (text, expected) in [
            ("https://user:password@host.io/x", "https://***@host.io/x"),
            ("user:password@host.io/x", "***@host.io/x"),
            ("https://user:pass@word/with:all@host.io/x", "https://***@host.io/x"),
            ("user:password@host://x@y", "***@y"),
            ("user:password@sha256:5000/x", "***@sha256:5000/x"),
            (&format!("https://user:password@host.io/x@{digest}"), &format!("https://***@host.io/x@{digest}")),
            (&format!("host.io/x:v1@{digest}"), &format!("host.io/x:v1@{digest}")),
            (&format!("user:{digest}@host"), "***@host"),
            ("host.io/x", "host.io/x"),
            ("@", "***@"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn controls_and_all_beyond_ascii_are_escaped() {
        assert_eq!(shown("a\u{1b}[2J\n\u{202e}\u{442} b"), r"a\u{1b}[2J\n\u{202e}\u{442} b");
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(shown(&"a".repeat(256)), "a".repeat(256));
        assert_eq!(shown(&"a".repeat(257)), format!("{}...", "a".repeat(256)));
        assert!(shown(&"\u{10ffff}".repeat(10_000)).len() < 256 + 16);
    }
}
