//! One image: a config and uncompressed layers.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::layout::sha256;
use crate::tar::Tar;

/// An image that is being described.
#[derive(Debug, Clone)]
pub struct Image {
    pub(crate) architecture: String,
    pub(crate) variant: Option<String>,
    pub(crate) listed_variant: Option<String>,
    labels: BTreeMap<String, String>,
    user: String,
    pub(crate) layers: Vec<Vec<u8>>,
}

impl Default for Image {
    fn default() -> Self {
        Self {
            architecture: "amd64".to_owned(),
            variant: None,
            listed_variant: None,
            labels: BTreeMap::new(),
            user: String::new(),
            layers: Vec::new(),
        }
    }
}

impl Image {
    /// An image for `linux/amd64` without labels, user or layers.
    pub fn new() -> Self {
        Self::default()
    }

    /// For another architecture.
    #[must_use]
    pub fn architecture(mut self, architecture: &str, variant: Option<&str>) -> Self {
        self.architecture = architecture.to_owned();
        self.variant = variant.map(str::to_owned);
        self
    }

    /// With a variant that an index names, and the config does not.
    #[must_use]
    pub fn listed_variant(mut self, variant: &str) -> Self {
        self.listed_variant = Some(variant.to_owned());
        self
    }

    /// With a label.
    #[must_use]
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.labels.insert(key.to_owned(), value.to_owned());
        self
    }

    /// With the user that its processes run as.
    #[must_use]
    pub fn user(mut self, user: &str) -> Self {
        user.clone_into(&mut self.user);
        self
    }

    /// With one more layer that holds these files; their names have at most 100 bytes.
    ///
    /// # Panics
    /// A name is too long.
    #[must_use]
    #[allow(clippy::expect_used, reason = "a description that cannot be written is a mistake in the test that made it")]
    pub fn layer<'a>(self, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut tar = Tar::new(Vec::new());
        for (name, content) in files {
            tar.file(name, content).expect("a name of at most 100 bytes");
        }
        let bytes = tar.finish().expect("writing to memory");
        self.raw_layer(bytes)
    }

    /// With one more layer of these bytes, which need not be an archive.
    #[must_use]
    pub fn raw_layer(mut self, bytes: Vec<u8>) -> Self {
        self.layers.push(bytes);
        self
    }

    /// The image config, an OCI image-spec document.
    pub fn config(&self) -> Value {
        let diff_ids: Vec<String> = self.layers.iter().map(|layer| sha256(layer)).collect();
        let mut config = json!({
            "created": "2026-01-02T03:04:05Z",
            "architecture": self.architecture,
            "os": "linux",
            "config": { "User": self.user, "Env": ["PATH=/bin"], "Cmd": ["/hello"], "Labels": self.labels },
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
            "history": [{ "created": "2026-01-02T03:04:05Z", "created_by": "pushgate-test-images" }],
        });
        if let (Some(variant), Some(members)) = (&self.variant, config.as_object_mut()) {
            members.insert("variant".to_owned(), json!(variant));
        }
        config
    }

    /// Writes it as `docker save` does, under these names, for `docker load`.
    ///
    /// # Errors
    /// The writer fails.
    pub fn write_docker_archive(&self, writer: impl Write, names: &[impl AsRef<str>]) -> io::Result<()> {
        let config = self.config().to_string();
        let config_name = format!("{}.json", hexadecimal(config.as_bytes()));
        let mut tar = Tar::new(writer);
        let mut layers = Vec::new();
        for layer in &self.layers {
            let name = format!("{}/layer.tar", hexadecimal(layer));
            tar.file(&name, layer)?;
            layers.push(name);
        }
        tar.file(&config_name, config.as_bytes())?;
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let manifest = json!([{ "Config": config_name, "RepoTags": names, "Layers": layers }]);
        tar.file("manifest.json", manifest.to_string().as_bytes())?;
        tar.finish()?.flush()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    sha256(bytes).trim_start_matches("sha256:").to_owned()
}
