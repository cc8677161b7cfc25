//! An image of a Docker archive that was chosen, with its config read.

use std::sync::Arc;

use bytes::Bytes;

use crate::archive::docker::{DockerArchiveError, compose};
use crate::archive::file::Section;
use crate::archive::layer::{Encoding, FinishedLayer, StreamedLayer};
use crate::content::{BlobPlace, PinnedBlob, PinnedContent, PinnedImage};
use crate::digest::Digest;

/// An image whose config is pinned, and whose layers are known by the digests of their plain content.
///
/// [`Self::images`] is what a hook sees. For a push there are two ways. [`Self::resolve`] reads all layers once, so that everything that a
/// push sends is known before it begins. Or each of the layers that are not known yet is sent while it is read, and the manifest is made
/// from what was sent.
#[derive(Clone, Debug)]
pub struct PinnedDockerImage {
    config: Bytes,
    images: [PinnedImage; 1],
    /// Each entry of the archive once.
    layers: Vec<Layer>,
    /// Places in `layers`, the lowest layer first.
    order: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Layer {
    Known(Known),
    Streamed(Arc<StreamedLayer>),
}

/// A layer that is pushed as it lies in the archive. The registry verifies its digest.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) digest: Digest,
    pub(super) diff_id: Digest,
    pub(super) section: Section,
    pub(super) encoding: Encoding,
}

impl Layer {
    fn entry(&self) -> (u64, &Digest) {
        match self {
            Self::Known(known) => (known.section.offset(), &known.diff_id),
            Self::Streamed(layer) => (layer.offset(), layer.diff_id()),
        }
    }
}

impl PinnedDockerImage {
    pub(super) fn new(config: &[u8], image: PinnedImage) -> Self {
        Self { config: Bytes::copy_from_slice(config), images: [image], layers: Vec::new(), order: Vec::new() }
    }

    /// Adds the next layer. One entry of the archive cannot have two `diff_ids`.
    pub(super) fn add(&mut self, layer: Layer) -> Result<(), ()> {
        let (offset, diff_id) = layer.entry();
        let place = match self.layers.iter().position(|before| before.entry().0 == offset) {
            Some(place) if self.layers.get(place).is_some_and(|before| before.entry().1 == diff_id) => place,
            Some(_) => return Err(()),
            None => {
                self.layers.push(layer);
                self.layers.len() - 1
            }
        };
        self.order.push(place);
        Ok(())
    }

    /// The one image.
    #[must_use]
    pub fn images(&self) -> &[PinnedImage] {
        &self.images
    }

    /// The layers whose pushed bytes are not known yet, each once. Their number is that of the digests which [`Self::content`] needs.
    pub(crate) fn streamed(&self) -> impl Iterator<Item = &Arc<StreamedLayer>> {
        self.layers.iter().filter_map(|layer| match layer {
            Layer::Streamed(layer) => Some(layer),
            Layer::Known(_) => None,
        })
    }

    /// The config and the layers that are known, which can be sent before the others are.
    #[cfg_attr(not(test), expect(dead_code, reason = "for a push that sends layers while they are compressed"))]
    pub(crate) fn known(&self) -> Vec<PinnedBlob> {
        let finished: Vec<_> = self.layers.iter().map(|layer| Self::finished(layer, &mut [].iter())).collect();
        let oci = self.is_oci();
        let layers = finished
            .iter()
            .flatten()
            .map(|(layer, encoding, place)| PinnedBlob { descriptor: compose::layer(layer, *encoding, oci), place: place.clone() });
        once(std::iter::once(self.config_blob(oci)).chain(layers))
    }

    /// Everything that a push sends, once all layers are known. `finished` is what reading [`Self::streamed`] gave, in the same order.
    pub(crate) fn content(&self, finished: &[FinishedLayer]) -> Result<PinnedContent, DockerArchiveError> {
        let expected = self.streamed().count();
        let unfinished = || DockerArchiveError::Unfinished { given: finished.len(), expected };
        if finished.len() != expected {
            return Err(unfinished());
        }
        let mut finished = finished.iter();
        let layers: Option<Vec<_>> = self.layers.iter().map(|layer| Self::finished(layer, &mut finished)).collect();
        let layers = layers.ok_or_else(unfinished)?;
        let oci = self.is_oci();
        let config = self.config_blob(oci);
        let blobs: Vec<PinnedBlob> = layers
            .into_iter()
            .map(|(layer, encoding, place)| PinnedBlob { descriptor: compose::layer(&layer, encoding, oci), place })
            .collect();
        let descriptors: Vec<_> = self.order.iter().filter_map(|place| blobs.get(*place)).map(|blob| &blob.descriptor).collect();
        let root = compose::manifest(&config.descriptor, &descriptors, oci);
        Ok(PinnedContent {
            root,
            children: Vec::new(),
            images: self.images.to_vec(),
            blobs: once(std::iter::once(config).chain(blobs)),
            artifact_type: None,
        })
    }

    /// Reads all layers that are not known yet, one after the other, and throws the bytes away; a push makes them again. This blocks for
    /// as long as compressing takes.
    ///
    /// # Errors
    /// If a layer cannot be read, or is not what the config says.
    pub fn resolve(&self) -> Result<PinnedContent, DockerArchiveError> {
        let finish = |layer: &Arc<StreamedLayer>| {
            layer.finish().map_err(|source| DockerArchiveError::Layer { diff_id: layer.diff_id().clone(), source })
        };
        let finished: Vec<FinishedLayer> = self.streamed().map(finish).collect::<Result<_, _>>()?;
        self.content(&finished)
    }

    /// The digest, size, encoding and place of a layer; none if it is not known yet and `finished` has no more.
    fn finished(layer: &Layer, finished: &mut std::slice::Iter<'_, FinishedLayer>) -> Option<(FinishedLayer, Encoding, BlobPlace)> {
        match layer {
            Layer::Known(Known { digest, section, encoding, .. }) => {
                let layer = FinishedLayer { digest: digest.clone(), size: section.size() };
                Some((layer, *encoding, BlobPlace::Section(section.clone())))
            }
            Layer::Streamed(layer) => finished.next().map(|known| (known.clone(), layer.encoding(), BlobPlace::Layer(Arc::clone(layer)))),
        }
    }

    fn config_blob(&self, oci: bool) -> PinnedBlob {
        let mut digest = self.images.iter().map(|image| &image.config_digest);
        let digest = digest.next().cloned().unwrap_or_else(|| Digest::sha256(&self.config));
        PinnedBlob { descriptor: compose::config(digest, self.config.len(), oci), place: BlobPlace::Memory(self.config.clone()) }
    }

    /// Docker's own format has no name for layers other than gzip.
    fn is_oci(&self) -> bool {
        self.layers.iter().any(|layer| {
            let encoding = match layer {
                Layer::Known(known) => known.encoding,
                Layer::Streamed(layer) => layer.encoding(),
            };
            encoding != Encoding::Gzip
        })
    }
}

/// Each digest once.
fn once(blobs: impl Iterator<Item = PinnedBlob>) -> Vec<PinnedBlob> {
    let mut kept: Vec<PinnedBlob> = Vec::new();
    for blob in blobs {
        if kept.iter().all(|before| before.descriptor.digest != blob.descriptor.digest) {
            kept.push(blob);
        }
    }
    kept
}
