//! Verifying: reads every blob before anything is sent.
//!
//! A push trusts the source that a blob has the digest by which it is called, since the registry will not: it refuses the closing PUT. What
//! nobody refuses is a layer whose content is not the one that the config names; images that were built or rewritten wrongly have such layers.
//! Here both are looked at, with the limits of [`verify_layer`]. What cannot be looked into - an encrypted layer, a window of zstd that is too
//! large - is read and hashed, and reported.

use std::collections::HashMap;
use std::io::{self, Read as _};

use crate::blob::{BlobError, BlobPlace, PinnedBlob};
use crate::content::{ImageLayer, PinnedContent, PinnedImage};
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::layer::{Encoding, Expected, LayerError, asks_for_too_much, verify_bytes, verify_layer};
use crate::sizes;
use crate::unchecked::{Unchecked, UncheckedLayer};
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
    /// What is wrong with the content of a layer, where that is what was found.
    #[must_use]
    pub fn layer(&self) -> Option<&LayerError> {
        match self {
            Self::Content { source, .. } => source.get_ref()?.downcast_ref(),
            Self::Blob(_) => None,
        }
    }
}

impl PinnedContent {
    /// Reads every blob and compares it with its digest, and the content of every layer of an image with what the image's config says. From
    /// then on the unpacked sizes are known, and [`Self::unchecked`] names the layers that could not be looked into. This blocks, and takes a
    /// few threads.
    ///
    /// # Errors
    /// The first blob, in the order of [`Self::blobs`], that cannot be read or differs.
    pub fn verify(&mut self) -> Result<(), VerifyError> {
        let layers = || self.images.iter().flat_map(|image| image.layers.iter().zip(&image.config.rootfs.diff_ids));
        let work: Vec<Work<'_>> = self
            .blobs
            .iter()
            .map(|blob| {
                let uses: Vec<_> = layers().filter(|(layer, _)| layer.digest == blob.descriptor.digest).collect();
                let mut diff_ids: Vec<_> = uses.iter().filter(|(layer, _)| !layer.is_encrypted).map(|(_, id)| *id).collect();
                diff_ids.sort_unstable();
                diff_ids.dedup();
                Work { blob, diff_ids, is_encrypted: uses.iter().any(|(layer, _)| layer.is_encrypted) }
            })
            .collect();
        let done = workers::for_each(workers::count(None), &work, Work::verify)?;
        let mut content: HashMap<&Digest, u64> = HashMap::new();
        let mut unchecked = Vec::new();
        for (Work { blob, .. }, Done { size, reason }) in work.iter().zip(done) {
            let digest = &blob.descriptor.digest;
            content.extend(size.map(|size| (digest, size)));
            unchecked.extend(reason.map(|reason| UncheckedLayer { digest: digest.clone(), reason }));
        }
        let size = |layer: &ImageLayer| content.get(&layer.digest).copied().filter(|_| !layer.is_encrypted);
        let total = |image: &PinnedImage| image.layers.iter().map(size).collect::<Option<Vec<_>>>().map(sizes::total);
        let sizes: Vec<Option<u64>> = self.images.iter().map(total).collect();
        self.images.iter_mut().zip(sizes).for_each(|(image, size)| image.uncompressed_size = size);
        self.unchecked = unchecked;
        Ok(())
    }
}

/// What is to be found out about a blob.
struct Work<'a> {
    blob: &'a PinnedBlob,
    /// Of the images that have it as a layer.
    diff_ids: Vec<&'a Digest>,
    /// Whether it is an encrypted layer of an image.
    is_encrypted: bool,
}

/// What was found out.
struct Done {
    /// The bytes of a layer's content, if it was looked into.
    size: Option<u64>,
    /// Why it was not looked into, of a layer.
    reason: Option<Unchecked>,
}

impl Work<'_> {
    /// Reads a blob to its end.
    fn verify(&self) -> Result<Done, VerifyError> {
        let Descriptor { digest, size, .. } = &self.blob.descriptor;
        let reason = self.is_encrypted.then_some(Unchecked::Encrypted);
        let what = if reason.is_none() && self.diff_ids.is_empty() { "blob" } else { "layer" };
        let refused = |source| VerifyError::Content { what, digest: digest.clone(), source };
        let expected = || Expected::Descriptor(digest.clone());
        let bytes = || verify_bytes(self.blob.open()?, *size, expected()).map_err(refused);
        if self.diff_ids.is_empty() {
            // Documents were hashed when they were parsed.
            if !matches!(self.blob.place, BlobPlace::Memory(_)) {
                bytes()?;
            }
            return Ok(Done { size: None, reason });
        }
        let mut start = Vec::new();
        self.blob.open()?.take(Encoding::START as u64).read_to_end(&mut start).map_err(refused)?;
        let encoding =
            Encoding::of(&start).map_err(|format| refused(io::Error::new(io::ErrorKind::InvalidData, LayerError::Format { format })))?;
        let mut content = None;
        for diff_id in &self.diff_ids {
            match verify_layer(self.blob.open()?, *size, encoding, Some(expected()), diff_id) {
                Ok(bytes) => content = Some(bytes),
                Err(error) if asks_for_too_much(&error) => {
                    bytes()?;
                    return Ok(Done { size: None, reason: Some(Unchecked::Window) });
                }
                Err(error) => return Err(refused(error)),
            }
        }
        Ok(Done { size: content, reason })
    }
}

#[cfg(test)]
mod tests;
