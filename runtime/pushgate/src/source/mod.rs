//! Where the image is: named by the caller, then pinned, so that what the hooks see is what is pushed.

mod lazy;
mod name;
mod pinned;

use std::sync::Arc;

use pushgate_oci::{LayoutError, OciLayout};
use pushgate_reference::ScopedReference;

use crate::engine::{DockerEngine, EngineError};
use crate::gate::Gate;

pub use lazy::LazySource;
pub use name::{EngineImageName, ParseSourceError, Source};
pub use pinned::{Images, ListedImages, PinnedEngineImage, PinnedSource};

/// Why the source could not be pinned or read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// The Docker Engine, or the image in it.
    #[error(transparent)]
    Engine(Arc<EngineError>),
    /// The OCI layout.
    #[error(transparent)]
    Layout(Arc<LayoutError>),
}

impl SourceError {
    /// Whether there is no such image, as against not being able to look.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Engine(error) => matches!(**error, EngineError::NoSuchImage { .. }),
            Self::Layout(error) => matches!(**error, LayoutError::NoSuchEntry { .. } | LayoutError::Empty),
        }
    }

    /// The remedy, where there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(error) => error.hint(),
            Self::Layout(error) => error.hint(),
        }
    }
}

impl From<EngineError> for SourceError {
    fn from(error: EngineError) -> Self {
        Self::Engine(Arc::new(error))
    }
}

impl From<LayoutError> for SourceError {
    fn from(error: LayoutError) -> Self {
        Self::Layout(Arc::new(error))
    }
}

impl Source {
    /// Settles which bytes are meant: an image ID of the Docker Engine, or the digest of a manifest that was read and hashed.
    ///
    /// # Errors
    /// No Docker Engine, no such image, an unreadable layout.
    pub async fn pin(&self, gate: &Gate, scoped: &ScopedReference) -> Result<PinnedSource, SourceError> {
        match self {
            Self::DockerDaemon(name) => {
                let name = name.clone().unwrap_or_else(|| EngineImageName::of(scoped));
                let engine = DockerEngine::connect(gate.engine_environment()).await?;
                let image = engine.inspect(name.as_str()).await?;
                Ok(PinnedSource::Engine(Box::new(PinnedEngineImage { engine, name, image })))
            }
            Self::OciLayout { directory, reference } => {
                // Reading and hashing documents is short, but it is disk: not on the thread that answers signals.
                let (directory, reference) = (directory.clone(), reference.clone());
                let content = tokio::task::spawn_blocking(move || OciLayout::open(&directory)?.pin(reference.as_deref()))
                    .await
                    .unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))?;
                Ok(PinnedSource::Layout(Box::new(content)))
            }
        }
    }
}
