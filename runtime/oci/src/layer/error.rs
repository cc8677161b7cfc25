//! What can be wrong with the content of a layer.

use crate::digest::Digest;

/// Content of a layer that is not what the image's config says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayerError {
    /// Other bytes than those that were promised.
    #[error("the content has the digest {actual}, not {expected} as the image's config says")]
    DiffId {
        /// The config's `diff_id`.
        expected: Digest,
        /// What was read.
        actual: Digest,
    },
    /// Other bytes than its name says.
    #[error("the bytes have the digest {actual}, not {expected} as the entry's name says")]
    Name {
        /// From the name.
        expected: Digest,
        /// What was read.
        actual: Digest,
    },
    /// Other bytes than its descriptor says.
    #[error("the bytes have the digest {actual}, not {expected} as its descriptor says")]
    Descriptor {
        /// The descriptor's.
        expected: Digest,
        /// What was read.
        actual: Digest,
    },
    /// Compressed in a way that runtimes do not read, so that nobody can say what it holds.
    #[error("the content is compressed with {format}, which cannot be looked into")]
    Format {
        /// The name of the program that undoes it.
        format: &'static str,
    },
    /// Unpacking it takes more memory than a layer is given.
    #[error("its zstd window exceeds 128 MiB, so it cannot be looked into")]
    Window,
    /// It grows more than any honest layer.
    #[error("the content is more than {limit}")]
    Bomb {
        /// How much is allowed.
        limit: &'static str,
    },
}
