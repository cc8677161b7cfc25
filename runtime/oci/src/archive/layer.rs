//! Layers of a Docker archive, on their way to a registry.
//!
//! `docker save` writes layers as plain tar files, registries keep them compressed. So the bytes that are pushed, and their digest, exist
//! only once they were made. They are made while they are read: nothing is kept on disk, little in memory, and reading a layer again gives
//! the same bytes again, whatever the number of threads. That makes three ways possible with one reader: send a layer while it is
//! compressed and name its digest at the end, compress once for the digest and once more to send, or go on where a connection broke.
//!
//! What was checked is what is pushed, because the plain bytes are hashed on their way into the compressor. If that is not the `diff_id`
//! which the config names, the reader fails before its last byte, and no manifest can name what was sent.

mod checked;
mod gzip;
mod pool;
mod verify;

use std::io::{self, Read};
use std::sync::Arc;

use crate::archive::file::Section;
use crate::content::BlobReader;
use crate::digest::{Algorithm, Digest, Hasher};
use checked::CheckedReader;
use gzip::GzipReader;

pub(crate) use checked::Expected;
pub(crate) use pool::Pool;
pub(crate) use verify::{asks_for_too_much, bytes as verify_bytes, layer as verify_layer};

/// zstd's own default: about as small as gzip's default, in a third of the time.
const ZSTD_LEVEL: i32 = 3;
/// How much is read at a time.
const PIECE: usize = 64 * 1024;

/// What is done to layers that the archive holds as plain tar files. Compressed ones stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Nothing.
    None,
    /// What every registry and every runtime reads.
    #[default]
    Gzip,
    /// Faster and smaller; Docker reads it since 23.0.
    Zstd,
}

/// How the bytes of a layer are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Gzip,
    Zstd,
}

impl Encoding {
    /// How many bytes [`Self::of`] looks at.
    pub(crate) const START: usize = 6;

    /// What the first bytes of a layer say. A layer that is neither is plain: whether it is a tar file is for its `diff_id` to say. The
    /// error is the name of a format that runtimes do not read.
    pub(crate) fn of(start: &[u8]) -> Result<Self, &'static str> {
        match start {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            // A frame, or a frame that is skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0] => Err("xz"),
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A'] => Err("bzip2"),
            _ => Ok(Self::Plain),
        }
    }
}

/// Content of a layer that is not what the image's config says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayerError {
    /// Other bytes than those that were promised.
    #[error("the content has the digest {actual}, not {expected} as the image's config says")]
    DiffId {
        /// The config's `diff_id`.
        expected: Digest,
        /// What was read.
        actual: Digest,
    },
    /// Other bytes than its name says.
    #[error("the bytes have the digest {actual}, not {expected} as the entry's name says")]
    Name {
        /// From the name.
        expected: Digest,
        /// What was read.
        actual: Digest,
    },
    /// Other bytes than its descriptor says.
    #[error("the bytes have the digest {actual}, not {expected} as its descriptor says")]
    Descriptor {
        /// The descriptor's.
        expected: Digest,
        /// What was read.
        actual: Digest,
    },
    /// Compressed in a way that runtimes do not read, so that nobody can say what it holds.
    #[error("the content is compressed with {format}, which cannot be looked into")]
    Format {
        /// The name of the program that undoes it.
        format: &'static str,
    },
    /// Unpacking it takes more memory than a layer is given.
    #[error("its zstd window exceeds 128 MiB, so it cannot be looked into")]
    Window,
    /// It grows more than any honest layer.
    #[error("the content is more than {limit}")]
    Bomb {
        /// How much is allowed.
        limit: &'static str,
    },
}

/// The digest and size of a layer that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FinishedLayer {
    pub(crate) digest: Digest,
    pub(crate) size: u64,
}

/// A layer whose pushed bytes are known once they were read.
#[derive(Clone, Debug)]
pub(crate) struct StreamedLayer {
    section: Section,
    diff_id: Digest,
    plan: Plan,
    pool: Arc<Pool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    Gzip,
    Zstd,
    /// Compressed already.
    AsItIs(Encoding),
}

impl StreamedLayer {
    pub(crate) fn to_gzip(section: Section, diff_id: Digest, pool: Arc<Pool>) -> Self {
        Self { section, diff_id, plan: Plan::Gzip, pool }
    }

    pub(crate) fn to_zstd(section: Section, diff_id: Digest, pool: Arc<Pool>) -> Self {
        Self { section, diff_id, plan: Plan::Zstd, pool }
    }

    /// Compressed already, under a name that does not say its digest.
    pub(crate) fn as_it_is(section: Section, diff_id: Digest, encoding: Encoding, pool: Arc<Pool>) -> Self {
        Self { section, diff_id, plan: Plan::AsItIs(encoding), pool }
    }

