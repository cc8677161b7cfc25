//! gzip (RFC 1952) on several threads, in the manner of `pigz`.
//!
//! The content is cut into blocks of a fixed size. Each is compressed for itself, with the last 32 KiB before it as a dictionary, and ends at
//! a byte. Put together they are one DEFLATE stream, and the file is one ordinary gzip member. Where the cuts are depends on the content's
//! length only, so the bytes are the same for one thread and for sixteen. The header has no time and no name in it.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use flate2::Crc;

use crate::layer::checked::CheckedReader;
use crate::layer::pool::{BLOCK, Block, Job, Permit, Pool, Waiting};
use crate::tar::SectionReader;

/// As far back as DEFLATE can point.
const DICTIONARY: usize = 32 * 1024;
/// Magic, DEFLATE, no flags, no time, no extra flags, unknown system: what Docker writes too.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

#[derive(Debug)]
pub(super) struct GzipReader {
    source: CheckedReader<SectionReader>,
    remaining: u64,
    /// Whether the last block is on its way.
    all_given: bool,
    dictionary: Vec<u8>,
    pool: Arc<Pool>,
    /// In the order of the content.
    waiting: VecDeque<(Waiting, Permit)>,
    crc: Crc,
    /// The content's length, modulo 2^32.
    length: u32,
    ready: io::Cursor<Vec<u8>>,
    trailer_given: bool,
}

impl GzipReader {
    pub(super) fn new(source: CheckedReader<SectionReader>, size: u64, pool: Arc<Pool>) -> Self {
        Self {
            source,
            remaining: size,
            all_given: false,
            dictionary: Vec::new(),
            pool,
            waiting: VecDeque::new(),
            crc: Crc::new(),
            length: 0,
            ready: io::Cursor::new(HEADER.to_vec()),
            trailer_given: false,
        }
    }

    /// Gives blocks to the pool while it takes them. One may always be on its way, so that no layer waits for another.
    fn give(&mut self) -> io::Result<()> {
        while !self.all_given {
            let permit = if self.waiting.is_empty() { Some(self.pool.always()) } else { self.pool.if_free() };
            let Some(permit) = permit else { break };
            // Also at the end of an empty layer: the source has to see that it ended.
            let length = usize::try_from(self.remaining).map_or(BLOCK, |remaining| remaining.clamp(1, BLOCK));
            let mut input = self.pool.spare().take();
            input.resize(length, 0);
            let read = self.source.read(&mut input)?;
            input.truncate(read);
            self.remaining = self.remaining.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
            self.all_given = self.remaining == 0;
            let next = input.get(input.len().saturating_sub(DICTIONARY)..).unwrap_or_default().to_vec();
            let dictionary = std::mem::replace(&mut self.dictionary, next);
            let waiting = self.pool.give(Job { input, dictionary, last: self.all_given })?;
            self.waiting.push_back((waiting, permit));
        }
        Ok(())
    }

    /// Makes more bytes ready; whether there were any.
    fn advance(&mut self) -> io::Result<bool> {
        self.give()?;
        let next = if let Some((waiting, permit)) = self.waiting.pop_front() {
            let Block { compressed, crc, length } = waiting.block()?;
            self.crc.combine(&crc);
            self.length = self.length.wrapping_add(length);
            drop(permit);
            self.give()?;
            compressed
        } else if self.trailer_given {
            return Ok(false);
        } else {
            self.trailer_given = true;
            [self.crc.sum().to_le_bytes(), self.length.to_le_bytes()].concat()
        };
        let done = std::mem::replace(&mut self.ready, io::Cursor::new(next));
        self.pool.spare().give_back(done.into_inner());
        Ok(true)
    }
}

impl Read for GzipReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.ready.read(buffer)?;
            if read > 0 || buffer.is_empty() || !self.advance()? {
                return Ok(read);
            }
        }
    }
}
