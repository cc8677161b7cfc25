//! The grammars of names, tags and digests (distribution-spec 1.1, "Pulling manifests"; image-spec, "Digests").

use sha2::{Digest as _, Sha256, Sha512};

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`, at most 255 bytes.
pub(crate) fn is_repository(name: &str) -> bool {
    name.len() <= 255 && name.split('/').all(is_component)
}

fn is_component(component: &str) -> bool {
    let alphanumeric = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    if !component.starts_with(alphanumeric) || !component.ends_with(alphanumeric) {
        return false;
    }
    component
        .split(alphanumeric)
        .all(|separator| matches!(separator, "" | "." | "_" | "__") || separator.chars().all(|character| character == '-'))
}

/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
pub(crate) fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128 && tag.bytes().next().is_some_and(word) && tag.bytes().all(|byte| word(byte) || byte == b'.' || byte == b'-')
}

/// A digest of an algorithm that this registry can compute.
pub(crate) fn is_digest(digest: &str) -> bool {
    let length = match digest.split_once(':') {
        Some(("sha256", encoded)) => encoded.len() == 64,
        Some(("sha512", encoded)) => encoded.len() == 128,
        _ => false,
    };
    length && digest.split_once(':').is_some_and(|(_, encoded)| encoded.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

/// The digest of `bytes` by the algorithm of `like`; by sha256 if that is none that this registry knows.
pub(crate) fn digest_like(like: &str, bytes: &[u8]) -> String {
    if like.starts_with("sha512:") { format!("sha512:{}", hexadecimal(&Sha512::digest(bytes))) } else { sha256(bytes) }
}

/// The sha256 digest of `bytes`, as `sha256:…`.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hexadecimal(&Sha256::digest(bytes)))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories() {
        for good in ["a", "library/ubuntu", "a.b/c_d/e__f/g---h", "0/1"] {
            assert!(is_repository(good), "{good}");
        }
        for bad in ["", "A", "a/", "/a", "a//b", "a..b", "a___b", "-a", "a.-b", "a/../b", &"a".repeat(256)] {
            assert!(!is_repository(bad), "{bad}");
        }
    }

    #[test]
    fn tags_and_digests() {
        assert!(is_tag("v1.0-rc_2") && is_tag("_") && is_tag(&"a".repeat(128)));
        assert!(!is_tag("") && !is_tag(".a") && !is_tag("-a") && !is_tag("a:b") && !is_tag(&"a".repeat(129)));
        assert!(is_digest(&sha256(b"")) && is_digest(&digest_like("sha512:", b"")));
        assert!(!is_digest("sha256:abc") && !is_digest(&sha256(b"").to_uppercase()) && !is_digest("md5:00"));
        assert_eq!(sha256(b""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
