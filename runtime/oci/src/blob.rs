//! Blobs that were pinned: where their bytes are, and how they are read.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use bytes::Bytes;

use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::layer::{LayerReader, StreamedLayer};
use crate::spool::{SpoolPart, SpoolReader};
use crate::tar::{Section, SectionReader};

/// A config, a layer, or a part of an artifact.
#[derive(Clone, Debug)]
pub struct PinnedBlob {
    /// Its type, digest and size.
    pub descriptor: Descriptor,
    pub(crate) place: BlobPlace,
}

/// Where the bytes of a blob are.
#[derive(Clone, Debug)]
pub(crate) enum BlobPlace {
    /// Read and hashed already, because it was parsed.
    Memory(Bytes),
    /// In a layout, under its digest.
    Layout(Arc<dyn Files>),
    /// An entry of an archive.
    Section(Section),
    /// Made of an entry of an archive, into a temporary file.
    Spool(SpoolPart),
    /// Made of an entry of an archive while it is read.
    Layer(Arc<StreamedLayer>),
}

/// A blob that cannot be sent as its descriptor says. Nothing that points to it may be pushed then.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// It can no longer be opened or read.
    #[error("blob {digest} cannot be read")]
    Unreadable {
        /// Which one.
        digest: Digest,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It ended early, or went on, or was another size from the start.
    #[error("blob {digest} does not have the {expected} bytes that its descriptor says")]
    WrongSize {
        /// Which one.
        digest: Digest,
        /// The descriptor's size, in bytes.
        expected: u64,
    },
}

/// Opens what a layout consists of. An implementor opens nothing else, follows no links, and gives regular files only.
pub(crate) trait Files: fmt::Debug + Send + Sync {
    /// Opens a file beside `blobs`. Also gives its size.
    fn open_file(&self, name: &'static str) -> io::Result<(BlobReader, u64)>;

    /// Opens a blob. Also gives the size that it has now.
    fn open_blob(&self, digest: &Digest) -> io::Result<(BlobReader, u64)>;
}

impl PinnedBlob {
    /// Opens the blob for reading from a byte of it on. This blocks.
    ///
    /// # Errors
    /// It cannot be opened, or has fewer bytes.
    pub fn open_at(&self, offset: u64) -> Result<BlobReader, BlobError> {
        let mut reader = self.open()?;
        let Descriptor { digest, size, .. } = &self.descriptor;
        let skipped = reader.skip(offset).map_err(|source| BlobError::Unreadable { digest: digest.clone(), source })?;
        if skipped { Ok(reader) } else { Err(BlobError::WrongSize { digest: digest.clone(), expected: *size }) }
    }

    /// Where its bytes lie in a file, if they are those that are pushed. This blocks.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn place(&self) -> Result<Option<FilePlace>, BlobError> {
        Ok(match self.open()?.0 {
            Reading::File(file) => Some(FilePlace(Place::Whole(file))),
            Reading::Section(reader) => Some(FilePlace(Place::Section(reader.into_section()))),
            Reading::Spool(reader) => Some(FilePlace(Place::Spool(reader.into_part()))),
            Reading::Memory(_) | Reading::Layer(_) => None,
        })
    }

    /// Opens the blob for reading from its start. This blocks.
    ///
    /// # Errors
    /// It cannot be opened, or has another size.
    pub fn open(&self) -> Result<BlobReader, BlobError> {
        let Descriptor { digest, size, .. } = &self.descriptor;
        let unreadable = |source| BlobError::Unreadable { digest: digest.clone(), source };
        match &self.place {
            BlobPlace::Memory(bytes) => Ok(BlobReader(Reading::Memory(io::Cursor::new(bytes.clone())))),
            BlobPlace::Layout(files) => {
                let (reader, found) = files.open_blob(digest).map_err(unreadable)?;
                if found != *size {
                    return Err(BlobError::WrongSize { digest: digest.clone(), expected: *size });
                }
                Ok(reader)
            }
            BlobPlace::Section(section) => Ok(BlobReader(Reading::Section(section.reader()))),
            BlobPlace::Spool(part) => Ok(BlobReader(Reading::Spool(part.reader()))),
            BlobPlace::Layer(layer) => layer.open().map(Box::new).map(Reading::Layer).map(BlobReader).map_err(unreadable),
        }
    }
}

/// Where the bytes of a blob lie in a file.
#[derive(Debug)]
pub struct FilePlace(Place);

#[derive(Debug)]
enum Place {
    /// A file of its own.
    Whole(std::fs::File),
    /// An entry of an archive.
    Section(Section),
    /// A part of a temporary file, which nobody else can write to.
    Spool(SpoolPart),
}

impl FilePlace {
    /// Where the blob begins in the file.
    #[must_use]
    pub fn start(&self) -> u64 {
        match &self.0 {
            Place::Whole(_) => 0,
            Place::Section(section) => section.offset(),
            Place::Spool(part) => part.offset(),
        }
    }

    /// Whether it has still the size that it was opened with. The last bytes wait for the answer.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub fn is_unchanged(&self, size: u64) -> io::Result<bool> {
        match &self.0 {
            Place::Whole(file) => Ok(file.metadata()?.len() == size),
            Place::Section(section) => section.unchanged().map(|()| true),
            Place::Spool(_) => Ok(true),
        }
    }
}

impl AsFd for FilePlace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.0 {
            Place::Whole(file) => file.as_fd(),
            Place::Section(section) => section.as_fd(),
            Place::Spool(part) => part.as_fd(),
        }
    }
}

/// The bytes of one blob, from its start.
#[derive(Debug)]
pub struct BlobReader(pub(crate) Reading);

#[derive(Debug)]
pub(crate) enum Reading {
    Memory(io::Cursor<Bytes>),
    File(std::fs::File),
    Section(SectionReader),
    Spool(SpoolReader),
    Layer(Box<LayerReader>),
}

impl BlobReader {
    /// Goes on `count` bytes later; `false` if there are fewer.
    fn skip(&mut self, count: u64) -> io::Result<bool> {
        match &mut self.0 {
            Reading::File(file) => {
                io::Seek::seek_relative(file, i64::try_from(count).map_err(io::Error::other)?)?;
                Ok(true)
            }
            Reading::Section(section) => Ok(section.skip(count)),
            Reading::Spool(part) => Ok(part.skip(count)),
            Reading::Memory(_) | Reading::Layer(_) => Ok(io::copy(&mut io::Read::take(self, count), &mut io::sink())? == count),
        }
    }
}

impl io::Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Reading::Memory(cursor) => cursor.read(buffer),
            Reading::File(file) => file.read(buffer),
            Reading::Section(section) => section.read(buffer),
            Reading::Spool(part) => part.read(buffer),
            Reading::Layer(layer) => layer.read(buffer),
        }
    }
}

/// A file may grow while it is read.
pub(crate) fn read_bounded(reader: impl io::Read, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if size <= limit {
        io::Read::read_to_end(&mut io::Read::take(reader, limit.saturating_add(1)), &mut bytes)?;
    }
    if size > limit || u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than the {limit} bytes allowed")));
    }
    Ok(bytes)
}
