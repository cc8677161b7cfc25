//! Names that become part of a URL. URL libraries fold `..` and split at `?`, so a name is checked before there is a URL.

use pushgate_oci::Digest;

use crate::error::RegistryError;

/// Checks a repository: path components of the distribution specification, at most 255 bytes in all.
pub(super) fn repository(name: &str) -> Result<(), RegistryError> {
    let component = |text: &str| {
        let end = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
        text.starts_with(end) && text.ends_with(end) && text.chars().all(|character| end(character) || "._-".contains(character))
    };
    if name.len() <= 255 && name.split('/').all(component) { Ok(()) } else { Err(invalid("repository", name)) }
}

/// Checks a tag, or a digest. A digest is given back.
pub(super) fn tag_or_digest(name: &str) -> Result<Option<Digest>, RegistryError> {
    if let Ok(digest) = Digest::parse(name) {
        return Ok(Some(digest));
    }
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let tag = name.len() <= 128 && name.starts_with(word) && name.chars().all(|character| word(character) || ".-".contains(character));
    if tag { Ok(None) } else { Err(invalid("tag or digest", name)) }
}

fn invalid(what: &'static str, name: &str) -> RegistryError {
    RegistryError::InvalidName { what, name: name.chars().take(160).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_names() {
        for name in ["a", "team/app", "library/my_app-2.0", &"a".repeat(255)] {
            assert!(repository(name).is_ok(), "{name}");
        }
        for name in ["v1", "latest", "_x", "A.b-c", &"a".repeat(128)] {
            assert!(matches!(tag_or_digest(name), Ok(None)), "{name}");
        }
        let digest = Digest::sha256(b"x");
        assert_eq!(tag_or_digest(digest.as_str()).unwrap(), Some(digest));
    }

    #[test]
    fn bad_names() {
        for name in ["", "/", "a/", "/a", "a//b", "..", "a/../b", "a/./b", "A", "a?x", "a#x", "a%2e", "a b", "a\r\n", "ä", &"a".repeat(256)]
        {
            assert!(repository(name).is_err(), "{name:?}");
        }
        for name in ["", ".", "..", "-a", "a/b", "a?b", "a:b", "sha256:../..", "a\n", &"a".repeat(129)] {
            assert!(tag_or_digest(name).is_err(), "{name:?}");
        }
    }
}
