//! One header block.

use crate::tar::error::TarProblem;
use crate::tar::numeric::number;

/// The length of a header, and what contents are filled up to.
pub(super) const BLOCK: usize = 512;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Symlink,
    Hardlink,
    /// An extended header for the next entry.
    Pax,
    /// GNU: the name of the next entry.
    LongName,
    /// GNU: the link target of the next entry.
    LongTarget,
}

/// A header whose checksum, format and kind are good. Names are not checked yet: an extended header may replace them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub(super) kind: Kind,
    pub(super) size: u64,
    /// Before the name, with a `/` between; empty if there is none.
    pub(super) prefix: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) target: &'a [u8],
}

/// Offsets of the ustar format. Owner, mode and times are of no interest.
mod field {
    use std::ops::Range;

    pub(super) const NAME: Range<usize> = 0..100;
    pub(super) const SIZE: Range<usize> = 124..136;
    pub(super) const CHECKSUM: Range<usize> = 148..156;
    pub(super) const KIND: usize = 156;
    pub(super) const TARGET: Range<usize> = 157..257;
    pub(super) const MAGIC: Range<usize> = 257..265;
    pub(super) const PREFIX: Range<usize> = 345..500;
    pub(super) const REST: Range<usize> = 500..512;
}

impl<'a> Header<'a> {
    pub(super) fn parse(block: &'a [u8; BLOCK]) -> Result<Self, TarProblem> {
        let get = |range: std::ops::Range<usize>| block.get(range).unwrap_or_default();
        if number("checksum", get(field::CHECKSUM))? != checksum(block) {
            return Err(TarProblem::Checksum);
        }
        let posix = match get(field::MAGIC) {
            b"ustar\x0000" => true,
            b"ustar  \0" => false,
            _ => return Err(TarProblem::Format),
        };
        // star puts a mark and two times there.
        if get(field::REST).iter().any(|byte| *byte != 0) {
            return Err(TarProblem::Leftover { field: "last field" });
        }
        let prefix = text("prefix", get(field::PREFIX))?;
        // Where POSIX has the prefix, GNU has times and sparse maps. Some readers take them for a prefix.
        if !posix && !prefix.is_empty() {
            return Err(TarProblem::Leftover { field: "device numbers" });
        }
        Ok(Self {
            kind: kind(block.get(field::KIND).copied().unwrap_or_default())?,
            size: number("size", get(field::SIZE))?,
            prefix,
            name: text("name", get(field::NAME))?,
            target: text("link target", get(field::TARGET))?,
        })
    }

    /// The name of the header itself.
    pub(super) fn own_name(&self) -> Vec<u8> {
        if self.prefix.is_empty() { self.name.to_vec() } else { [self.prefix, b"/", self.name].concat() }
    }
}

/// The sum of all bytes, with spaces in the place of the sum.
fn checksum(block: &[u8; BLOCK]) -> u64 {
    let byte = |(index, byte): (usize, &u8)| if field::CHECKSUM.contains(&index) { b' ' } else { *byte };
    block.iter().enumerate().map(byte).map(u64::from).sum()
}

/// A text that fills its field or ends with NULs. Bytes behind a NUL are a second text for some readers.
fn text<'a>(field: &'static str, bytes: &'a [u8]) -> Result<&'a [u8], TarProblem> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (text, rest) = bytes.split_at_checked(end).unwrap_or_default();
    if rest.iter().any(|byte| *byte != 0) { Err(TarProblem::Leftover { field }) } else { Ok(text) }
}

fn kind(flag: u8) -> Result<Kind, TarProblem> {
    let what = match flag {
        b'0' | 0 => return Ok(Kind::File),
        b'1' => return Ok(Kind::Hardlink),
        b'2' => return Ok(Kind::Symlink),
        b'5' => return Ok(Kind::Directory),
        b'x' => return Ok(Kind::Pax),
        b'L' => return Ok(Kind::LongName),
        b'K' => return Ok(Kind::LongTarget),
        b'3' | b'4' => "a device",
        b'6' => "a FIFO",
        b'S' => "a sparse file",
        b'g' => "a global PAX header",
        b'M' | b'V' => "part of a set of volumes",
        _ => "of an unknown type",
    };
    Err(TarProblem::Kind { what })
}
