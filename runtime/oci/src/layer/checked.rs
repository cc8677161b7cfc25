//! Reading something to its end, with proof that it was what it should be.

use std::io::{self, Read};

use crate::digest::{Digest, Hasher};
use crate::layer::error::LayerError;

/// How much is read at a time.
pub(super) const PIECE: usize = 64 * 1024;

/// What the bytes must hash to, and who says so.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    /// The config of the image.
    DiffId(Digest),
    /// The name of an entry.
    Name(Digest),
    /// The descriptor in a manifest.
    Descriptor(Digest),
}

impl Expected {
    fn digest(&self) -> &Digest {
        match self {
            Self::DiffId(digest) | Self::Name(digest) | Self::Descriptor(digest) => digest,
        }
    }

    fn error(self, actual: Digest) -> LayerError {
        match self {
            Self::DiffId(expected) => LayerError::DiffId { expected, actual },
            Self::Name(expected) => LayerError::Name { expected, actual },
            Self::Descriptor(expected) => LayerError::Descriptor { expected, actual },
        }
    }
}

/// Fills every buffer as far as there are bytes, so that what is made of them does not depend on how the system cuts its answers. Fails
/// before it hands on the last bytes if they are not the expected ones.
#[derive(Debug)]
pub(super) struct CheckedReader<R> {
    source: R,
    remaining: u64,
    check: Option<(Hasher, Expected)>,
}

impl<R: Read> CheckedReader<R> {
    /// Of a source that has so many bytes. What it has beyond them is not read.
    pub(super) fn new(source: R, size: u64, expected: Option<Expected>) -> Self {
        let check = expected.map(|expected| (Hasher::new(expected.digest().algorithm()), expected));
        Self { source, remaining: size, check }
    }
}

impl<R: Read> Read for CheckedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        let wanted = usize::try_from(self.remaining).map_or(buffer.len(), |remaining| remaining.min(buffer.len()));
        let buffer = buffer.get_mut(..wanted).unwrap_or_default();
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.source.read(rest) {
                Ok(0) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter while it was read")),
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
