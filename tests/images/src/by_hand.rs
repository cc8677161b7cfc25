//! Layouts made by hand, so that every byte can be wrong.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::sha256;

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// The media type of the layers.
pub const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A layout in a folder of its own, which goes with it. It panics where it cannot be written.
#[derive(Debug)]
pub struct TestLayout {
    folder: tempfile::TempDir,
}

impl TestLayout {
    /// Without any entry.
    #[expect(clippy::new_without_default, reason = "it writes files")]
    pub fn new() -> Self {
        let layout = Self { folder: tempfile::tempdir().expect("a layout can be written") };
        fs::create_dir_all(layout.path().join("blobs/sha256")).expect("a layout can be written");
        fs::write(layout.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).expect("a layout can be written");
        layout.index(&[]);
        layout
    }

    /// With one image of these layers, named `v1`.
    pub fn with_image(layers: &[&[u8]]) -> Self {
        let layout = Self::new();
        let mut manifest = layout.image("amd64", layers);
        manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "v1" });
        layout.index(&[manifest]);
        layout
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where a blob is.
    pub fn blob_path(&self, digest: &str) -> PathBuf {
        self.path().join("blobs/sha256").join(digest.strip_prefix("sha256:").expect("a layout can be written"))
    }

    /// Writes a blob and gives its descriptor.
    pub fn blob(&self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = sha256(bytes);
        fs::write(self.blob_path(&digest), bytes).expect("a layout can be written");
        json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() })
    }

    /// Writes a document as a blob and gives its descriptor.
    pub fn document(&self, media_type: &str, document: &Value) -> Value {
        self.blob(media_type, document.to_string().as_bytes())
    }

    /// A config of so many layers.
    pub fn config(architecture: &str, layers: usize) -> Value {
        let diff_ids: Vec<String> = (0..layers).map(|layer| sha256(layer.to_string().as_bytes())).collect();
        let os = if architecture == "unknown" { "unknown" } else { "linux" };
        json!({ "architecture": architecture, "os": os, "config": { "Labels": { "a": "b" } }, "rootfs": { "type": "layers", "diff_ids": diff_ids } })
    }

    /// Writes an image and gives the descriptor of its manifest.
    pub fn image(&self, architecture: &str, layers: &[&[u8]]) -> Value {
        let config = self.document(OCI_CONFIG, &Self::config(architecture, layers.len()));
        let layers: Vec<Value> = layers.iter().map(|layer| self.blob(LAYER, layer)).collect();
        self.manifest(&config, &layers)
    }

    /// Writes a manifest and gives its descriptor.
    pub fn manifest(&self, config: &Value, layers: &[Value]) -> Value {
        let manifest = json!({ "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers });
        self.document(OCI_MANIFEST, &manifest)
    }

    /// Writes an index as a blob and gives its descriptor.
    pub fn nested(&self, manifests: &[Value]) -> Value {
        self.document(OCI_INDEX, &json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests }))
    }

    /// Writes `index.json`.
    pub fn index(&self, manifests: &[Value]) {
        let index = json!({ "schemaVersion": 2, "manifests": manifests });
        fs::write(self.path().join("index.json"), index.to_string()).expect("a layout can be written");
    }
}

/// A descriptor with the platform that its index gives it.
pub fn for_platform(mut descriptor: Value, os: &str, architecture: &str) -> Value {
    descriptor["platform"] = json!({ "os": os, "architecture": architecture });
    descriptor
}

/// A descriptor with a name.
pub fn named(mut descriptor: Value, name: &str) -> Value {
    descriptor["annotations"] = json!({ "org.opencontainers.image.ref.name": name });
    descriptor
}
