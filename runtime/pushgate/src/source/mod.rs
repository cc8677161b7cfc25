//! Where the image is: named by the caller, then pinned, so that what the hooks see is what is pushed.

mod lazy;
mod name;
mod pinned;

use std::sync::Arc;

use pushgate_oci::{DockerArchive, DockerArchiveError, LayerOptions, LayoutError, OciLayout, PinnedContent};
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
    /// The OCI layout, in a directory or in an archive.
    #[error(transparent)]
    Layout(Arc<LayoutError>),
    /// The Docker archive.
    #[error(transparent)]
    DockerArchive(Arc<DockerArchiveError>),
}

impl SourceError {
    /// Whether there is no such image, as against not being able to look.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Engine(error) => matches!(**error, EngineError::NoSuchImage { .. }),
            Self::Layout(error) => matches!(**error, LayoutError::NoSuchEntry { .. } | LayoutError::Empty),
            Self::DockerArchive(_) => false,
        }
    }

    /// The remedy, where there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(error) => error.hint(),
            Self::Layout(error) => error.hint(),
            Self::DockerArchive(error) => error.hint(),
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

impl From<DockerArchiveError> for SourceError {
    fn from(error: DockerArchiveError) -> Self {
        Self::DockerArchive(Arc::new(error))
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
                let (directory, reference) = (directory.clone(), reference.clone());
                read(move || Ok(OciLayout::open(&directory)?.pin(reference.as_deref())?)).await
            }
            Self::OciArchive { file, reference } => {
                let (file, reference) = (file.clone(), reference.clone());
                read(move || Ok(OciLayout::open_archive(&file)?.pin(reference.as_deref())?)).await
            }
            Self::DockerArchive { file, reference } => {
                let (file, reference) = (file.clone(), reference.clone());
                read(move || Ok(DockerArchive::open(&file)?.pin(reference.as_deref(), LayerOptions::default())?.resolve()?)).await
            }
        }
    }
}

/// Reading, hashing and compressing is work for the disk and the processor: not on the thread that answers signals.
async fn read(work: impl FnOnce() -> Result<PinnedContent, SourceError> + Send + 'static) -> Result<PinnedSource, SourceError> {
    let content = tokio::task::spawn_blocking(work).await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))?;
    Ok(PinnedSource::Layout(Box::new(content)))
}
