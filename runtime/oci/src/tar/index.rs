//! A strict index of a tar file: which entries lie where.
//!
//! Read are POSIX ustar (IEEE Std 1003.1, `pax`, "ustar Interchange Format"), its PAX extension with `path`, `linkpath` and `size`, and GNU
//! tar's long names. Programs that read tar are lenient, each in its own way, and where they disagree an archive holds one image for the
//! one and another image for the other. So a header that could be taken in two ways refuses the whole archive, also when its entry would
//! never be looked at: where the next header lies depends on it.
//!
//! Names are keys. None is ever opened, joined to a directory or created.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::link::IsLink;
use crate::tar::error::{ArchiveError, TarProblem};
use crate::tar::extended::{Extension, MAX_EXTENSION};
use crate::tar::file::{ArchiveFile, Section};
use crate::tar::header::{BLOCK, Header, Kind};
use crate::tar::name;

/// The most headers in one archive. An image of 1,024 layers that an old Docker saved has about 4,100.
const MAX_HEADERS: usize = 20_000;
/// The most bytes of names and link targets together: they stay in memory.
const MAX_NAMES: usize = 2 * 1024 * 1024;
/// The most bytes of one archive. Registries take far less, and a sparse file can claim to be any size.
const MAX_BYTES: u64 = 256 * 1024 * 1024 * 1024;
/// The most zeros after the end: writers fill up their last record, which is 10 KiB unless somebody asks for another.
const MAX_PADDING: u64 = 1024 * 1024;
/// How many links may lead to a file.
const MAX_HOPS: usize = 8;

/// Where the entries of an archive lie.
#[derive(Debug)]
pub(crate) struct TarArchive {
    file: Arc<ArchiveFile>,
    entries: HashMap<String, Slot>,
}

#[derive(Debug)]
enum Slot {
    Once(Entry),
    /// Readers differ in whether the first or the last one counts.
    Twice,
}

#[derive(Debug)]
enum Entry {
    File {
        offset: u64,
        size: u64,
    },
    Directory,
    /// To another entry; none for a target that leads out of the archive.
    Link(Option<String>),
}

impl TarArchive {
    /// Reads all headers of a file.
    pub(crate) fn open(path: &Path) -> Result<Self, ArchiveError> {
        Self::index(ArchiveFile::open(path)?)
    }

    /// The same for a file that is open already.
    pub(crate) fn opened(file: File) -> Result<Self, ArchiveError> {
        Self::index(ArchiveFile::opened(file)?)
    }

    fn index(file: ArchiveFile) -> Result<Self, ArchiveError> {
        let file = Arc::new(file);
        if file.size() > MAX_BYTES {
            return Err(ArchiveError::TooMuch { limit: "256 GiB" });
        }
        not_compressed(&file)?;
        let entries = Indexing { file: &file, position: 0, headers: 0, names: 0, entries: HashMap::new() }.run()?;
        Ok(Self { file, entries })
    }

    /// Whether anything has this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Whether it has no entry.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The content of a regular file.
    pub(crate) fn file(&self, name: &str) -> io::Result<Section> {
        match self.entry(name)? {
            Entry::File { offset, size } => Ok(Section::new(Arc::clone(&self.file), *offset, *size)),
            Entry::Directory => Err(refused("a directory, not a regular file")),
            Entry::Link(_) => Err(io::Error::new(io::ErrorKind::InvalidInput, IsLink { in_archive: true })),
        }
    }

    /// The content of a regular file, or of the one that links inside the archive lead to.
    pub(crate) fn file_behind_links(&self, name: &str) -> io::Result<Section> {
        let mut name = name;
        for _hop in 0..=MAX_HOPS {
            match self.entry(name)? {
                Entry::Link(Some(target)) => name = target,
                Entry::Link(None) => return Err(refused("a link that leads out of the archive")),
                Entry::File { .. } | Entry::Directory => return self.file(name),
            }
        }
        Err(refused("behind more than 8 links"))
    }

