//! What can be wrong with a Docker archive.

use std::io;

use pushgate_json::DocumentError;

use crate::digest::Digest;
use crate::holding::Holding;
use crate::image_config::ConfigError;
use crate::manifest::MAX_LAYERS;
use crate::tar::ArchiveError;

/// A Docker archive that cannot be pushed.
#[derive(Debug, thiserror::Error)]
pub enum DockerArchiveError {
    /// The tar file itself.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Not what `docker save` writes, or written by a Docker before 1.10.
    #[error("the archive does not list images as `docker save` does: it is {}", holds.in_words())]
    NoManifest {
        /// What it is.
        holds: Holding,
    },
    /// Not what Docker writes, or open to two readings.
    #[error("`manifest.json` of the archive: {error}")]
    Document {
        /// What is wrong.
        error: DocumentError,
    },
    /// It lists nothing.
    #[error("the archive lists no image")]
    Empty,
    /// The reference names none.
    #[error("the archive has no image named `{reference}`")]
    NoSuchImage {
        /// As the caller named it, cut to 160 characters.
        reference: String,
        /// At most 20 names, or places where there is no name.
        images: Vec<String>,
    },
    /// No reference, or one that names several.
    #[error("the archive has {count} images to choose from")]
    Ambiguous {
        /// How many.
        count: usize,
        /// At most 20 names, or places where there is no name.
        images: Vec<String>,
    },
    /// An entry is missing, stands there twice, is not a regular file, or cannot be read.
    #[error("`{entry}` of the archive cannot be read")]
    Unreadable {
        /// Its name, cut to 160 characters.
        entry: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An entry is called after a digest that it does not have, or that the config does not name.
    #[error("`{entry}` of the archive is named after another content than it has")]
    WrongDigest {
        /// Its name, cut to 160 characters.
        entry: String,
    },
    /// The image config.
    #[error("`{entry}` of the archive: {error}")]
    Config {
        /// Its name, cut to 160 characters.
        entry: String,
        /// What is wrong.
        error: ConfigError,
    },
    /// A config for the platform `unknown/unknown`, which build tools give to attestations.
    #[error("the config is that of an attestation, not of an image")]
    NotAnImage,
    /// The config and the list do not speak of the same layers.
    #[error("the image has {layers} layers, but its config has {diff_ids} `diff_ids`")]
    LayerCount {
        /// In `manifest.json`.
        layers: usize,
        /// In the config.
        diff_ids: usize,
    },
    /// More than are read of one image.
    #[error("the image has {layers} layers, more than the {MAX_LAYERS} allowed")]
    TooManyLayers {
        /// In `manifest.json`.
        layers: usize,
    },
    /// One content cannot have two digests.
    #[error("`{entry}` of the archive is listed twice, with different `diff_ids`")]
    TwoDiffIds {
        /// Its name, cut to 160 characters.
        entry: String,
    },
    /// Compressed in a way that runtimes do not read.
    #[error("`{entry}` of the archive is compressed with {format}")]
    LayerFormat {
        /// Its name, cut to 160 characters.
        entry: String,
        /// The name of the program that undoes it.
        format: &'static str,
    },
    /// A layer cannot be read, or is not what the config says.
    #[error("the layer {diff_id} cannot be pushed")]
    Layer {
        /// What the config says of it.
        diff_id: Digest,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A name from the archive, for an error.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(160).collect()
}
