//! Tar files that hold an image: an OCI layout (`oci-archive`), or what `docker save` writes (`docker-archive`).
//!
//! Nothing is ever extracted. [`TarArchive`] goes over the headers once and remembers where each entry lies in the one open file; from then on a
//! name is a key of that index and never a path.
//!
//! An archive is input from strangers, and tar is a format that two readers can read in two ways. What is open to two readings is refused.

mod holding;
mod index;
mod extended;
mod header;
mod numeric;
mod name;
mod file;
mod error;

#[cfg(test)]
pub(crate) mod testing;

pub use error::{ArchiveError, TarProblem};
pub(crate) use file::{Section, SectionReader};
pub(crate) use index::TarArchive;