    /// The digest of the plain content.
    pub(crate) fn diff_id(&self) -> &Digest {
        &self.diff_id
    }

    /// The bytes in the archive.
    pub(crate) fn section(&self) -> &Section {
        &self.section
    }

    /// How the bytes in the archive are encoded.
    pub(crate) fn source_encoding(&self) -> Encoding {
        match self.plan {
            Plan::Gzip | Plan::Zstd => Encoding::Plain,
            Plan::AsItIs(encoding) => encoding,
        }
    }

    /// Whether what is pushed are the bytes of the archive.
    pub(crate) fn is_as_it_is(&self) -> bool {
        matches!(self.plan, Plan::AsItIs(_))
    }

    /// More bytes than it can have when it is pushed: neither format grows by an eighth.
    pub(crate) fn limit(&self) -> u64 {
        let size = self.section.size();
        size.saturating_add(size / 8).saturating_add(64 * 1024)
    }

    pub(crate) fn encoding(&self) -> Encoding {
        match self.plan {
            Plan::Gzip => Encoding::Gzip,
            Plan::Zstd => Encoding::Zstd,
            Plan::AsItIs(encoding) => encoding,
        }
    }

    /// Lets go of the memory for compressing, until it is read again.
    pub(crate) fn rest(&self) {
        self.pool.rest();
    }

    /// Starts reading at the first byte. This, and all reading, blocks.
    pub(crate) fn open(&self) -> io::Result<LayerReader> {
        let source = |expected| CheckedReader::new(BlobReader::Section(self.section.reader()), self.section.size(), expected);
        let plain = || source(Some(Expected::DiffId(self.diff_id.clone())));
        let encoded = match &self.plan {
            Plan::Gzip => Encoded::Gzip(GzipReader::new(plain(), self.section.size(), Arc::clone(&self.pool))),
            Plan::Zstd => {
                let source = io::BufReader::with_capacity(128 * 1024, plain());
                let mut encoder = zstd::stream::read::Encoder::with_buffer(source, ZSTD_LEVEL)?;
                encoder.set_pledged_src_size(Some(self.section.size()))?;
                Encoded::Zstd(Box::new(encoder))
            }
            Plan::AsItIs(_) => Encoded::AsItIs(source(None)),
        };
        Ok(LayerReader { encoded, hasher: Some(Hasher::new(Algorithm::Sha256)), size: 0, ended: false })
    }

    /// Reads to the end and hands all bytes to `keep`.
    pub(crate) fn finish(&self, mut keep: impl FnMut(&[u8])) -> io::Result<FinishedLayer> {
        let mut reader = self.open()?;
        let mut buffer = vec![0; PIECE];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return reader.finish(),
                Ok(count) => keep(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The bytes of one layer as they are pushed, from their start.
#[derive(Debug)]
pub(crate) struct LayerReader {
    encoded: Encoded,
    /// None after a failure, so that what comes afterwards cannot look like an end.
    hasher: Option<Hasher>,
    size: u64,
    ended: bool,
}

enum Encoded {
    Gzip(GzipReader),
    Zstd(Box<zstd::stream::read::Encoder<'static, io::BufReader<CheckedReader>>>),
    AsItIs(CheckedReader),
}

impl std::fmt::Debug for Encoded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Gzip(_) => "Gzip",
            Self::Zstd(_) => "Zstd",
            Self::AsItIs(_) => "AsItIs",
        })
    }
}

impl LayerReader {
    /// What was read.
    ///
    /// # Errors
    /// If it was not read to its end, where [`Read::read`] gives 0.
    pub(crate) fn finish(self) -> io::Result<FinishedLayer> {
        match self.hasher {
            Some(hasher) if self.ended => Ok(FinishedLayer { digest: hasher.finish(), size: self.size }),
            _ => Err(io::Error::other("the layer was not read to its end")),
        }
    }
}

impl Read for LayerReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(hasher) = &mut self.hasher else {
            return Err(io::Error::other("reading the layer failed before"));
        };
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.encoded {
            Encoded::Gzip(reader) => reader.read(buffer),
            Encoded::Zstd(reader) => reader.read(buffer),
            Encoded::AsItIs(reader) => reader.read(buffer),
        };
        match &read {
            Ok(0) => self.ended = true,
            Ok(count) => {
                hasher.update(buffer.get(..*count).unwrap_or_default());
                self.size = self.size.saturating_add(u64::try_from(*count).unwrap_or(u64::MAX));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => self.hasher = None,
        }
        read
    }
}

#[cfg(test)]
mod tests;
