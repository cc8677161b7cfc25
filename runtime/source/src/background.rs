//! Work that blocks.

use super::error::SourceError;

/// Reading, hashing and compressing is work for the disk and the processor: not on the thread that answers signals.
pub(super) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))
}
