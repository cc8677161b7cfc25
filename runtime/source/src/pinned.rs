//! A source whose bytes are settled.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use pushgate_engine::{DockerEngine, EngineImage, EngineName};
use pushgate_gate::decide::{Images, ImagesError, ListedImages, shown};
use pushgate_oci::{ImageConfig, PinnedContent, PinnedDockerImage, PinnedImage, UncheckedLayer};
use pushgate_sandbox::Image;

use super::background::in_background;
use super::error::SourceError;
use super::name::EngineImageName;
use super::options::SourceOptions;

/// Which bytes are pushed. Only [`RequestedSource::pin`](super::RequestedSource::pin) makes one.
#[derive(Debug)]
pub enum PinnedSource {
    /// An image of the Docker Engine, by its ID.
    Engine(Box<PinnedEngineImage>),
    /// Content of an OCI layout, or of an archive whose layers are compressed, by the digest of its manifest or index.
    Layout(Box<PinnedContent>),
    /// An image of a Docker archive, by the digest of its config.
    DockerArchive(Arc<ArchivedImage>),
}

/// An image of a Docker archive. It has no manifest before its layers are compressed, and they are not before every hook has approved, unless it
/// is named by its digest.
#[derive(Debug)]
pub struct ArchivedImage {
    image: PinnedDockerImage,
    temporary: PathBuf,
}

impl ArchivedImage {
    /// An image that is what is wanted. This blocks while everything is read, if that is wanted.
    pub(super) fn new(mut image: PinnedDockerImage, options: &SourceOptions) -> Result<Self, SourceError> {
        for found in image.images() {
            options.must_be(&found.platform)?;
        }
        if options.verify {
            image.verify()?;
        }
        Ok(Self { image, temporary: options.temporary.clone() })
    }

    /// Everything that a push sends: compresses what is not compressed.
    ///
    /// # Errors
    /// A layer cannot be read, or is not what the config says.
    pub async fn resolve(self: &Arc<Self>) -> Result<PinnedContent, SourceError> {
        let archived = Arc::clone(self);
        in_background(move || Ok(archived.image.resolve(&archived.temporary)?)).await
    }
}

/// An image of the Docker Engine.
#[derive(Debug)]
pub struct PinnedEngineImage {
    /// The Docker Engine that has it.
    pub engine: DockerEngine,
    /// How it was asked for.
    pub name: EngineImageName,
    /// What the name stood for when it was pinned.
    pub image: EngineImage,
    /// The name by which it is pushed.
    pub target: EngineName,
}

impl PinnedSource {
    /// The layers that `--verify` did not look into.
    pub fn unchecked(&self) -> Vec<UncheckedLayer> {
        match self {
            Self::Engine(_) => Vec::new(),
            Self::Layout(content) => content.unchecked().to_vec(),
            Self::DockerArchive(archived) => archived.image.unchecked().to_vec(),
        }
    }

    /// The same source, if its image has the digest by which it is `named`. An archive's image has one only when its layers are compressed.
    pub(super) async fn having(self, named: &str) -> Result<Self, SourceError> {
        let content = match self {
            // It is pushed to a tag.
            Self::Engine(_) => return Ok(self),
            Self::Layout(content) => content,
            Self::DockerArchive(archived) => Box::new(archived.resolve().await?),
        };
        let found = &content.root().digest;
        if found.as_str() != named {
            return Err(SourceError::OtherDigest { found: found.clone(), named: named.to_owned() });
        }
        Ok(Self::Layout(content))
    }

    pub(super) fn archive(archived: ArchivedImage) -> Self {
        Self::DockerArchive(Arc::new(archived))
    }

    /// How many blobs pushgate will send to the registry by itself at once: none for an image that the Docker Engine
    /// pushes, and none before the layers of an archive are compressed, which takes longer than a connection may wait.
    pub fn blobs(&self) -> usize {
        match self {
            Self::Engine(_) | Self::DockerArchive(_) => 0,
            Self::Layout(content) => content.blobs().len(),
        }
    }

    /// The layers of each image, by the digests of what they hold.
    pub fn layers(&self) -> ListedLayers {
        let of_all = |images: &[PinnedImage]| ListedLayers::Images(images.iter().map(|image| diff_ids(&image.config)).collect());
        match self {
            Self::Engine(pinned) => ListedLayers::Images(vec![diff_ids(&pinned.image.config)]),
            Self::Layout(content) => match content.artifact_type() {
                Some(artifact) => ListedLayers::Artifact(artifact.to_owned()),
                None => of_all(content.images()),
            },
            Self::DockerArchive(archived) => of_all(archived.image.images()),
        }
    }

    fn list(&self) -> ListedImages {
        match self {
            Self::Engine(pinned) => {
                let image = &pinned.image;
                ListedImages::Images(vec![shown(&image.config.platform(), &image.config, None, image.uncompressed_size, &BTreeMap::new())])
            }
            Self::Layout(content) => match content.artifact_type() {
                Some(artifact) => ListedImages::Artifact(artifact.to_owned()),
                None => ListedImages::Images(content.images().iter().map(pinned).collect()),
            },
            Self::DockerArchive(archived) => ListedImages::Images(archived.image.images().iter().map(pinned).collect()),
        }
    }
}

/// The answer of [`PinnedSource::layers`].
#[derive(Debug, Clone)]
pub enum ListedLayers {
    /// Of each image its platform and, the lowest first, the digests of what its layers hold.
    Images(Vec<(String, Vec<String>)>),
    /// No image but an artifact of this type.
    Artifact(String),
}

fn diff_ids(config: &ImageConfig) -> (String, Vec<String>) {
    (config.platform().in_full(), config.rootfs.diff_ids.iter().map(ToString::to_string).collect())
}

fn pinned(image: &PinnedImage) -> Image {
    shown(&image.platform, &image.config, image.compressed_size, image.uncompressed_size, &image.annotations)
}

#[async_trait]
impl Images for PinnedSource {
    async fn images(&self) -> Result<ListedImages, ImagesError> {
        Ok(self.list())
    }

    async fn digest(&self) -> Result<Option<String>, ImagesError> {
        Ok(match self {
            Self::Layout(content) => Some(content.root().digest.to_string()),
            // The Docker Engine makes the manifest, or chooses what of it is pushed, and so does pushgate of an archive.
            Self::Engine(_) | Self::DockerArchive(_) => None,
        })
    }
}
