//! Writes plain `ustar` archives: regular files with fixed owners and times, so that equal content has equal bytes.

use std::io::{self, Write};

const BLOCK: usize = 512;

/// An archive that is being written.
#[derive(Debug)]
pub struct Tar<W> {
    writer: W,
}

impl<W: Write> Tar<W> {
    /// An empty archive.
    pub fn new(writer: W) -> Self {
        Self { writer }
    }

    /// Adds a regular file. `name` has at most 100 bytes.
    ///
    /// # Errors
    /// The name is too long, or the writer fails.
    pub fn file(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.writer.write_all(&header(name, content.len())?)?;
        self.writer.write_all(content)?;
        let rest = content.len() % BLOCK;
        let padding = if rest == 0 { 0 } else { BLOCK - rest };
        self.writer.write_all(&vec![0; padding])
    }

    /// Adds a regular file of zeros, which take no space where the writer is a file with holes. `name` has at most 100 bytes, and the file
    /// fewer than 8 GiB.
    ///
    /// # Errors
    /// The name is too long, or the writer fails.
    pub fn hole(&mut self, name: &str, size: usize) -> io::Result<()>
    where
        W: io::Seek,
    {
        self.writer.write_all(&header(name, size)?)?;
        let padded = i64::try_from(size.next_multiple_of(BLOCK)).map_err(io::Error::other)?;
        self.writer.seek_relative(padded)
    }

    /// Writes the end of the archive and gives the writer back.
    ///
    /// # Errors
    /// The writer fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.write_all(&[0; 2 * BLOCK])?;
        Ok(self.writer)
    }
}

fn header(name: &str, size: usize) -> io::Result<Vec<u8>> {
    if name.len() > 100 {
        return Err(io::Error::other(format!("the name {name} has more than 100 bytes")));
    }
    let mut header = Vec::with_capacity(BLOCK);
    let mut field = |text: String, width: usize| {
        header.extend_from_slice(text.as_bytes());
        header.resize(header.len() + width - text.len(), 0);
    };
    field(name.to_owned(), 100);
    field("0000644".to_owned(), 8); // mode
    field("0000000".to_owned(), 8); // user
    field("0000000".to_owned(), 8); // group
    field(format!("{size:011o}"), 12);
    field("00000000000".to_owned(), 12); // time
    field(" ".repeat(8), 8); // the checksum counts as spaces while it is computed
    field("0".to_owned(), 1); // a regular file
    field(String::new(), 100); // no link
    field("ustar\u{0}00".to_owned(), 8);
    field(String::new(), BLOCK - 265);
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header.splice(148..156, format!("{sum:06o}\u{0} ").into_bytes());
    Ok(header)
}
