//! Content digests: `sha256:…` and `sha512:…`, as in the [OCI image specification, "Digests"][spec].
//!
//! A digest becomes a path in a layout and a segment of a URL. So there is no way to hold one that was not checked: the algorithm is one of
//! two words, the rest is lower-case hexadecimal of exactly the right length.
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.0/descriptor.md#digests

use std::fmt;

use sha2::{Digest as _, Sha256, Sha512};

/// The digest of some bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    text: String,
    algorithm: Algorithm,
}

/// The hash functions that a [`Digest`] can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// SHA-256, 64 digits.
    Sha256,
    /// SHA-512, 128 digits.
    Sha512,
}

/// A text that is not a digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Nothing that this program can compute.
    #[error("`{0}` is not a digest: it does not begin with `sha256:` or `sha512:`")]
    UnknownAlgorithm(String),
    /// Too short, too long, or other characters.
    #[error("`{text}` is not a digest: {expected} lower-case hexadecimal digits must follow the algorithm")]
    NotHexadecimal {
        /// What was read, cut to 160 characters.
        text: String,
        /// How many digits the algorithm has.
        expected: usize,
    },
}

impl Algorithm {
    /// The word before the colon.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    fn digits(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }

    fn hash(self, bytes: &[u8]) -> Digest {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }
}

impl Digest {
    /// Checks a text.
    ///
    /// # Errors
    /// If the algorithm is not known, or what follows is not its hexadecimal form.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        let shown = || text.chars().take(160).collect::<String>();
        let (algorithm, digits) = if let Some(digits) = text.strip_prefix("sha256:") {
            (Algorithm::Sha256, digits)
        } else if let Some(digits) = text.strip_prefix("sha512:") {
            (Algorithm::Sha512, digits)
        } else {
            return Err(DigestError::UnknownAlgorithm(shown()));
        };
        let hexadecimal = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if digits.len() != algorithm.digits() || !hexadecimal {
            return Err(DigestError::NotHexadecimal { text: shown(), expected: algorithm.digits() });
        }
        Ok(Self { text: text.to_owned(), algorithm })
    }

    /// The SHA-256 of these bytes.
    #[must_use]
    pub fn sha256(bytes: &[u8]) -> Self {
        Algorithm::Sha256.hash(bytes)
    }

    /// Whether these bytes have this digest.
    #[must_use]
    pub fn matches(&self, bytes: &[u8]) -> bool {
        self.algorithm.hash(bytes) == *self
    }

    /// The whole text, `sha256:…`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The hash function.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What follows the colon.
    #[must_use]
    pub fn hexadecimal(&self) -> &str {
        self.text.split_once(':').map_or("", |(_algorithm, digits)| digits)
    }
}

/// Makes a [`Digest`] of bytes that come piece by piece.
#[derive(Clone, Debug)]
pub(crate) enum Hasher {
    Sha256(Sha256),
    Sha512(Sha512),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Sha512 => Self::Sha512(Sha512::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        let (algorithm, digits) = match self {
            Self::Sha256(hasher) => (Algorithm::Sha256, hexadecimal(&hasher.finalize())),
            Self::Sha512(hasher) => (Algorithm::Sha512, hexadecimal(&hasher.finalize())),
        };
        Digest { text: format!("{}:{digits}", algorithm.as_str()), algorithm }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        // Writing into a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn known_digest() {
        let digest = Digest::sha256(b"");
        assert_eq!(digest.to_string(), EMPTY);
        assert_eq!(Digest::parse(EMPTY), Ok(digest.clone()));
        assert!(digest.matches(b""));
        assert!(!digest.matches(b"x"));
        assert_eq!(digest.hexadecimal(), DIGITS);
    }

    #[test]
    fn sha512_is_verified_with_its_own_function() {
        let digest = Algorithm::Sha512.hash(b"abc");
        assert_eq!(Digest::parse(digest.as_str()), Ok(digest.clone()));
        assert!(digest.matches(b"abc"));
    }

    #[test]
    fn everything_else_is_refused() {
        let short = DIGITS.strip_prefix('e').unwrap();
        let digits = DIGITS;
        for text in [
            "",
            "sha256",
            "sha256:",
            digits,
            &format!("sha256:{}", short),
            &format!("{EMPTY}0"),
            &EMPTY.to_uppercase(),
            &format!("sha256:{}", digits.to_uppercase()),
            &format!("sha512:{digits}"),
            &format!("md5:{digits}"),
            &format!("sha256:../{}", digits.strip_prefix("e3b").unwrap()),
            &format!("sha256:{}/", short),
            &format!(" {EMPTY}"),
            &format!("{EMPTY}\n"),
        ] {
            assert!(Digest::parse(text).is_err(), "{text:?} was accepted");
        }
    }
}
