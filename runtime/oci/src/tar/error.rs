//! What can be wrong with a tar file.

use std::io;
use std::path::PathBuf;

use pushgate_files::Kind;

use crate::holding::Holding;

/// A tar file that is not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be opened.
    #[error("`{}` cannot be opened", path.display())]
    NotOpened {
        /// As the caller named it.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A directory, a pipe, a device. An archive is read at several places at once, so it must be a file.
    #[error("`{}` is {}", path.display(), what_is_there(*found, *holds))]
    NotRegular {
        /// What it is.
        found: Kind,
        /// As the caller named it.
        path: PathBuf,
        /// What is there.
        holds: Holding,
    },
    /// The whole archive is compressed, so that nothing in it has a place.
    #[error("the archive is compressed with {format}")]
    Compressed {
        /// The name of the program that undoes it.
        format: &'static str,
    },
    /// A read failed, or the file became shorter.
    #[error("the archive cannot be read at byte {offset}")]
    Unreadable {
        /// From the start of the file.
        offset: u64,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Not a tar file, or one that two programs could read in two ways.
    #[error("the archive is refused at byte {offset}: {problem}")]
    Malformed {
        /// Where the header or block begins, from the start of the file.
        offset: u64,
        /// What is wrong with it.
        problem: TarProblem,
    },
    /// More than an image has.
    #[error("the archive has more than {limit}")]
    TooMuch {
        /// What there is too much of, with the limit.
        limit: &'static str,
    },
}

/// As much as is known of what was found in place of a file.
fn what_is_there(found: Kind, holds: Holding) -> String {
    match holds {
        Holding::Unknown => format!("{found}, not a regular file"),
        holds => format!("not a regular file but {}", holds.in_words()),
    }
}

/// Why a header, or what stands in its place, is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TarProblem {
    /// The sum over the header's bytes is another.
    #[error("the header's checksum is wrong")]
    Checksum,
    /// Neither POSIX ustar nor GNU tar.
    #[error("the header is neither of the POSIX ustar nor of the GNU format")]
    Format,
    /// Bytes that some readers give a meaning to and others do not.
    #[error("the header has bytes after its {field}")]
    Leftover {
        /// The field before them.
        field: &'static str,
    },
    /// A number that is not one.
    #[error("the header's {field} is not a number")]
    Number {
        /// Which field.
        field: &'static str,
    },
    /// Base-256 numbers can say so.
    #[error("an entry has a negative size")]
    NegativeSize,
    /// More than any file can have.
    #[error("an entry has a size of more than 2^63-1 bytes")]
    HugeSize,
    /// A device, a FIFO, a sparse file, or something unknown.
    #[error("an entry is {what}, which no image archive needs")]
    Kind {
        /// In words.
        what: &'static str,
    },
    /// A directory or link whose header announces content.
    #[error("a directory or link has a size of {size} bytes")]
    ContentOfNothing {
        /// What the header says.
        size: u64,
    },
    /// A name, or the target of a link.
    #[error("an entry's {field} {problem}")]
    Name {
        /// `name` or `link target`.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// An extended header of the PAX format.
    #[error("a PAX header {0}")]
    Pax(&'static str),
    /// The extra entry by which GNU tar stores a long name.
    #[error("a GNU long name {0}")]
    LongName(&'static str),
    /// Two extended headers for one entry: readers disagree which one counts.
    #[error("two extended headers stand before one entry")]
    TwoExtensions,
    /// An extended header that nothing follows.
    #[error("nothing follows an extended header")]
    DanglingExtension,
    /// The two sizes of one entry. Where the next header lies depends on which one a reader takes.
    #[error("an entry has {pax} bytes by its PAX header and {ustar} by its own")]
    SizesDiffer {
        /// What the PAX header says.
        pax: u64,
        /// What the header says.
        ustar: u64,
    },
    /// The file ends inside an entry, or inside a block.
    #[error("the file ends in the middle of an entry")]
    Truncated,
    /// The two blocks of zeros are missing.
    #[error("the file ends without the two blocks of zeros that close an archive")]
    NoEnd,
    /// Something that a reader which goes on would take for more entries.
    #[error("something follows the end of the archive")]
    AfterEnd,
}
