//! A layout whose first two documents were read.

use std::io;
use std::path::Path;
use std::sync::Arc;

use pushgate_json::{DocumentError, MAX_DOCUMENT, Shape, Tree};

use crate::blob::Files;
use crate::content::PinnedContent;
use crate::holding::Holding;
use crate::layout::directory::Directory;
use crate::layout::error::LayoutError;
use crate::layout::{files, pin, select};
use crate::manifest::Index;
use crate::platform::Platform;

/// The file `oci-layout`.
const VERSION: Shape = Shape::Members(&[("imageLayoutVersion", Shape::Scalar)]);

/// A layout whose `oci-layout` and `index.json` were read.
#[derive(Debug)]
pub struct OciLayout {
    files: Arc<dyn Files>,
    index: Index,
}

impl OciLayout {
    /// Opens a directory that holds a layout. This blocks.
    ///
    /// # Errors
    /// If it is not a layout of version 1.0.0, or its index cannot be used.
    pub fn open(path: &Path) -> Result<Self, LayoutError> {
        let not_opened = |source| LayoutError::NotOpened { path: path.to_owned(), holds: Holding::of_path(path), source };
        let directory = Directory::open(path).map_err(not_opened)?;
        Self::read(Arc::new(directory), Some(path), || Holding::of_path(path))
    }

    /// Reads the two documents that every layout has. `holding` tells what is there if they are not.
    pub(crate) fn read(files: Arc<dyn Files>, path: Option<&Path>, holding: impl FnOnce() -> Holding) -> Result<Self, LayoutError> {
        let version = Self::document(&*files, "oci-layout", |bytes| {
            let tree = Tree::parse(bytes, MAX_DOCUMENT, "document", &VERSION)?;
            tree.object()?.required_string("imageLayoutVersion").map(str::to_owned)
        });
        let version = version.map_err(|error| match error {
            LayoutError::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                LayoutError::NotALayout { path: path.map(Path::to_owned), holds: holding() }
            }
            error => error,
        })?;
        if version != "1.0.0" {
            return Err(LayoutError::Version { version: version.chars().take(40).collect() });
        }
        let index = Self::document(&*files, "index.json", Index::parse)?;
        Ok(Self { files, index })
    }

    /// Chooses an entry and reads everything about it but the layers. This blocks.
    ///
    /// `reference` is the entry's name (its annotation `org.opencontainers.image.ref.name`) or its digest. Without one, the layout must
    /// have one entry only. With a `platform`, only the image for it is taken out of an index, without its attestations; what else the index
    /// lists need not be there.
    ///
    /// # Errors
    /// If there is no such entry or more than one, no image for the platform, or if anything that it leads to is missing, is not what it is said to be, or cannot be
    /// shown to a hook.
    pub fn pin(&self, reference: Option<&str>, platform: Option<&Platform>) -> Result<PinnedContent, LayoutError> {
        let root = select::entry(&self.index.manifests, reference)?;
        pin::pin(&self.files, root, platform)
    }

    fn document<T>(files: &dyn Files, file: &'static str, read: impl FnOnce(&[u8]) -> Result<T, DocumentError>) -> Result<T, LayoutError> {
        let bytes =
            files::read_file(files, file, MAX_DOCUMENT).map_err(|source| LayoutError::Unreadable { file: file.to_owned(), source })?;
        read(&bytes).map_err(|error| LayoutError::Document { file: file.to_owned(), error })
    }
}

#[cfg(test)]
mod tests;
