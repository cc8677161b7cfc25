//! OCI image layouts (image-spec, `image-layout.md`).

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Image;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// A folder with an OCI image layout that is being filled.
#[derive(Debug)]
pub struct Layout {
    folder: PathBuf,
    manifests: Vec<Value>,
}

impl Layout {
    /// An empty layout in a folder that is created.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn create(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder.join("blobs/sha256"))?;
        std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#)?;
        let layout = Self { folder: folder.to_owned(), manifests: Vec::new() };
        layout.write_index()?;
        Ok(layout)
    }

    /// Adds an image, under a reference if one is given, and returns the digest of its manifest.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn add(&mut self, image: &Image, reference: Option<&str>) -> io::Result<String> {
        let manifest = self.image(image)?;
        self.list(manifest, reference)
    }

    /// Adds an index of several images, as a multi-platform build makes it; with `attested`, each has an attestation manifest beside it.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn add_index(&mut self, images: &[Image], attested: bool, reference: Option<&str>) -> io::Result<String> {
        let mut manifests = Vec::new();
        for image in images {
            let mut manifest = self.image(image)?;
            let mut platform = json!({ "os": "linux", "architecture": image.architecture });
            if let Some(variant) = image.variant.as_ref().or(image.listed_variant.as_ref()) {
                set(&mut platform, "variant", json!(variant));
            }
            set(&mut manifest, "platform", platform);
            manifests.push(manifest);
        }
        if attested {
            let statement = br#"{"_type":"https://in-toto.io/Statement/v0.1"}"#;
            let rootfs = json!({ "type": "layers", "diff_ids": [sha256(statement)] });
            let config = json!({ "architecture": "unknown", "os": "unknown", "config": {}, "rootfs": rootfs });
            let config = self.blob(config.to_string().as_bytes(), CONFIG)?;
            let statement = self.blob(statement, "application/vnd.in-toto+json")?;
            let mut manifest = self.manifest(&config, &[statement], None)?;
            set(&mut manifest, "platform", json!({ "os": "unknown", "architecture": "unknown" }));
            set(&mut manifest, "annotations", json!({ "vnd.docker.reference.type": "attestation-manifest" }));
            manifests.push(manifest);
        }
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
        let index = self.blob(index.to_string().as_bytes(), INDEX)?;
        self.list(index, reference)
    }

    /// Adds an artifact that is no image: a manifest with an empty config and one blob.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn add_artifact(&mut self, artifact_type: &str, content: &[u8], reference: Option<&str>) -> io::Result<String> {
        let config = self.blob(b"{}", "application/vnd.oci.empty.v1+json")?;
        let blob = self.blob(content, "application/octet-stream")?;
        let manifest = self.manifest(&config, &[blob], Some(artifact_type))?;
        self.list(manifest, reference)
    }

    /// Writes a blob and returns its descriptor.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn blob(&self, bytes: &[u8], media_type: &str) -> io::Result<Value> {
        let digest = sha256(bytes);
        std::fs::write(self.folder.join("blobs").join(digest.replace(':', "/")), bytes)?;
        Ok(descriptor(bytes, media_type))
    }

    /// Lists a descriptor in `index.json`, under a reference if one is given, and returns its digest.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn list(&mut self, mut descriptor: Value, reference: Option<&str>) -> io::Result<String> {
        if let Some(reference) = reference {
            set(&mut descriptor, "annotations", json!({ "org.opencontainers.image.ref.name": reference }));
        }
        let digest = descriptor.get("digest").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.manifests.push(descriptor);
        self.write_index()?;
        Ok(digest)
    }

    fn image(&self, image: &Image) -> io::Result<Value> {
        let config = self.blob(image.config().to_string().as_bytes(), CONFIG)?;
        let layers = image.layers.iter().map(|layer| self.blob(layer, LAYER)).collect::<io::Result<Vec<_>>>()?;
        self.manifest(&config, &layers, None)
    }

    fn manifest(&self, config: &Value, layers: &[Value], artifact_type: Option<&str>) -> io::Result<Value> {
        let mut manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
        if let Some(artifact_type) = artifact_type {
            set(&mut manifest, "artifactType", json!(artifact_type));
        }
        self.blob(manifest.to_string().as_bytes(), MANIFEST)
    }

    fn write_index(&self) -> io::Result<()> {
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": self.manifests });
        std::fs::write(self.folder.join("index.json"), index.to_string())
    }
}

/// The descriptor of these bytes.
pub fn descriptor(bytes: &[u8], media_type: &str) -> Value {
    json!({ "mediaType": media_type, "digest": sha256(bytes), "size": bytes.len() })
}

/// `sha256:` and the digest in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn set(value: &mut Value, key: &str, member: Value) {
    if let Some(members) = value.as_object_mut() {
        members.insert(key.to_owned(), member);
    }
}
