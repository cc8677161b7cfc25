//! Where the image is: named by the caller, then pinned, so that what the hooks see is what is pushed.

mod name;
mod options;
mod pinned;
mod direct;
mod lazy;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pushgate_oci::{Digest, DockerArchive, DockerArchiveError, LayoutError, OciLayout, VerifyError};
use pushgate_reference::ScopedReference;

use crate::decide::ImagesError;
use crate::engine::{DockerEngine, EngineEnvironment, EngineError};

pub use lazy::LazySource;
pub use name::{EngineImageName, ParseSourceError, Source};
pub use options::{RequestedSource, SourceOptionError, SourceOptions};
pub(crate) use pinned::shown;
pub use pinned::{ArchivedImage, ListedLayers, PinnedEngineImage, PinnedSource};

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
    /// What `--verify` found in a layout.
    #[error(transparent)]
    Verify(Arc<VerifyError>),
    /// One image, and it is for another platform than the one that was asked for.
    #[error("the image is for {found}, not for {asked}")]
    OtherPlatform {
        /// What was asked for.
        asked: String,
        /// What the image's config says.
        found: String,
    },
    /// The Docker Engine gave out another image than it was asked for.
    #[error("the Docker Engine was asked for the image {expected} and gave out {found}")]
    OtherImage {
        /// The image ID, or the digest of the manifest.
        expected: Digest,
        /// What the archive holds, by the same kind of digest.
        found: String,
    },
    /// An image that is taken out of the Docker Engine has no place.
    #[error("no temporary file for the image can be written in `{}`", directory.display())]
    Temporary {
        /// The directory.
        directory: PathBuf,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
}

impl SourceError {
    /// Whether there is no such image, as against not being able to look.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Engine(error) => matches!(**error, EngineError::NoSuchImage { .. }),
            Self::Layout(error) => {
                matches!(**error, LayoutError::NoSuchEntry { .. } | LayoutError::NoSuchPlatform { .. } | LayoutError::Empty)
            }
            Self::OtherPlatform { .. } => true,
            Self::DockerArchive(_) | Self::Verify(_) | Self::OtherImage { .. } | Self::Temporary { .. } => false,
        }
    }

    /// The remedy, where there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(error) => error.hint(),
            Self::Layout(error) => error.hint(),
            Self::DockerArchive(error) => error.hint(),
            Self::Verify(error) => error.hint(),
            Self::OtherPlatform { .. } => Some("without --platform, it is pushed as it is".to_owned()),
            Self::OtherImage { .. } => None,
            Self::Temporary { .. } => Some("TMPDIR names the directory; it needs room for the whole image".to_owned()),
        }
    }

    fn temporary(directory: &Path, source: io::Error) -> Self {
        Self::Temporary { directory: directory.to_owned(), source: Arc::new(source) }
    }
}

impl From<SourceError> for ImagesError {
    fn from(error: SourceError) -> Self {
        Self { is_not_found: error.is_not_found(), failure: error.into() }
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

impl From<VerifyError> for SourceError {
    fn from(error: VerifyError) -> Self {
        Self::Verify(Arc::new(error))
    }
}

impl RequestedSource {
    /// Settles which bytes are meant: an image ID of the Docker Engine, the digest of a config whose layers are known by their content, or the
    /// digest of a manifest that was read and hashed.
    ///
    /// # Errors
    /// No Docker Engine, no such image, none for the platform, an unreadable layout, and what `--verify` finds.
    pub async fn pin(&self, engine: &EngineEnvironment, scoped: &ScopedReference) -> Result<PinnedSource, SourceError> {
        let options = self.options.clone();
        match self.source.clone() {
            Source::DockerDaemon(name) => {
                let name = name.unwrap_or_else(|| EngineImageName::of(scoped));
                let engine = DockerEngine::connect(engine).await?;
                if options.direct {
                    return direct::pin(&engine, &name, &options).await;
                }
                let image = engine.inspect(name.as_str()).await?;
                options.must_be(&image.config.platform())?;
                Ok(PinnedSource::Engine(Box::new(PinnedEngineImage { engine, name, image })))
            }
            Source::OciLayout { directory, reference } => {
                in_background(move || layout(&OciLayout::open(&directory)?, reference.as_deref(), &options)).await
            }
            Source::OciArchive { file, reference } => {
                in_background(move || layout(&OciLayout::open_archive(&file)?, reference.as_deref(), &options)).await
            }
            Source::DockerArchive { file, reference } => {
                in_background(move || {
                    let image = DockerArchive::open(&file)?.pin(reference.as_deref(), options.layers())?;
                    ArchivedImage::new(image, &options).map(PinnedSource::archive)
                })
                .await
            }
        }
    }

    /// Whether somebody wants the source to be read, also where no hook does.
    pub fn is_to_be_verified(&self) -> bool {
        self.options.verify
    }
}

fn layout(layout: &OciLayout, reference: Option<&str>, options: &SourceOptions) -> Result<PinnedSource, SourceError> {
    let mut content = layout.pin(reference, options.platform.as_ref())?;
    if options.verify {
        content.verify()?;
    }
    Ok(PinnedSource::Layout(Box::new(content)))
}

/// Reading, hashing and compressing is work for the disk and the processor: not on the thread that answers signals.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> Result<T, SourceError> + Send + 'static) -> Result<T, SourceError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))
}
