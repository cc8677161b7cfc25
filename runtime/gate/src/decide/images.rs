//! What a decision has to know of the source: the images of the push, if a hook asks for them.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use pushgate_oci::{ImageConfig, Platform};
use pushgate_sandbox::Image;

/// What the images of a push are, for the hooks.
#[async_trait]
pub trait Images: Send + Sync {
    /// Every image of the push, in the order of its index; empty only for an artifact.
    ///
    /// # Errors
    /// The source cannot be read.
    async fn images(&self) -> Result<ListedImages, ImagesError>;

    /// The digest that the tag points to after the push; none where the manifest is made only in the push.
    ///
    /// # Errors
    /// The source cannot be read.
    async fn digest(&self) -> Result<Option<String>, ImagesError> {
        Ok(None)
    }
}

/// The answer of [`Images::images`].
#[derive(Debug, Clone)]
pub enum ListedImages {
    /// At least one image.
    Images(Vec<Image>),
    /// No image but an artifact of this type.
    Artifact(String),
}

/// Why the images cannot be had.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{cause}")]
pub struct ImagesError {
    /// Whether there is no such image, as against not being able to look.
    pub is_not_found: bool,
    /// The source's own error, for the person who pushes. Not for a flavor: paths and addresses of this machine are none of its business.
    #[source]
    pub cause: Arc<dyn Error + Send + Sync>,
}

/// The images of a push whose host does not read them from a source.
pub struct NoImages;

#[async_trait]
impl Images for NoImages {
    async fn images(&self) -> Result<ListedImages, ImagesError> {
        Ok(ListedImages::Images(Vec::new()))
    }
}

/// An image as the hooks see it, with its sizes in bytes where they are known, and the annotations of its manifest.
pub fn shown(
    platform: &Platform,
    config: &ImageConfig,
    compressed_size: Option<u64>,
    uncompressed_size: Option<u64>,
    annotations: &BTreeMap<String, String>,
) -> Image {
    let pairs = |map: &BTreeMap<String, String>| map.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    Image {
        platform: platform.to_string(),
        labels: pairs(config.labels()),
        config: config.to_json(),
        compressed_size,
        uncompressed_size,
        annotations: pairs(annotations),
    }
}
