//! Layers that verifying reads without looking into them.

use std::fmt;

use crate::digest::Digest;

/// A layer of an image whose content was not compared with the image's config. Its bytes were compared with its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UncheckedLayer {
    /// By which the manifest calls it.
    pub digest: Digest,
    /// Why it was not looked into.
    pub reason: Unchecked,
}

/// Why a layer was not looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// What it holds is known to those with the key alone.
    Encrypted,
    /// Unpacking it takes more memory than is given to a layer: a window of zstd (RFC 8878, section 3.1.1.1.2) of more
    /// than 128 MiB.
    Window,
}

impl Unchecked {
    /// The word for machines: `encrypted` or `zstd-window`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Window => "zstd-window",
        }
    }
}

impl fmt::Display for Unchecked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Encrypted => "it is encrypted",
            Self::Window => "a zstd window of more than 128 MiB cannot be looked into",
        })
    }
}
