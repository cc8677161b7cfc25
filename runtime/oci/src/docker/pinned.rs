//! An image of a Docker archive that was chosen, with its config read.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use crate::blob::{BlobPlace, PinnedBlob};
use crate::content::{ImageLayer, PinnedContent, PinnedImage};
use crate::digest::Digest;
use crate::docker::compose;
use crate::docker::error::DockerArchiveError;
use crate::layer::{Compression, Encoding, Expected, FinishedLayer, StreamedLayer, asks_for_too_much, verify_bytes, verify_layer};
use crate::sizes;
use crate::spool::Spool;
use crate::tar::Section;
use crate::unchecked::{Unchecked, UncheckedLayer};
use crate::workers;

/// What is done with the layers of a Docker archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayerOptions {
    /// For layers that are not compressed.
    pub compression: Compression,
    /// How many threads compress; as many as there are processors if none is given, and never more than 6. The result is the same.
    pub threads: Option<NonZeroUsize>,
}

/// An image whose config is pinned, and whose layers are known by the digests of their plain content.
///
/// [`Self::images`] is what a hook sees. [`Self::resolve`] makes of it what a push sends.
#[derive(Clone, Debug)]
pub struct PinnedDockerImage {
    config: Bytes,
    image: PinnedImage,
    options: LayerOptions,
    /// Each entry of the archive once.
    layers: Vec<Layer>,
    /// Places in `layers`, the lowest layer first.
    order: Vec<usize>,
    /// Filled by [`Self::verify`].
    unchecked: Vec<UncheckedLayer>,
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

/// A layer as it is pushed.
struct Made {
    layer: FinishedLayer,
    encoding: Encoding,
    place: BlobPlace,
}

impl Layer {
    fn section(&self) -> &Section {
        match self {
            Self::Known(known) => &known.section,
            Self::Streamed(layer) => layer.section(),
        }
    }

    fn diff_id(&self) -> &Digest {
        match self {
            Self::Known(known) => &known.diff_id,
            Self::Streamed(layer) => layer.diff_id(),
        }
    }

    fn encoding(&self) -> Encoding {
        match self {
            Self::Known(known) => known.encoding,
            Self::Streamed(layer) => layer.encoding(),
        }
    }

    fn rest(&self) {
        if let Self::Streamed(layer) = self {
            layer.rest();
        }
    }

    fn failed(&self) -> impl FnOnce(std::io::Error) -> DockerArchiveError {
        let diff_id = self.diff_id().clone();
        |source| DockerArchiveError::Layer { diff_id, source }
    }

    /// The bytes of its content, where the archive holds it plain.
    fn plain_size(&self) -> Option<u64> {
        let encoding = match self {
            Self::Known(known) => known.encoding,
            Self::Streamed(layer) => layer.source_encoding(),
        };
        (encoding == Encoding::Plain).then(|| self.section().size())
    }

    /// The bytes that are pushed, where they are those of the archive.
    fn compressed_size(&self) -> Option<u64> {
        match self {
            Self::Streamed(layer) if !layer.is_as_it_is() => None,
            Self::Known(_) | Self::Streamed(_) => Some(self.section().size()),
        }
    }

    /// Reads it to its end, and gives the bytes of its content, or its digest if it cannot be looked into.
    fn verify(&self) -> Result<Result<u64, Digest>, DockerArchiveError> {
        let (encoding, named) = match self {
            Self::Known(Known { encoding: Encoding::Plain, .. }) => (Encoding::Plain, None),
            Self::Known(known) => (known.encoding, Some(&known.digest)),
            Self::Streamed(layer) => (layer.source_encoding(), None),
        };
        let (section, expected) = (self.section(), || named.cloned().map(Expected::Name));
        let source = || section.reader();
        match (verify_layer(source(), section.size(), encoding, expected(), self.diff_id()), self) {
            (Err(error), Self::Known(known)) if asks_for_too_much(&error) => {
                let expected = Expected::Name(known.digest.clone());
                verify_bytes(source(), section.size(), expected).map_err(self.failed())?;
                Ok(Err(known.digest.clone()))
            }
            // Its name says nothing about its bytes; they are read to know their digest.
            (Err(error), Self::Streamed(layer)) if asks_for_too_much(&error) => {
                Ok(Err(layer.finish(|_| ()).map_err(self.failed())?.digest))
            }
            (verified, _) => verified.map(Ok).map_err(self.failed()),
        }
    }

    /// What is pushed, and where its bytes are: in the archive, or in the temporary file. Where that has no room, they are made again
    /// whenever they are read.
    fn make(&self, spool: Option<&Spool>) -> Result<Made, DockerArchiveError> {
        let encoding = self.encoding();
        let (layer, place) = match self {
            Self::Known(Known { digest, section, .. }) => {
                (FinishedLayer { digest: digest.clone(), size: section.size() }, BlobPlace::Section(section.clone()))
            }
            Self::Streamed(layer) if layer.is_as_it_is() => {
                (layer.finish(|_| ()).map_err(self.failed())?, BlobPlace::Section(layer.section().clone()))
            }
            Self::Streamed(layer) => {
                let mut part = spool.map(|spool| spool.part(layer.limit()));
                let finished = layer.finish(|bytes| {
                    if let Some(Err(error)) = part.as_mut().map(|part| part.write_all(bytes)) {
                        tracing::debug!(%error, "no room for a compressed layer in a temporary file: it is compressed again when it is sent");
                        part = None;
                    }
                });
                let place = || part.map_or_else(|| BlobPlace::Layer(Arc::clone(layer)), |part| BlobPlace::Spool(part.finish()));
                (finished.map_err(self.failed())?, place())
            }
        };
        Ok(Made { layer, encoding, place })
    }
}

impl PinnedDockerImage {
    pub(super) fn new(config: &[u8], image: PinnedImage, options: LayerOptions) -> Self {
        Self { config: Bytes::copy_from_slice(config), image, options, layers: Vec::new(), order: Vec::new(), unchecked: Vec::new() }
    }

