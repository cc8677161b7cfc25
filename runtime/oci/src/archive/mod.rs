//! Image archives: tar files that hold an OCI layout (`oci-archive`) or what `docker save` writes (`docker-archive`).
//!
//! Nothing is ever extracted. [`tar`] goes over the headers once and remembers where each entry lies in the one open file; from then on a
//! name is a key of that index and never a path. [`oci`] shows such an index to the code that reads layouts; [`docker`] reads
//! `manifest.json`. [`layer`] turns the layers of a Docker archive into what a registry stores, while they are read.
//!
//! An archive is input from strangers, and tar is a format that two readers can read in two ways. What is open to two readings is refused.

mod docker;
mod error;
mod file;
mod layer;
mod oci;
mod tar;

pub use docker::{DockerArchive, DockerArchiveError, LayerOptions, PinnedDockerImage};
pub use error::{ArchiveError, TarProblem};
pub use layer::{Compression, LayerError};

pub(crate) use file::{Section, SectionReader};
pub(crate) use layer::{Encoding, Expected, LayerReader, StreamedLayer, asks_for_too_much, verify_bytes, verify_layer};
pub(crate) use tar::TarArchive;

#[cfg(test)]
mod testing;

#[cfg(test)]
pub(crate) mod memory {
    /// Reads the list of a Docker archive.
    pub(crate) fn list(bytes: &[u8]) -> bool {
        super::docker::read_list(bytes).is_ok()
    }
}
