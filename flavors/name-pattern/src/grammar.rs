//! What a repository may be, read byte by byte, so that a pattern can be held against all of them at once.

/// The most bytes of a repository, as Docker and the registries have it.
pub(crate) const LONGEST: usize = 255;

/// One byte of each kind that the grammar tells apart: `0` stands for every letter and digit.
pub(crate) const KINDS: &[u8] = b"0._-/:";

/// What was read of a name. A repository is `component ( "/" component )*`, with `component := [a-z0-9]+ ( ( "." | "_" | "__" | "-"+ ) [a-z0-9]+ )*`; a
/// host before it is made of labels with `.` between them, and may have a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// Nothing of a component yet.
    Component,
    /// A letter or a digit: the repository may end here.
    Word,
    /// What a letter or a digit has to follow.
    Separator,
    /// The first `_`, which another may follow.
    Underscore,
    /// Dashes.
    Dashes,
    /// Nothing of a label of a host yet.
    Label,
    /// A letter or a digit of a host.
    HostWord,
    /// Dashes in a host.
    HostDashes,
    /// The colon before a port.
    Colon,
    /// A port.
    Port,
}

impl Read {
    /// How many there are.
    pub(crate) const COUNT: usize = 10;

    /// Whether a whole repository was read.
    pub(crate) fn is_whole(self) -> bool {
        self == Self::Word
    }

    /// What was read with one byte more, if that may follow.
    pub(crate) fn then(self, byte: u8) -> Option<Self> {
        let is_word = byte.is_ascii_lowercase() || byte.is_ascii_digit();
        Some(match (self, byte) {
            (Self::Component | Self::Word | Self::Separator | Self::Underscore | Self::Dashes, _) if is_word => Self::Word,
            (Self::Word, b'.') | (Self::Underscore, b'_') => Self::Separator,
            (Self::Word, b'_') => Self::Underscore,
            (Self::Word | Self::Dashes, b'-') => Self::Dashes,
            (Self::Word | Self::HostWord | Self::Port, b'/') => Self::Component,
            (Self::Label | Self::HostWord | Self::HostDashes, _) if byte.is_ascii_alphanumeric() => Self::HostWord,
            (Self::HostWord | Self::HostDashes, b'-') => Self::HostDashes,
            (Self::HostWord, b'.') => Self::Label,
            (Self::HostWord, b':') => Self::Colon,
            (Self::Colon | Self::Port, b'0'..=b'9') => Self::Port,
            _ => return None,
        })
    }
}

/// Whether this is a repository.
#[cfg(test)]
pub(crate) fn is_repository(text: &str) -> bool {
    let read = text.bytes().try_fold(Read::Component, Read::then);
    text.len() <= LONGEST && read.is_some_and(Read::is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories() {
        for text in ["a", "0", "team/app", "a.b/c_d/e__f/g-h/i---j", &"a".repeat(255)] {
            assert!(is_repository(text), "{text}");
        }
        for text in
            ["", "/", "a/", "/a", "a//b", ".a", "a.", "a..b", "a_", "a___b", "_a", "a-", "-a", "a.-b", "a-_b", "A", "a:1", &"a".repeat(256)]
        {
            assert!(!is_repository(text), "{text}");
        }
    }

    #[test]
    fn hosts_before_repositories() {
        let is_whole = |text: &str| text.bytes().try_fold(Read::Label, Read::then).is_some_and(Read::is_whole);
        for text in ["localhost/a", "Gcr.io/a/b", "localhost:5000/a", "a-b.example/c"] {
            assert!(is_whole(text), "{text}");
        }
        for text in ["localhost", "a./b", ".a/b", "a:/b", "a:x/b", "a_b/c", "a:1:2/c", "/a"] {
            assert!(!is_whole(text), "{text}");
        }
    }
}
