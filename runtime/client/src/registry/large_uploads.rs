//! How many large blobs are sent at a time.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Blobs of more bytes are sent four at a time: they fill the line, and each needs memory. More of them overrun the
/// line when they begin together, and those that come later then get little of it.
const LARGE: u64 = 1024 * 1024;
const LARGE_AT_A_TIME: usize = 4;

/// Lets so many large blobs through at a time.
pub(super) struct LargeUploads(Semaphore);

impl Default for LargeUploads {
    fn default() -> Self {
        Self(Semaphore::new(LARGE_AT_A_TIME))
    }
}

impl LargeUploads {
    /// Waits for a turn, if the blob is large.
    pub(super) async fn enter(&self, size: u64) -> Option<SemaphorePermit<'_>> {
        if size > LARGE { self.0.acquire().await.ok() } else { None }
    }
}
