//! Where the bytes of a component come from.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};

use crate::anonymous::anonymous_file;
use crate::{ComponentDigest, LoadError, MAX_COMPONENT_BYTES, sniff};

/// A component that is to be loaded. A file is passed on as it is: with a worker process, its bytes never come to this one.
#[derive(Debug)]
pub enum ComponentSource {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// An open regular file that holds nothing else. It is read from its beginning.
    File(File),
}

impl From<Vec<u8>> for ComponentSource {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<File> for ComponentSource {
    fn from(file: File) -> Self {
        Self::File(file)
    }
}

/// The same, or bytes that somebody else keeps.
pub(crate) enum Source<'a> {
    Bytes(Cow<'a, [u8]>),
    File(File),
}

impl From<ComponentSource> for Source<'_> {
    fn from(source: ComponentSource) -> Self {
        match source {
            ComponentSource::Bytes(bytes) => Self::Bytes(bytes.into()),
            ComponentSource::File(file) => Self::File(file),
        }
    }
}

impl<'a> Source<'a> {
    /// How many bytes there are.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::File(file) => file.metadata().map_or(0, |metadata| metadata.len()),
        }
    }

    /// The bytes, at most so many that it is seen that there are too many, if they have the digest.
    pub(crate) fn bytes(self, digest: &ComponentDigest) -> Result<Cow<'a, [u8]>, LoadError> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes,
            Self::File(file) => read(file).map_err(|source| LoadError::Read { digest: *digest, source })?.into(),
        };
        check(&bytes, digest)?;
        Ok(bytes)
    }

    /// A file that holds the bytes, for another process to read. What is in memory is not needed after that.
    pub(crate) fn file(self) -> io::Result<File> {
        match self {
            Self::File(file) => Ok(file),
            Self::Bytes(bytes) => {
                let mut file = anonymous_file()?;
                file.write_all(&bytes)?;
                Ok(file)
            }
        }
    }
}

/// Whether the bytes are those that were asked for, whatever happened to a file since somebody looked at it.
///
/// # Errors
/// [`LoadError::TooLarge`], [`LoadError::DigestMismatch`].
pub(crate) fn check(bytes: &[u8], digest: &ComponentDigest) -> Result<(), LoadError> {
    sniff::check_size(bytes)?;
    let found = ComponentDigest::of(bytes);
    if found == *digest { Ok(()) } else { Err(LoadError::DigestMismatch { expected: *digest, found }) }
}

fn read(mut file: File) -> io::Result<Vec<u8>> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(MAX_COMPONENT_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
