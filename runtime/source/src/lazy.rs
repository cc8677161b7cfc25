//! A source that is pinned only when a hook asks for the images, so that a check needs no Docker where no hook looks.

use async_trait::async_trait;
use pushgate_engine::EngineEnvironment;
use pushgate_gate::decide::{Images, ImagesError, ListedImages};
use pushgate_oci::UncheckedLayer;
use pushgate_reference::ScopedReference;
use tokio::sync::OnceCell;

use super::error::SourceError;
use super::options::RequestedSource;
use super::pinned::PinnedSource;

/// The source of a check.
#[derive(Debug)]
pub struct LazySource {
    engine: EngineEnvironment,
    source: RequestedSource,
    scoped: ScopedReference,
    pinned: OnceCell<Result<PinnedSource, SourceError>>,
}

impl LazySource {
    /// Remembers what to pin, and reads nothing.
    pub fn new(engine: &EngineEnvironment, source: &RequestedSource, scoped: &ScopedReference) -> Self {
        Self { engine: engine.clone(), source: source.clone(), scoped: scoped.clone(), pinned: OnceCell::new() }
    }

    /// Whether the name holds the image's digest: then only a look at the image tells whether it is the right one.
    pub fn is_named_by_digest(&self) -> bool {
        self.scoped.digest().is_some()
    }

    /// Pins it now.
    ///
    /// # Errors
    /// It cannot be pinned.
    pub async fn pin(&self) -> Result<(), SourceError> {
        self.pinned().await.map(|_pinned| ())
    }

    /// The layers that `--verify` did not look into.
    pub fn unchecked(&self) -> Vec<UncheckedLayer> {
        self.pinned.get().and_then(|pinned| pinned.as_ref().ok()).map(PinnedSource::unchecked).unwrap_or_default()
    }

    async fn pinned(&self) -> Result<&PinnedSource, SourceError> {
        self.pinned.get_or_init(|| self.source.pin(&self.engine, &self.scoped)).await.as_ref().map_err(Clone::clone)
    }
}

#[async_trait]
impl Images for LazySource {
    async fn images(&self) -> Result<ListedImages, ImagesError> {
        self.pinned().await?.images().await
    }

    async fn digest(&self) -> Result<Option<String>, ImagesError> {
        self.pinned().await?.digest().await
    }
}
