//! Looking into a compressed layer while it passes by.
//!
//! The content is hashed and thrown away. A layer can be made that grows a hundred thousand times; reading it would take days. So the content
//! is bounded, absolutely and in relation to what was read, and so is the memory that a zstd frame may ask for.

use std::io::{self, Read, Write};

use crate::archive::LayerError;
use crate::archive::layer::Encoding;
use crate::archive::layer::checked::CheckedReader;
use crate::digest::{Digest, Hasher};

/// The most content of one layer.
const MAX_CONTENT: u64 = 256 * 1024 * 1024 * 1024;
/// How much content is allowed for each byte. gzip cannot do more than 1,032; a layer that is all zeros does about that.
const MAX_RATIO: u64 = 1100;
/// How much is allowed in any case.
const FREE: u64 = 64 * 1024 * 1024;
/// The base-2 logarithm of the largest window: 8 MiB, which is what RFC 8878 asks of every decoder.
const MAX_WINDOW: u32 = 23;

/// Hands on the bytes of a layer, and fails before the last of them if their content is not the expected one.
pub(super) struct VerifiedReader {
    source: CheckedReader,
    read: u64,
    decoder: Option<Decoder>,
    expected: Digest,
}

enum Decoder {
    Plain(Box<Content>),
    Gzip(Box<flate2::write::MultiGzDecoder<Box<Content>>>),
    Zstd(zstd::stream::write::Decoder<'static, Box<Content>>),
}

/// Where the content goes.
struct Content {
    hasher: Hasher,
    size: u64,
    allowed: u64,
}

impl VerifiedReader {
    pub(super) fn new(source: CheckedReader, encoding: Encoding, expected: &Digest) -> io::Result<Self> {
        let content = Box::new(Content { hasher: Hasher::new(expected.algorithm()), size: 0, allowed: FREE });
        let decoder = match encoding {
            Encoding::Plain => Decoder::Plain(content),
            Encoding::Gzip => Decoder::Gzip(Box::new(flate2::write::MultiGzDecoder::new(content))),
            Encoding::Zstd => {
                let mut decoder = zstd::stream::write::Decoder::new(content)?;
                decoder.window_log_max(MAX_WINDOW)?;
                Decoder::Zstd(decoder)
            }
        };
        Ok(Self { source, read: 0, decoder: Some(decoder), expected: expected.clone() })
    }

    fn finish(&self, decoder: Decoder) -> io::Result<()> {
        let actual = decoder.finish()?.hasher.finish();
        if actual == self.expected {
            Ok(())
        } else {
            let expected = self.expected.clone();
            Err(io::Error::new(io::ErrorKind::InvalidData, LayerError::DiffId { expected, actual }))
        }
    }
}

impl Read for VerifiedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.read = self.read.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if let Some(mut decoder) = self.decoder.take() {
            decoder.allow(self.read.saturating_mul(MAX_RATIO).saturating_add(FREE).min(MAX_CONTENT));
            decoder.write_all(buffer.get(..read).unwrap_or_default())?;
            if self.source.is_at_end() {
                self.finish(decoder)?;
            } else {
                self.decoder = Some(decoder);
            }
        }
        Ok(read)
    }
}

impl Decoder {
    fn allow(&mut self, bytes: u64) {
        let content = match self {
            Self::Plain(content) => content,
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zstd(decoder) => decoder.get_mut(),
        };
        content.allowed = bytes;
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(content) => content.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
            Self::Zstd(decoder) => decoder.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<Box<Content>> {
        match self {
            Self::Plain(content) => Ok(content),
            Self::Gzip(decoder) => decoder.finish(),
            Self::Zstd(decoder) => decoder.finish(),
        }
    }
}

impl Write for Content {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.size = self.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.size > self.allowed {
            let limit = if self.allowed == MAX_CONTENT { "256 GiB" } else { "64 MiB and 1,100 times its compressed size" };
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, LayerError::Bomb { limit }));
        }
        self.hasher.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
