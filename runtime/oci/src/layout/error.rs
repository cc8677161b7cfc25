//! What can be wrong with a layout.

use std::io;
use std::path::PathBuf;

use pushgate_json::DocumentError;

use crate::digest::Digest;
use crate::holding::Holding;
use crate::image_config::ConfigError;
use crate::tar::ArchiveError;

/// A layout that cannot be pushed.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// Not a directory, or not one that can be opened.
    #[error("`{}` cannot be opened as a directory", path.display())]
    NotOpened {
        /// As the caller named it.
        path: PathBuf,
        /// What is there.
        holds: Holding,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no `oci-layout` in it.
    #[error("{} holds no OCI layout: it is {}", place(path), holds.in_words())]
    NotALayout {
        /// As the caller named it, if it did.
        path: Option<PathBuf>,
        /// What is there.
        holds: Holding,
    },
    /// The tar file that should hold the layout.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A file of the layout is missing, is a link or anything but a regular file, or cannot be read.
    #[error("`{file}` of the layout cannot be read")]
    Unreadable {
        /// Its path inside the layout.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A blob that a document leads to, and that the layout does not have.
    #[error("blob {digest} is not in the layout")]
    Missing {
        /// Which one.
        digest: Digest,
    },
    /// An index lists images that the layout does not have, or not whole.
    #[error("the index lists {}, for which {missing} is not in the layout", absent.join(", "))]
    Incomplete {
        /// What is not there: platforms, or digests where there is none. At most 20.
        absent: Vec<String>,
        /// The first blob that is missing.
        missing: Digest,
        /// What is there, in the same form.
        present: Vec<String>,
    },
    /// Not what the specification says, or open to two readings.
    #[error("`{file}` of the layout: {error}")]
    Document {
        /// Its path inside the layout, or its digest.
        file: String,
        /// What is wrong.
        error: DocumentError,
    },
    /// Another version of the layout itself.
    #[error("the layout has version `{version}`, not `1.0.0`")]
    Version {
        /// What it says, cut to 40 characters.
        version: String,
    },
    /// The index lists nothing.
    #[error("the layout lists no image")]
    Empty,
    /// The reference names none.
    #[error("the layout has no entry named `{reference}`")]
    NoSuchEntry {
        /// As the caller named it, cut to 160 characters.
        reference: String,
        /// At most 20 names, or digests where there is no name.
        entries: Vec<String>,
    },
    /// No reference, or one that names several.
    #[error("the layout has {count} entries to choose from")]
    Ambiguous {
        /// How many.
        count: usize,
        /// At most 20 names, or digests where there is no name.
        entries: Vec<String>,
    },
    /// A file's length is not what its descriptor says.
    #[error("blob {digest} has {actual} bytes; its descriptor says {expected}")]
    WrongSize {
        /// Which blob.
        digest: Digest,
        /// The descriptor's size.
        expected: u64,
        /// The file's.
        actual: u64,
    },
    /// A document's bytes are not those that its digest names.
    #[error("blob {digest} holds other bytes than its digest names")]
    WrongDigest {
        /// Which blob.
        digest: Digest,
    },
    /// The image config of an image.
    #[error("blob {digest}: {error}")]
    Config {
        /// Which blob.
        digest: Digest,
        /// What is wrong.
        error: ConfigError,
    },
    /// No image for the platform that was asked for.
    #[error("there is no image for {asked}; there is {}", listed(platforms))]
    NoSuchPlatform {
        /// What was asked for.
        asked: String,
        /// What there is, each platform once.
        platforms: Vec<String>,
    },
    /// Several images for the platform that was asked for, which differ in the version of the operating system.
    #[error("there are {} images for {asked}: {}", platforms.len(), platforms.join(", "))]
    SeveralVersions {
        /// What was asked for.
        asked: String,
        /// Each with its version, in the form in which it can be asked for.
        platforms: Vec<String>,
    },
    /// A layer that is to be fetched from elsewhere.
    #[error("manifest {manifest}: layer {layer} is a foreign layer, of the nondistributable type `{media_type}`")]
    ForeignLayer {
        /// Which manifest.
        manifest: Digest,
        /// Which layer.
        layer: Digest,
        /// Its media type.
        media_type: String,
    },
    /// More than is read of one source.
    #[error("the image has {what}")]
    TooMuch {
        /// What there is too much of, with the limit.
        what: &'static str,
    },
    /// A descriptor and the config that it leads to name different platforms.
    #[error("manifest {manifest} is listed for {listed}, but its config is for {actual}")]
    PlatformDisagrees {
        /// Which manifest.
        manifest: Digest,
        /// What the index says, `os/architecture[/variant]`.
        listed: String,
        /// What the config says, in the same form.
        actual: String,
    },
    /// The config and the manifest do not speak of the same layers.
    #[error("manifest {manifest} has {layers} layers, but its config has {diff_ids} `diff_ids`")]
    LayerCount {
        /// Which manifest.
        manifest: Digest,
        /// In the manifest.
        layers: usize,
        /// In the config.
        diff_ids: usize,
    },
    /// Something that cannot be shown to a hook, or is not pushed on principle.
    #[error("manifest {manifest}: {problem}")]
    Refused {
        /// Which manifest.
        manifest: Digest,
        /// Why.
        problem: String,
    },
}

fn place(path: &Option<PathBuf>) -> String {
    path.as_ref().map_or_else(|| "the archive".to_owned(), |path| format!("`{}`", path.display()))
}

fn listed(platforms: &[String]) -> String {
    if platforms.is_empty() { "none for any platform".to_owned() } else { platforms.join(", ") }
}
