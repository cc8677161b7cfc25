//! An image as the engine holds it.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::gzip;

/// What to make an image of. The default is a small one for linux/amd64 with one layer and no labels.
#[derive(Clone, Debug)]
pub struct Image {
    /// The operating system.
    pub os: String,
    /// The architecture, in Go's words.
    pub architecture: String,
    /// The architecture's variant.
    pub variant: Option<String>,
    /// When it was made, RFC 3339.
    pub created: String,
    /// Who made it.
    pub author: String,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// Other members of the config's `config` object, as the image specification has them: `User`, `Env`, `ExposedPorts`, …
    pub config: Map<String, Value>,
    /// The layers: uncompressed tar archives.
    pub layers: Vec<Bytes>,
}

impl Default for Image {
    fn default() -> Self {
        Self {
            os: "linux".to_owned(),
            architecture: "amd64".to_owned(),
            variant: None,
            created: "2024-01-01T00:00:00Z".to_owned(),
            author: String::new(),
            labels: BTreeMap::new(),
            config: Map::new(),
            // An empty tar archive is two blocks of zeros.
            layers: vec![Bytes::from(vec![0; 1024])],
        }
    }
}

impl Image {
    /// Adds a label.
    #[must_use]
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.labels.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Sets a member of the `config` object.
    #[must_use]
    pub fn config(mut self, key: &str, value: Value) -> Self {
        self.config.insert(key.to_owned(), value);
        self
    }

    /// Sets the platform.
    #[must_use]
    pub fn platform(mut self, os: &str, architecture: &str, variant: Option<&str>) -> Self {
        self.os = os.to_owned();
        self.architecture = architecture.to_owned();
        self.variant = variant.map(str::to_owned);
        self
    }

    pub(crate) fn build(&self) -> BuiltImage {
        let diff_ids: Vec<String> = self.layers.iter().map(|layer| sha256(layer)).collect();
        let mut settings = self.config.clone();
        if !self.labels.is_empty() {
            settings.insert("Labels".to_owned(), json!(self.labels));
        }
        let mut config = json!({
            "created": self.created,
            "author": self.author,
            "architecture": self.architecture,
            "os": self.os,
            "config": settings,
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
            "history": self.layers.iter().map(|_| json!({ "created": self.created })).collect::<Vec<_>>(),
        });
        if let (Some(variant), Some(members)) = (&self.variant, config.as_object_mut()) {
            members.insert("variant".to_owned(), json!(variant));
        }
        let config_bytes = Bytes::from(config.to_string());
        let layers: Vec<Blob> = self.layers.iter().map(|layer| Blob::new(gzip::stored(layer))).collect();
        let config_blob = Blob::new(config_bytes);
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": config_blob.bytes.len(),
                "digest": config_blob.digest,
            },
            "layers": layers.iter().map(|layer| json!({
                "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                "size": layer.bytes.len(),
                "digest": layer.digest,
            })).collect::<Vec<_>>(),
        });
        BuiltImage {
            document: config,
            config: config_blob,
            manifest: Blob::new(Bytes::from(format!("{manifest:#}"))),
            size: self.layers.iter().map(|layer| layer.len() as u64).sum(),
            diff_ids,
            plain: self.layers.clone(),
            layers,
        }
    }
}

/// The media type of the manifests that a daemon pushes.
pub(crate) const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// Bytes with their digest.
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    pub(crate) digest: String,
    pub(crate) bytes: Bytes,
}

impl Blob {
    fn new(bytes: Bytes) -> Self {
        Self { digest: sha256(&bytes), bytes }
    }
}

/// An image with everything that is pushed.
#[derive(Clone, Debug)]
pub(crate) struct BuiltImage {
    /// The config, parsed.
    pub(crate) document: Value,
    pub(crate) config: Blob,
    pub(crate) manifest: Blob,
    pub(crate) layers: Vec<Blob>,
    /// The layers as they are saved: not compressed.
    pub(crate) plain: Vec<Bytes>,
    pub(crate) diff_ids: Vec<String>,
    pub(crate) size: u64,
}

impl BuiltImage {
    /// The ID by which the engine knows the image.
    pub(crate) fn id(&self, containerd: bool) -> &str {
        if containerd { &self.manifest.digest } else { &self.config.digest }
    }
}

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
