//! A source that is pinned only when a hook asks for the images, so that a check needs no Docker where no hook looks.

use async_trait::async_trait;
use pushgate_oci::UncheckedLayer;
use pushgate_reference::ScopedReference;
use tokio::sync::OnceCell;

use super::pinned::ListedImages;
use super::{Images, PinnedSource, RequestedSource, SourceError};
use crate::gate::Gate;

/// The source of a check.
#[derive(Debug)]
pub struct LazySource {
    gate: Gate,
    source: RequestedSource,
    scoped: ScopedReference,
    pinned: OnceCell<Result<PinnedSource, SourceError>>,
}

impl LazySource {
    /// Remembers what to pin, and reads nothing.
    pub fn new(gate: &Gate, source: &RequestedSource, scoped: &ScopedReference) -> Self {
        Self { gate: gate.clone(), source: source.clone(), scoped: scoped.clone(), pinned: OnceCell::new() }
    }

    async fn pinned(&self) -> Result<&PinnedSource, SourceError> {
        self.pinned.get_or_init(|| self.source.pin(&self.gate, &self.scoped)).await.as_ref().map_err(Clone::clone)
    }
}

#[async_trait]
impl Images for LazySource {
    async fn images(&self) -> Result<ListedImages, SourceError> {
        self.pinned().await?.images().await
    }

    async fn digest(&self) -> Result<Option<String>, SourceError> {
        self.pinned().await?.digest().await
    }

    fn unchecked(&self) -> Vec<UncheckedLayer> {
        self.pinned.get().and_then(|pinned| pinned.as_ref().ok()).map(Images::unchecked).unwrap_or_default()
    }
}
