//! A layer that is read as it is pushed.

use std::io::{self, Read};
use std::sync::Arc;

use crate::digest::{Algorithm, Digest, Hasher};
use crate::layer::checked::{CheckedReader, Expected, PIECE};
use crate::layer::encoding::Encoding;
use crate::layer::gzip::GzipReader;
use crate::layer::pool::Pool;
use crate::tar::{Section, SectionReader};

/// zstd's own default: about as small as gzip's default, in a third of the time.
const ZSTD_LEVEL: i32 = 3;

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
        let source = |expected| CheckedReader::new(self.section.reader(), self.section.size(), expected);
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
    Zstd(Box<zstd::stream::read::Encoder<'static, io::BufReader<CheckedReader<SectionReader>>>>),
    AsItIs(CheckedReader<SectionReader>),
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