    fn entry(&self, name: &str) -> io::Result<&Entry> {
        match self.entries.get(name) {
            Some(Slot::Once(entry)) => Ok(entry),
            Some(Slot::Twice) => Err(refused("in the archive more than once")),
            None => Err(io::Error::new(io::ErrorKind::NotFound, "not in the archive")),
        }
    }

    /// Every name with the place and size of its file, for comparisons with other readers.
    #[cfg(test)]
    pub(crate) fn listing(&self) -> Vec<(String, Option<u64>)> {
        let mut names: Vec<_> = self
            .entries
            .iter()
            .map(|(name, slot)| match slot {
                Slot::Once(Entry::File { size, .. }) => (name.clone(), Some(*size)),
                _ => (name.clone(), None),
            })
            .collect();
        names.sort();
        names
    }
}

fn refused(problem: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, problem)
}

struct Indexing<'a> {
    file: &'a ArchiveFile,
    position: u64,
    headers: usize,
    names: usize,
    entries: HashMap<String, Slot>,
}

impl Indexing<'_> {
    fn run(mut self) -> Result<HashMap<String, Slot>, ArchiveError> {
        let mut extension = Extension::default();
        loop {
            let start = self.position;
            let malformed = |problem| ArchiveError::Malformed { offset: start, problem };
            let block = self.block()?;
            if block == [0; BLOCK] {
                if !extension.is_empty() {
                    return Err(malformed(TarProblem::DanglingExtension));
                }
                self.end()?;
                return Ok(self.entries);
            }
            self.headers += 1;
            if self.headers > MAX_HEADERS {
                return Err(ArchiveError::TooMuch { limit: "20,000 headers" });
            }
            let header = Header::parse(&block).map_err(malformed)?;
            match header.kind {
                Kind::Pax | Kind::LongName | Kind::LongTarget => {
                    if header.size > MAX_EXTENSION {
                        return Err(ArchiveError::TooMuch { limit: "64 KiB in one extended header" });
                    }
                    let body = self.body(header.size)?;
                    extension.add(header.kind, &body).map_err(malformed)?;
                }
                Kind::File | Kind::Directory | Kind::Symlink | Kind::Hardlink => {
                    let extension = std::mem::take(&mut extension);
                    self.entry(&header, &extension).map_err(|error| error.at(malformed))?;
                }
            }
        }
    }

    fn entry(&mut self, header: &Header<'_>, extension: &Extension) -> Result<(), Refusal> {
        let size = extension.size(header)?;
        let is_file = header.kind == Kind::File;
        if !is_file && size != 0 {
            return Err(TarProblem::ContentOfNothing { size }.into());
        }
        let name = extension.name(header)?;
        let offset = self.position;
        self.skip(size).map_err(Refusal::Whole)?;
        let entry = match header.kind {
            Kind::Symlink => Entry::Link(name::beside(&name, &extension.target(header)?)?),
            Kind::Hardlink => Entry::Link(name::normal("link target", &extension.target(header)?, false)?),
            Kind::Directory => Entry::Directory,
            _ => Entry::File { offset, size },
        };
        let Some(name) = name::normal("name", &name, header.kind == Kind::Directory)? else {
            return if is_file { Err(TarProblem::Name { field: "name", problem: "is that of the archive's root" }.into()) } else { Ok(()) };
        };
        self.names += name.len();
        if let Entry::Link(Some(target)) = &entry {
            self.names += target.len();
        }
        if self.names > MAX_NAMES {
            return Err(Refusal::Whole(ArchiveError::TooMuch { limit: "2 MiB of names" }));
        }
        self.entries.entry(name).and_modify(|slot| *slot = Slot::Twice).or_insert(Slot::Once(entry));
        Ok(())
    }

    fn block(&mut self) -> Result<[u8; BLOCK], ArchiveError> {
        let mut block = [0; BLOCK];
        let remaining = self.file.size().saturating_sub(self.position);
        if remaining < BLOCK as u64 {
            let problem = if remaining == 0 { TarProblem::NoEnd } else { TarProblem::Truncated };
            return Err(self.malformed(problem));
        }
        self.read(&mut block)?;
        self.position += BLOCK as u64;
        Ok(block)
    }

    fn read(&self, buffer: &mut [u8]) -> Result<(), ArchiveError> {
        self.file.read_exact_at(buffer, self.position).map_err(|source| ArchiveError::Unreadable { offset: self.position, source })
    }

    /// The content of an extended header, whose size was checked.
    fn body(&mut self, size: u64) -> Result<Vec<u8>, ArchiveError> {
        let start = self.position;
        self.skip(size)?;
        let mut body = vec![0; usize::try_from(size).unwrap_or_default()];
        self.file.read_exact_at(&mut body, start).map_err(|source| ArchiveError::Unreadable { offset: start, source })?;
        Ok(body)
    }

    /// Goes to the block after a content of so many bytes.
    fn skip(&mut self, size: u64) -> Result<(), ArchiveError> {
        let after = size.checked_next_multiple_of(BLOCK as u64).and_then(|padded| self.position.checked_add(padded));
        match after.filter(|after| *after <= self.file.size()) {
            Some(after) => {
                self.position = after;
                Ok(())
            }
            None => Err(self.malformed(TarProblem::Truncated)),
        }
    }

    /// After one block of zeros: another one, and then zeros to the end.
    fn end(&mut self) -> Result<(), ArchiveError> {
        if self.block().map_err(|error| at_end(error, self.position))? != [0; BLOCK] {
            return Err(ArchiveError::Malformed { offset: self.position - BLOCK as u64, problem: TarProblem::AfterEnd });
        }
        let padding = self.file.size() - self.position;
        if padding > MAX_PADDING || !padding.is_multiple_of(BLOCK as u64) {
            return Err(self.malformed(TarProblem::AfterEnd));
        }
        let mut rest = vec![0; usize::try_from(padding).unwrap_or_default()];
        self.read(&mut rest)?;
        if rest.iter().any(|byte| *byte != 0) { Err(self.malformed(TarProblem::AfterEnd)) } else { Ok(()) }
    }

    fn malformed(&self, problem: TarProblem) -> ArchiveError {
        ArchiveError::Malformed { offset: self.position, problem }
    }
}

