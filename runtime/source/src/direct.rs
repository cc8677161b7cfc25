//! `--direct`: an image is taken out of the Docker Engine and pushed with pushgate's own client.
//!
//! The image is asked for by its ID, so it does not matter where names point meanwhile. What comes is an archive of `docker save`, into a
//! temporary file without a name. It is believed as little as any other: the config in it must be the one that the ID names or, on a containerd
//! store, the manifest. From there on it is a Docker archive, or an OCI layout in an archive.

use std::fs::File;

use pushgate_engine::{DockerEngine, EngineImageId};
use pushgate_oci::{Digest, DockerArchive, LayoutError, OciLayout};

use super::background::in_background;
use super::error::SourceError;
use super::name::EngineImageName;
use super::options::SourceOptions;
use super::pinned::{ArchivedImage, PinnedSource};

pub(super) async fn pin(engine: &DockerEngine, name: &EngineImageName, options: &SourceOptions) -> Result<PinnedSource, SourceError> {
    let image = engine.identify(name.as_str()).await?;
    let directory = options.temporary.clone();
    let file =
        in_background(move || tempfile::tempfile_in(&directory).map_err(|source| SourceError::temporary(&directory, source))).await?;
    let file = engine.export(&image.id, file, |source| SourceError::temporary(&options.temporary, source)).await?;
    let options = options.clone();
    in_background(move || open(file, &image, &options)).await
}

fn open(file: File, image: &EngineImageId, options: &SourceOptions) -> Result<PinnedSource, SourceError> {
    let Some(target) = &image.target_digest else {
        let archive = DockerArchive::opened(file)?.pin(None, options.layers())?;
        let found = archive.images().iter().map(|image| &image.config_digest);
        if let Some(found) = found.clone().find(|found| **found != image.id) {
            return Err(other(&image.id, found.as_str()));
        }
        return ArchivedImage::new(archive, options).map(PinnedSource::archive);
    };
    let layout = OciLayout::opened_archive(file)?;
    let mut content = layout.pin(Some(target.as_str()), options.platform.as_ref()).map_err(|error| match error {
        LayoutError::NoSuchEntry { entries, .. } => other(target, &entries.join(", ")),
        error => error.into(),
    })?;
    if options.verify {
        content.verify()?;
    }
    Ok(PinnedSource::Layout(Box::new(content)))
}

fn other(expected: &Digest, found: &str) -> SourceError {
    SourceError::OtherImage { expected: expected.clone(), found: found.to_owned() }
}
