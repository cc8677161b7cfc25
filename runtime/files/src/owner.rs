//! Who owns a file.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

/// A file or folder belongs to another user than the one that runs this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignOwner {
    /// The user ID of its owner.
    pub owner: u32,
    /// The user ID that this process runs with.
    pub user: u32,
}

/// Whose a file is, if it is another user's.
#[must_use]
pub fn foreign_owner(metadata: &Metadata) -> Option<ForeignOwner> {
    let (owner, user) = (metadata.uid(), rustix::process::geteuid().as_raw());
    (owner != user).then_some(ForeignOwner { owner, user })
}
