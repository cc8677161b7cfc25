//! From a name to bytes: settles which image is meant.

use pushgate_engine::{DockerEngine, EngineEnvironment, EngineName};
use pushgate_oci::{DockerArchive, OciLayout};
use pushgate_reference::ScopedReference;

use super::background::in_background;
use super::direct;
use super::error::SourceError;
use super::name::{EngineImageName, Source};
use super::options::{RequestedSource, SourceOptions};
use super::pinned::{ArchivedImage, PinnedEngineImage, PinnedSource};

impl RequestedSource {
    /// Settles which bytes are meant: an image ID of the Docker Engine, the digest of a config whose layers are known by their content, or the
    /// digest of a manifest that was read and hashed.
    ///
    /// # Errors
    /// No Docker Engine, no such image, none for the platform, an unreadable layout, another digest than the one in the name, and what
    /// `--verify` finds.
    pub async fn pin(&self, engine: &EngineEnvironment, scoped: &ScopedReference) -> Result<PinnedSource, SourceError> {
        let pinned = self.pin_any(engine, scoped).await?;
        match scoped.digest() {
            Some(named) => pinned.having(named).await,
            None => Ok(pinned),
        }
    }

    async fn pin_any(&self, engine: &EngineEnvironment, scoped: &ScopedReference) -> Result<PinnedSource, SourceError> {
        let options = self.options.clone();
        match self.source.clone() {
            Source::DockerDaemon(name) => {
                let name = name.unwrap_or_else(|| EngineImageName::of(scoped));
                if options.direct {
                    return direct::pin(&DockerEngine::connect(engine).await?, &name, &options).await;
                }
                let target = EngineName::of(scoped).ok_or_else(|| SourceError::NoTag { image: scoped.to_string() })?;
                let engine = DockerEngine::connect(engine).await?;
                let image = engine.inspect(name.as_str()).await?;
                options.must_be(&image.config.platform())?;
                Ok(PinnedSource::Engine(Box::new(PinnedEngineImage { engine, name, image, target })))
            }
            Source::OciLayout { directory, reference } => {
                in_background(move || layout(&OciLayout::open(&directory)?, reference.as_deref(), &options)).await
            }
            Source::OciArchive { file, reference } => {
                in_background(move || layout(&OciLayout::open_archive(&file)?, reference.as_deref(), &options)).await
            }
            Source::DockerArchive { file, reference } => {
                in_background(move || {
                    let image = DockerArchive::open(&file)?.pin(reference.as_deref(), options.layers())?;
                    ArchivedImage::new(image, &options).map(PinnedSource::archive)
                })
                .await
            }
        }
    }

    /// Whether the source is to be read even if no hook wants it.
    pub fn is_to_be_verified(&self) -> bool {
        self.options.verify
    }
}

fn layout(layout: &OciLayout, reference: Option<&str>, options: &SourceOptions) -> Result<PinnedSource, SourceError> {
    let mut content = layout.pin(reference, options.platform.as_ref())?;
    if options.verify {
        content.verify()?;
    }
    Ok(PinnedSource::Layout(Box::new(content)))
}