/// One block of zeros is not an end.
fn at_end(error: ArchiveError, offset: u64) -> ArchiveError {
    match error {
        ArchiveError::Malformed { .. } => ArchiveError::Malformed { offset, problem: TarProblem::NoEnd },
        other => other,
    }
}

/// What is wrong with an entry: with its header, or with the file as a whole.
enum Refusal {
    Header(TarProblem),
    Whole(ArchiveError),
}

impl From<TarProblem> for Refusal {
    fn from(problem: TarProblem) -> Self {
        Self::Header(problem)
    }
}

impl Refusal {
    fn at(self, malformed: impl FnOnce(TarProblem) -> ArchiveError) -> ArchiveError {
        match self {
            Self::Header(problem) => malformed(problem),
            Self::Whole(error) => error,
        }
    }
}

/// Says so, where "not a tar file" would be of no help.
fn not_compressed(file: &ArchiveFile) -> Result<(), ArchiveError> {
    let mut start = vec![0; usize::try_from(file.size()).map_or(10, |size| size.min(10))];
    file.read_exact_at(&mut start, 0).map_err(|source| ArchiveError::Unreadable { offset: 0, source })?;
    let format = match start.as_slice() {
        [0x1f, 0x8b, ..] => "gzip",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd",
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => "xz",
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y'] => "bzip2",
        _ => return Ok(()),
    };
    Err(ArchiveError::Compressed { format })
}

#[cfg(test)]
mod tests;