    /// Adds the next layer. One entry of the archive cannot have two `diff_ids`.
    pub(super) fn add(&mut self, layer: Layer) -> Result<(), ()> {
        let (offset, diff_id) = (layer.section().offset(), layer.diff_id());
        let place = match self.layers.iter().position(|before| before.section().offset() == offset) {
            Some(place) if self.layers.get(place).is_some_and(|before| before.diff_id() == diff_id) => place,
            Some(_) => return Err(()),
            None => {
                self.layers.push(layer);
                self.layers.len() - 1
            }
        };
        self.order.push(place);
        Ok(())
    }

    /// Tells how large the image is, as far as the archive says it. All layers are there.
    pub(super) fn measure(&mut self) {
        let layers = self.order.iter().filter_map(|place| self.layers.get(*place));
        let plain = layers.map(Layer::plain_size).collect::<Option<Vec<_>>>();
        let packed = self.layers.iter().map(Layer::compressed_size).collect::<Option<Vec<_>>>();
        let config = u64::try_from(self.config.len()).unwrap_or(u64::MAX);
        self.image.uncompressed_size = plain.map(sizes::total);
        self.image.compressed_size = packed.map(|layers| sizes::total(layers.into_iter().chain([config])));
    }

    /// The one image.
    #[must_use]
    pub fn images(&self) -> &[PinnedImage] {
        std::slice::from_ref(&self.image)
    }

    /// Reads all layers and compares their content with what the config says, and their bytes with what their names say. From then on the
    /// unpacked size is known, and [`Self::unchecked`] names the layers that could not be looked into. This blocks, and takes several threads.
    ///
    /// # Errors
    /// If a layer cannot be read, or is not what it is said to be.
    pub fn verify(&mut self) -> Result<(), DockerArchiveError> {
        let done = workers::for_each(workers::count(self.options.threads), &self.layers, Layer::verify)?;
        let sizes = self.order.iter().map(|place| done.get(*place).and_then(|done| done.as_ref().ok().copied()));
        self.image.uncompressed_size = sizes.collect::<Option<Vec<_>>>().map(sizes::total);
        let reason = Unchecked::Window;
        self.unchecked = done.into_iter().filter_map(Result::err).map(|digest| UncheckedLayer { digest, reason }).collect();
        Ok(())
    }

    /// The layers that [`Self::verify`] did not look into, with the reasons.
    #[must_use]
    pub fn unchecked(&self) -> &[UncheckedLayer] {
        &self.unchecked
    }

    /// Everything that a push sends. All layers whose pushed bytes are not known yet are made, several at a time. Compressed ones go into a
    /// temporary file without a name, in this directory; if that cannot be, a push makes them again, and the result is the same. This blocks
    /// for as long as compressing takes.
    ///
    /// # Errors
    /// If a layer cannot be read, or is not what the config says.
    pub fn resolve(&self, temporary: &Path) -> Result<PinnedContent, DockerArchiveError> {
        let compresses = self.layers.iter().any(|layer| matches!(layer, Layer::Streamed(layer) if !layer.is_as_it_is()));
        let spool = compresses.then(|| Spool::create(temporary)).transpose().unwrap_or_else(|error| {
            tracing::debug!(%error, directory = %temporary.display(), "no temporary file: layers are compressed again when they are sent");
            None
        });
        // zstd holds several MiB for each layer.
        let most = if self.options.compression == Compression::Zstd { 2 } else { usize::MAX };
        let workers = workers::count(self.options.threads).min(most);
        let made = workers::for_each(workers, &self.layers, |layer| layer.make(spool.as_ref()))?;
        self.layers.iter().for_each(Layer::rest);

        // Docker's own format has no name for layers other than gzip.
        let oci = self.layers.iter().any(|layer| layer.encoding() != Encoding::Gzip);
        let config = PinnedBlob {
            descriptor: compose::config(self.image.config_digest.clone(), self.config.len(), oci),
            place: BlobPlace::Memory(self.config.clone()),
        };
        let blobs: Vec<PinnedBlob> = made
            .into_iter()
            .map(|Made { layer, encoding, place }| PinnedBlob { descriptor: compose::layer(&layer, encoding, oci), place })
            .collect();
        let layers: Vec<_> = self.order.iter().filter_map(|place| blobs.get(*place)).map(|blob| &blob.descriptor).collect();
        let root = compose::manifest(&config.descriptor, &layers, oci);
        let layers = layers.iter().map(|layer| ImageLayer { digest: layer.digest.clone(), is_encrypted: false }).collect();
        Ok(PinnedContent {
            root,
            children: Vec::new(),
            images: vec![PinnedImage { layers, ..self.image.clone() }],
            blobs: once(std::iter::once(config).chain(blobs)),
            artifact_type: None,
            unchecked: self.unchecked.clone(),
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
