//! Names that may stand in the Engine's URLs.
//!
//! bollard formats a name into the path of a URL as it is. A `?` in it would end the path (and `a?x` would push every tag of
//! `a`), and URL libraries fold `..`, so that `a/../../containers/create` would be another request altogether. Names come from
//! parsed references; this is the second lock, on the door itself.

use std::fmt;

use pushgate_reference::ScopedReference;

use super::error::EngineError;
use super::text::bounded;

/// A repository and a tag, as the Engine is asked to push them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EngineName {
    repository: String,
    tag: String,
}

impl EngineName {
    /// `repository` is a name as Docker writes it, host included, without a tag. There is always a tag: an Engine that is asked to
    /// push a name without one pushes every tag of it.
    ///
    /// # Errors
    /// [`EngineError::InvalidName`].
    pub fn new(repository: &str, tag: &str) -> Result<Self, EngineError> {
        let invalid = |problem| EngineError::InvalidName { name: bounded(&format!("{repository}:{tag}"), 512), problem };
        check_path(repository).map_err(invalid)?;
        // A colon in the last segment is a tag, in an earlier one the port of the host.
        if repository.contains('@') || repository.rsplit('/').next().is_some_and(|segment| segment.contains(':')) {
            return Err(invalid("the repository holds a tag or a digest"));
        }
        let starts_well = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let goes_on_well = |character: char| starts_well(character) || matches!(character, '.' | '-');
        if tag.len() > 128 || !tag.starts_with(starts_well) || !tag.chars().all(goes_on_well) {
            return Err(invalid("the tag is not one"));
        }
        Ok(Self { repository: repository.to_owned(), tag: tag.to_owned() })
    }

    /// The name that Docker has for a reference inside the registry. None if it has no tag: the Engine pushes to tags alone.
    #[must_use]
    pub fn of(scoped: &ScopedReference) -> Option<Self> {
        Some(Self { repository: scoped.engine_repository(), tag: scoped.tag()?.to_owned() })
    }

    /// The repository, with its host.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }
}

impl fmt::Display for EngineName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.repository, self.tag)
    }
}

/// Checks a name or an image ID that is about to become part of a URL's path.
pub(super) fn check(name_or_id: &str) -> Result<(), EngineError> {
    check_path(name_or_id).map_err(|problem| EngineError::InvalidName { name: bounded(name_or_id, 512), problem })
}

fn check_path(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("it is empty");
    }
    if name.len() > 1024 {
        return Err("it is longer than 1024 bytes");
    }
    // Brackets enclose an IPv6 host.
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | '/' | ':' | '@' | '[' | ']');
    if !name.chars().all(allowed) {
        return Err("it holds a character that no image name has");
    }
    if name.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return Err("it has an empty segment, or one of dots");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_docker_writes_are_taken() {
        for (repository, tag) in [
            ("ubuntu", "22.04"),
            ("docker.io/library/ubuntu", "latest"),
            ("127.0.0.1:5000/team/app", "v1"),
            ("[::1]:5000/team/app", "_x"),
            ("Registry.Example.com/team/app__x", "A.b-c_d"),
        ] {
            let name = EngineName::new(repository, tag).expect(repository);
            assert_eq!(name.to_string(), format!("{repository}:{tag}"));
            check(&name.to_string()).expect(repository);
        }
        check(&format!("sha256:{}", "a".repeat(64))).expect("an image ID");
    }

    #[test]
    fn names_that_would_change_the_request_are_refused() {
        for name in [
            "",
            "a?x",
            "a#x",
            "a/../../containers/create",
            "%2e%2e",
            "a/%2e%2e/b",
            "..",
            ".",
            "a//b",
            "/a",
            "a/",
            "a b",
            "a\tb",
            "a\nb",
            "a\\b",
            "a&b",
            "a;b",
            "a\0b",
            "ä",
            "a/./b",
            "a\u{2024}b",
            "a{b}",
            "a+b",
            "a=b",
            "a'b",
            "a\"b",
        ] {
            assert!(matches!(check(name), Err(EngineError::InvalidName { .. })), "{name:?}");
            assert!(matches!(EngineName::new(name, "v1"), Err(EngineError::InvalidName { .. })), "{name:?}");
        }
        assert!(check(&"a".repeat(1025)).is_err());
    }

    #[test]
    fn a_repository_has_no_tag_and_a_tag_is_always_there() {
        for (repository, tag) in [
            ("a:b", "v1"),
            ("host:5000/a:b", "v1"),
            ("a@sha256", "v1"),
            ("a", ""),
            ("a", ".x"),
            ("a", "-x"),
            ("a", "x/y"),
            ("a", "x?y"),
            ("a", "x y"),
            ("a", "x&tag=y"),
        ] {
            assert!(EngineName::new(repository, tag).is_err(), "{repository} {tag}");
        }
        assert!(EngineName::new("a", &"x".repeat(128)).is_ok());
        assert!(EngineName::new("a", &"x".repeat(129)).is_err());
    }
}
