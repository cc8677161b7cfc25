//! What a push tells while it runs.

use pushgate_oci::{Descriptor, Digest};

/// Hears how the blobs of a push get on. Every method does nothing unless it is overridden; they are called from the task that pushes, so
/// they must not block.
pub trait Progress: Send + Sync {
    /// Work on a blob begins: a layer, a config, or a part of an artifact.
    fn layer_started(&self, blob: &Descriptor) {
        let _ = blob;
    }

    /// So many bytes of it were handed to the connection so far. The figure falls back when an upload starts again.
    fn layer_advanced(&self, digest: &Digest, bytes: u64) {
        let _ = (digest, bytes);
    }

    /// The registry holds the blob.
    fn layer_finished(&self, digest: &Digest, how: LayerOutcome) {
        let _ = (digest, how);
    }
}

/// Silence.
impl Progress for () {}

/// How a blob came to be in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerOutcome {
    /// It was sent.
    Uploaded,
    /// The repository had it.
    AlreadyThere,
    /// The registry took it from another of its repositories.
    Mounted,
}
