//! `oci-archive`: an OCI image layout inside a tar file.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::blob::{BlobReader, Files, Reading};
use crate::digest::Digest;
use crate::holding::Holding;
use crate::layout::error::LayoutError;
use crate::layout::open::OciLayout;
use crate::tar::TarArchive;

impl OciLayout {
    /// Opens a tar file that holds a layout. It is not extracted: blobs are read where they lie in it. This blocks.
    ///
    /// # Errors
    /// If it is not a tar file, could be read in two ways, or does not hold a layout of version 1.0.0 whose index can be used.
    pub fn open_archive(path: &Path) -> Result<Self, LayoutError> {
        Self::in_archive(TarArchive::open(path)?, Some(path))
    }

    /// The same for a tar file that is open already. This blocks.
    ///
    /// # Errors
    /// As [`Self::open_archive`].
    pub fn opened_archive(file: File) -> Result<Self, LayoutError> {
        Self::in_archive(TarArchive::opened(file)?, None)
    }

    fn in_archive(archive: TarArchive, path: Option<&Path>) -> Result<Self, LayoutError> {
        let archive = Arc::new(archive);
        Self::read(Arc::clone(&archive) as _, path, || Holding::of_archive(&archive))
    }
}

/// The names are constants and digests that were checked, and entries must be regular files: links are not followed.
impl Files for TarArchive {
    fn open_file(&self, name: &'static str) -> io::Result<(BlobReader, u64)> {
        let section = self.file(name)?;
        Ok((BlobReader(Reading::Section(section.reader())), section.size()))
    }

    fn open_blob(&self, digest: &Digest) -> io::Result<(BlobReader, u64)> {
        let section = self.file(&format!("blobs/{}/{}", digest.algorithm().as_str(), digest.hexadecimal()))?;
        Ok((BlobReader(Reading::Section(section.reader())), section.size()))
    }
}

#[cfg(test)]
mod tests;
