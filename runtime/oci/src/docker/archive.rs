//! An archive whose list of images was read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use pushgate_json::{DocumentError, MAX_DOCUMENT, Tree};

use crate::blob::read_bounded;
use crate::content::PinnedImage;
use crate::digest::Digest;
use crate::docker::choose::{self, Listed};
use crate::docker::error::{self, DockerArchiveError};
use crate::docker::pinned::{Known, Layer, LayerOptions, PinnedDockerImage};
use crate::holding::Holding;
use crate::image_config::ImageConfig;
use crate::layer::{Compression, Encoding, Pool, StreamedLayer};
use crate::manifest::MAX_LAYERS;
use crate::tar::{Section, TarArchive};

const MANIFEST: &str = "manifest.json";

/// A Docker archive whose list of images was read.
#[derive(Debug)]
pub struct DockerArchive {
    archive: Arc<TarArchive>,
    images: Vec<Listed>,
}

impl DockerArchive {
    /// Opens a tar file. It is not extracted. This blocks.
    ///
    /// # Errors
    /// If it is not a tar file, could be read in two ways, or has no `manifest.json` that can be used.
    pub fn open(path: &Path) -> Result<Self, DockerArchiveError> {
        Self::read(TarArchive::open(path)?)
    }

    /// The same for a tar file that is open already. This blocks.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn opened(file: File) -> Result<Self, DockerArchiveError> {
        Self::read(TarArchive::opened(file)?)
    }

    fn read(archive: TarArchive) -> Result<Self, DockerArchiveError> {
        let holds = Holding::of_archive(&archive);
        if !archive.has(MANIFEST) || holds == Holding::Directory {
            return Err(DockerArchiveError::NoManifest { holds });
        }
        let bytes = whole(&archive, MANIFEST)?;
        let images = read_list(&bytes).map_err(|error| DockerArchiveError::Document { error })?;
        Ok(Self { images, archive: Arc::new(archive) })
    }

    /// Chooses an image and reads everything about it but the layers. This blocks.
    ///
    /// `reference` is one of the names in `RepoTags`, which may leave out `:latest`, or `@N` for the image in place N, counted from 0.
    /// Without one, the archive must hold one image only.
    ///
    /// # Errors
    /// If there is no such image or more than one, or if its config or a layer is missing, or is not what it is said to be.
    pub fn pin(&self, reference: Option<&str>, options: LayerOptions) -> Result<PinnedDockerImage, DockerArchiveError> {
        let listed = choose::image(&self.images, reference)?;
        let bytes = whole(&self.archive, &listed.config)?;
        let config_digest = Digest::sha256(&bytes);
        if named_digest(&listed.config).is_some_and(|named| named != config_digest) {
            return Err(DockerArchiveError::WrongDigest { entry: error::shown(&listed.config) });
        }
        let config =
            ImageConfig::parse(&bytes).map_err(|error| DockerArchiveError::Config { entry: error::shown(&listed.config), error })?;
        let platform = config.platform();
        if platform.is_unknown() {
            return Err(DockerArchiveError::NotAnImage);
        }
        let diff_ids = &config.rootfs.diff_ids;
        if listed.layers.len() > MAX_LAYERS {
            return Err(DockerArchiveError::TooManyLayers { layers: listed.layers.len() });
        }
        if diff_ids.len() != listed.layers.len() {
            return Err(DockerArchiveError::LayerCount { layers: listed.layers.len(), diff_ids: diff_ids.len() });
        }
        let (compressed_size, uncompressed_size, annotations, layers) = (None, None, BTreeMap::new(), Vec::new());
        let one = PinnedImage { platform, config: config.clone(), config_digest, compressed_size, uncompressed_size, annotations, layers };
        let mut image = PinnedDockerImage::new(&bytes, one, options);
        let pool = Arc::new(Pool::new(options.threads));
        for (name, diff_id) in listed.layers.iter().zip(diff_ids) {
            let layer = self.layer(name, diff_id, options, &pool)?;
            image.add(layer).map_err(|()| DockerArchiveError::TwoDiffIds { entry: error::shown(name) })?;
        }
        image.measure();
        Ok(image)
    }

    fn layer(&self, name: &str, diff_id: &Digest, options: LayerOptions, pool: &Arc<Pool>) -> Result<Layer, DockerArchiveError> {
        let unreadable = |source| DockerArchiveError::Unreadable { entry: error::shown(name), source };
        let section = self.archive.file_behind_links(name).map_err(unreadable)?;
        let encoding = encoding(&section, name)?;
        let named = named_digest(name);
        let (diff_id, pool) = (diff_id.clone(), Arc::clone(pool));
        if encoding == Encoding::Plain {
            if named.is_some_and(|named| named != diff_id && named.algorithm() == diff_id.algorithm()) {
                return Err(DockerArchiveError::WrongDigest { entry: error::shown(name) });
            }
            return Ok(match options.compression {
                Compression::Gzip => Layer::Streamed(Arc::new(StreamedLayer::to_gzip(section, diff_id, pool))),
                Compression::Zstd => Layer::Streamed(Arc::new(StreamedLayer::to_zstd(section, diff_id, pool))),
                // What a registry is told is what it verifies, so there is nothing left to find out.
                Compression::None => Layer::Known(Known { digest: diff_id.clone(), diff_id, section, encoding }),
            });
        }
        Ok(match named {
            Some(digest) => Layer::Known(Known { digest, diff_id, section, encoding }),
            None => Layer::Streamed(Arc::new(StreamedLayer::as_it_is(section, diff_id, encoding, pool))),
        })
    }
}

/// Reads `manifest.json`.
pub(crate) fn read_list(bytes: &[u8]) -> Result<Vec<Listed>, DocumentError> {
    Tree::parse(bytes, MAX_DOCUMENT, "document", &choose::SHAPE)?.objects()?.iter().map(Listed::read).collect()
}

/// An entry that is parsed: read once, and bounded.
fn whole(archive: &TarArchive, name: &str) -> Result<Vec<u8>, DockerArchiveError> {
    let read = || {
        let section = archive.file(name)?;
        read_bounded(section.reader(), section.size(), MAX_DOCUMENT)
    };
    read().map_err(|source: io::Error| DockerArchiveError::Unreadable { entry: error::shown(name), source })
}

fn encoding(section: &Section, name: &str) -> Result<Encoding, DockerArchiveError> {
    let start = section.start::<{ Encoding::START }>();
    let start = start.map_err(|source| DockerArchiveError::Unreadable { entry: error::shown(name), source })?;
    Encoding::of(&start).map_err(|format| DockerArchiveError::LayerFormat { entry: error::shown(name), format })
}

/// The digest that the name of an entry claims: `blobs/sha256/…`, or, for configs, `….json` and `sha256:…`.
fn named_digest(name: &str) -> Option<Digest> {
    if let Some((algorithm, digits)) = name.strip_prefix("blobs/").and_then(|rest| rest.split_once('/')) {
        return Digest::parse(&format!("{algorithm}:{digits}")).ok();
    }
    match name.strip_suffix(".json") {
        Some(digits) => Digest::parse(&format!("sha256:{digits}")).ok(),
        None => Digest::parse(name).ok(),
    }
}

#[cfg(test)]
mod tests;
