//! Where an approved push goes.

use pushgate_gate::registry_access::Access;
use pushgate_reference::ScopedReference;

/// The registry, and the name in it.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// The client, and what it shows.
    pub(super) access: &'a Access,
    /// The name.
    pub(super) scoped: &'a ScopedReference,
}
