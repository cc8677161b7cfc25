//! `--verify`: every blob is read before anything is sent.
//!
//! A push trusts the source that a blob has the digest by which it is called, since the registry will not: it refuses the closing PUT. What
//! nobody refuses is a layer whose content is not the one that the config names; images that were built or rewritten wrongly have such layers.
//! Here both are looked at, with the limits of [`verify_layer`].

use std::collections::HashMap;
use std::io::{self, Read as _};

use crate::archive::{Encoding, Expected, LayerError, verify_bytes, verify_layer};
use crate::content::{BlobError, BlobPlace, PinnedBlob, PinnedContent};
use crate::digest::Digest;
use crate::sizes;
use crate::workers;

/// A blob that is not what it is said to be.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be opened, or has another size.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// Its bytes, or what they hold, are not those that were promised; or it could not be read to its end.
    #[error("{what} {digest} is refused")]
    Content {
        /// `layer`, of an image, or `blob`.
        what: &'static str,
        /// By which it is called.
        digest: Digest,
        /// What was expected and what was found: a [`LayerError`], or why it cannot be read.
        #[source]
        source: io::Error,
    },
}

impl VerifyError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some("the source is damaged, or was changed after it was built: build or copy it again".to_owned())
    }
}

impl PinnedContent {
    /// Reads every blob and compares it with its digest, and the content of every layer of an image with what the image's config says. From
    /// then on the unpacked sizes are known. This blocks, and takes a few threads.
    ///
    /// # Errors
    /// The first blob, in the order of [`Self::blobs`], that cannot be read or differs.
    pub fn verify(&mut self) -> Result<(), VerifyError> {
        let layers = || self.images.iter().flat_map(|image| image.layers.iter().zip(&image.config.rootfs.diff_ids));
        let work: Vec<(&PinnedBlob, Vec<&Digest>)> = self
            .blobs
            .iter()
            .map(|blob| {
                let mut diff_ids: Vec<_> = layers().filter(|(layer, _)| **layer == blob.descriptor.digest).map(|(_, id)| id).collect();
                diff_ids.sort_unstable();
                diff_ids.dedup();
                (blob, diff_ids)
            })
            .collect();
        let counted = workers::for_each(workers::count(None), &work, |(blob, diff_ids)| verify(blob, diff_ids))?;
        let content: HashMap<&Digest, u64> =
            work.iter().zip(counted).filter_map(|((blob, _), size)| Some((&blob.descriptor.digest, size?))).collect();
        for image in &mut self.images {
            let layers = image.layers.iter().map(|layer| content.get(layer).copied()).collect::<Option<Vec<_>>>();
            image.unpacked_size = layers.map(sizes::total);
        }
        Ok(())
    }
}

/// Reads a blob to its end, and gives the bytes of its content, of a layer.
fn verify(blob: &PinnedBlob, diff_ids: &[&Digest]) -> Result<Option<u64>, VerifyError> {
    // Documents were hashed when they were parsed.
    if matches!(blob.place, BlobPlace::Memory(_)) {
        return Ok(None);
    }
    let digest = &blob.descriptor.digest;
    let what = if diff_ids.is_empty() { "blob" } else { "layer" };
    let refused = |source| VerifyError::Content { what, digest: digest.clone(), source };
    let expected = || Expected::Descriptor(digest.clone());
    if diff_ids.is_empty() {
        return verify_bytes(blob.open()?, blob.descriptor.size, expected()).map(|()| None).map_err(refused);
    }
    let mut start = Vec::new();
    blob.open()?.take(Encoding::START as u64).read_to_end(&mut start).map_err(refused)?;
    let encoding =
        Encoding::of(&start).map_err(|format| refused(io::Error::new(io::ErrorKind::InvalidData, LayerError::Format { format })))?;
    let mut content = None;
    for diff_id in diff_ids {
        content = Some(verify_layer(blob.open()?, blob.descriptor.size, encoding, Some(expected()), diff_id).map_err(refused)?);
    }
    Ok(content)
}

#[cfg(test)]
mod tests;
