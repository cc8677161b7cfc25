//! Why a source cannot be used.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pushgate_engine::EngineError;
use pushgate_gate::decide::ImagesError;
use pushgate_oci::{Digest, DockerArchiveError, LayoutError, VerifyError};

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
    /// The image is named by a digest, and has another.
    #[error("the image has the digest {found}, not {named} by which it is named")]
    OtherDigest {
        /// The digest of its manifest or index.
        found: Digest,
        /// The one in its name.
        named: String,
    },
    /// The image is named by a digest, and the Docker Engine is to push it.
    #[error("`{image}` is named by a digest, and the Docker Engine pushes to tags alone")]
    NoTag {
        /// The name.
        image: String,
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
            Self::DockerArchive(_)
            | Self::Verify(_)
            | Self::OtherDigest { .. }
            | Self::NoTag { .. }
            | Self::OtherImage { .. }
            | Self::Temporary { .. } => false,
        }
    }

    pub(super) fn temporary(directory: &Path, source: io::Error) -> Self {
        Self::Temporary { directory: directory.to_owned(), source: Arc::new(source) }
    }
}

impl From<SourceError> for ImagesError {
    fn from(error: SourceError) -> Self {
        Self { is_not_found: error.is_not_found(), cause: Arc::new(error) }
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
