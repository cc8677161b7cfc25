//! Reading an entry to its end, with proof that it was what it should be.

use std::io::{self, Read};

use crate::archive::LayerError;
use crate::archive::file::{Section, SectionReader};
use crate::digest::{Digest, Hasher};

/// What the bytes of an entry must hash to, and who says so.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    DiffId(Digest),
    Name(Digest),
}

impl Expected {
    fn digest(&self) -> &Digest {
        match self {
            Self::DiffId(digest) | Self::Name(digest) => digest,
        }
    }

    fn error(self, actual: Digest) -> LayerError {
        match self {
            Self::DiffId(expected) => LayerError::DiffId { expected, actual },
            Self::Name(expected) => LayerError::Name { expected, actual },
        }
    }
}

/// Fills every buffer as far as there are bytes, so that what is made of them does not depend on how the system cuts its answers. Fails
/// before it hands on the last bytes if they are not the expected ones.
#[derive(Debug)]
pub(super) struct CheckedReader {
    source: SectionReader,
    remaining: u64,
    check: Option<(Hasher, Expected)>,
}

impl CheckedReader {
    pub(super) fn new(section: &Section, expected: Option<Expected>) -> Self {
        let check = expected.map(|expected| (Hasher::new(expected.digest().algorithm()), expected));
        Self { source: section.reader(), remaining: section.size(), check }
    }

    /// Whether the last byte was handed on.
    pub(super) fn is_at_end(&self) -> bool {
        self.remaining == 0
    }
}

impl Read for CheckedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.source.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.remaining = self.remaining.saturating_sub(u64::try_from(filled).unwrap_or(u64::MAX));
        if let Some((hasher, _)) = &mut self.check {
            hasher.update(buffer.get(..filled).unwrap_or_default());
        }
        if self.remaining == 0
            && let Some((hasher, expected)) = self.check.take()
        {
            let actual = hasher.finish();
            if actual != *expected.digest() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, expected.error(actual)));
            }
        }
        Ok(filled)
    }
}
