//! Looking into layers before anything is sent.
//!
//! The content is hashed and thrown away. A layer can be made that grows a hundred thousand times; reading it would take days. So the content
//! is bounded, absolutely and in relation to what was read, and so is the memory that a zstd frame may ask for: as much as `zstd -d` grants.

use std::io::{self, Read, Write};
use std::sync::{Mutex, PoisonError};

use zstd::zstd_safe::zstd_sys::ZSTD_ErrorCode;

use crate::digest::{Digest, Hasher};
use crate::layer::checked::{CheckedReader, Expected, PIECE};
use crate::layer::encoding::Encoding;
use crate::layer::error::LayerError;

/// The most content of one layer.
const MAX_CONTENT: u64 = 256 * 1024 * 1024 * 1024;
/// How much content is allowed for each byte. gzip cannot do more than 1,032; a layer that is all zeros does about that.
const MAX_RATIO: u64 = 1100;
/// How much is allowed in any case.
const FREE: u64 = 64 * 1024 * 1024;
/// The base-2 logarithm of the largest window: 128 MiB. RFC 8878 asks 8 MiB of every decoder, and tools that pack
/// layers with `--long` or `--ultra` use more.
const MAX_WINDOW: u32 = 27;

/// A frame of zstd holds its window in memory, so one layer of zstd is read at a time, however many layers are.
static ONE_WINDOW: Mutex<()> = Mutex::new(());

/// Reads a blob of so many bytes to its end.
///
/// # Errors
/// If it cannot be read, or has other bytes than `expected`.
pub(crate) fn bytes(source: impl Read, size: u64, expected: Expected) -> io::Result<()> {
    read(&mut CheckedReader::new(source, size, Some(expected)), |_| Ok(()))
}

/// Reads a layer of so many bytes to its end, hashes what it holds, and gives the bytes of that.
///
/// # Errors
/// If it cannot be read or decompressed, has other bytes than `expected`, or another content than `diff_id`.
/// [`LayerError::Window`] says nothing about its bytes.
pub(crate) fn layer(source: impl Read, size: u64, encoding: Encoding, expected: Option<Expected>, diff_id: &Digest) -> io::Result<u64> {
    let _window = (encoding == Encoding::Zstd).then(|| ONE_WINDOW.lock().unwrap_or_else(PoisonError::into_inner));
    let content = Box::new(Content { hasher: Hasher::new(diff_id.algorithm()), size: 0, allowed: FREE });
    let mut decoder = match encoding {
        Encoding::Plain => Decoder::Plain(content),
        Encoding::Gzip => Decoder::Gzip(Box::new(flate2::write::MultiGzDecoder::new(content))),
        Encoding::Zstd => {
            let mut decoder = zstd::stream::write::Decoder::new(content)?;
            decoder.window_log_max(MAX_WINDOW)?;
            Decoder::Zstd(decoder)
        }
    };
    let mut taken: u64 = 0;
    read(&mut CheckedReader::new(source, size, expected), |piece| {
        taken = taken.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        decoder.allow(taken.saturating_mul(MAX_RATIO).saturating_add(FREE).min(MAX_CONTENT));
        decoder.write_all(piece)
    })?;
    let content = decoder.finish()?;
    let (size, actual) = (content.size, content.hasher.finish());
    if actual == *diff_id {
        Ok(size)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, LayerError::DiffId { expected: diff_id.clone(), actual }))
    }
}

fn read(source: &mut impl Read, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; PIECE];
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(()),
            count => each(buffer.get(..count).unwrap_or_default())?,
        }
    }
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
            Self::Zstd(decoder) => decoder.write_all(bytes).map_err(beyond_us),
        }
    }

    fn finish(self) -> io::Result<Box<Content>> {
        match self {
            Self::Plain(content) => Ok(content),
            Self::Gzip(decoder) => decoder.finish(),
            Self::Zstd(decoder) => decoder.finish().map_err(beyond_us),
        }
    }
}

/// What is not wrong with a layer, and keeps it from being looked into all the same.
fn beyond_us(error: io::Error) -> io::Error {
    let Some(cause) = error.get_ref().and_then(|cause| cause.downcast_ref::<zstd::Error>()) else { return error };
    if cause.is(ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge) {
        io::Error::new(io::ErrorKind::Unsupported, LayerError::Window)
    } else if cause.is(ZSTD_ErrorCode::ZSTD_error_dictionary_wrong) {
        io::Error::new(io::ErrorKind::Unsupported, LayerError::Format { format: "zstd and a dictionary" })
    } else {
        error
    }
}

/// Whether a layer was given up for its window alone.
pub(crate) fn asks_for_too_much(error: &io::Error) -> bool {
    error.get_ref().and_then(|cause| cause.downcast_ref::<LayerError>()).is_some_and(|cause| *cause == LayerError::Window)
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
