//! Links, which are not followed.

use std::io;

/// A link in the place of a file or a folder: it could lead anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a link, not a regular file")]
pub struct IsLink {
    /// Whether it is an entry of an archive, and not of a folder.
    pub in_archive: bool,
}

impl IsLink {
    /// The link that an error is about, for the `source` of an entry or a file that cannot be read.
    #[must_use]
    pub fn behind(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}
