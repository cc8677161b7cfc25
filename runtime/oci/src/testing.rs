//! Layouts for the tests of this crate, made by hand, so that every byte can be wrong.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::PinnedContent;
use crate::digest::Digest;
use crate::layout::{LayoutError, OciLayout};
use crate::media_type::{OCI_CONFIG, OCI_INDEX, OCI_MANIFEST};

pub(crate) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A layout in a folder of its own, which goes with it.
pub(crate) struct TestLayout {
    folder: tempfile::TempDir,
}

impl TestLayout {
    /// Without any entry.
    pub(crate) fn new() -> Self {
        let layout = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(layout.path().join("blobs/sha256")).unwrap();
        fs::write(layout.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        layout.index(&[]);
        layout
    }

    /// With one image of these layers, named `v1`.
    pub(crate) fn with_image(layers: &[&[u8]]) -> Self {
        let layout = Self::new();
        let mut manifest = layout.image("amd64", layers);
        manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "v1" });
        layout.index(&[manifest]);
        layout
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn blob_path(&self, digest: &str) -> PathBuf {
        self.path().join("blobs/sha256").join(digest.strip_prefix("sha256:").unwrap())
    }

    /// Writes a blob and gives its descriptor.
    pub(crate) fn blob(&self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = Digest::sha256(bytes);
        fs::write(self.blob_path(digest.as_str()), bytes).unwrap();
        json!({ "mediaType": media_type, "digest": digest.as_str(), "size": bytes.len() })
    }

    pub(crate) fn document(&self, media_type: &str, document: &Value) -> Value {
        self.blob(media_type, document.to_string().as_bytes())
    }

    pub(crate) fn config(architecture: &str, layers: usize) -> Value {
        let diff_ids: Vec<String> = (0..layers).map(|layer| Digest::sha256(layer.to_string().as_bytes()).to_string()).collect();
        let os = if architecture == "unknown" { "unknown" } else { "linux" };
        json!({ "architecture": architecture, "os": os, "config": { "Labels": { "a": "b" } }, "rootfs": { "type": "layers", "diff_ids": diff_ids } })
    }

    /// Writes an image and gives the descriptor of its manifest.
    pub(crate) fn image(&self, architecture: &str, layers: &[&[u8]]) -> Value {
        let config = self.document(OCI_CONFIG, &Self::config(architecture, layers.len()));
        let layers: Vec<Value> = layers.iter().map(|layer| self.blob(LAYER, layer)).collect();
        self.manifest(&config, &layers)
    }

    pub(crate) fn manifest(&self, config: &Value, layers: &[Value]) -> Value {
        let manifest = json!({ "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers });
        self.document(OCI_MANIFEST, &manifest)
    }

    /// Writes an index as a blob and gives its descriptor.
    pub(crate) fn nested(&self, manifests: &[Value]) -> Value {
        self.document(OCI_INDEX, &json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests }))
    }

    /// Writes `index.json`.
    pub(crate) fn index(&self, manifests: &[Value]) {
        let index = json!({ "schemaVersion": 2, "manifests": manifests });
        fs::write(self.path().join("index.json"), index.to_string()).unwrap();
    }

    pub(crate) fn pin(&self, reference: Option<&str>) -> Result<PinnedContent, LayoutError> {
        OciLayout::open(self.path())?.pin(reference, None)
    }
}

/// A descriptor with the platform that its index gives it.
pub(crate) fn for_platform(mut descriptor: Value, os: &str, architecture: &str) -> Value {
    descriptor["platform"] = json!({ "os": os, "architecture": architecture });
    descriptor
}

/// A descriptor with a name.
pub(crate) fn named(mut descriptor: Value, name: &str) -> Value {
    descriptor["annotations"] = json!({ "org.opencontainers.image.ref.name": name });
    descriptor
}
