//! Images, and where they lie.

use std::io;

use pushgate_json::DocumentError;
use pushgate_oci::{
    ArchiveError, ConfigError, DockerArchiveError, Holding, IsLink, LayerError, LayoutError, MAX_DESCRIPTORS, MAX_LAYERS,
    ParsePlatformError, TarProblem, VerifyError,
};

use super::Explain;
use crate::Kind;

impl Explain for ParsePlatformError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        Some("a platform is OS/ARCH[/VARIANT][:OSVERSION], for example linux/amd64, linux/arm/v7 or windows/amd64:10.0.17763".to_owned())
    }
}

/// The remedy for a layout that is not whole.
const LEFT_OUT: &str = "whatever wrote it left that out, as `docker save` does with layers that the image store did not keep: pull or build the \
                        image again, and write it again";
/// The remedy for a foreign layer.
const FOREIGN: &str = "pushgate never fetches layers from elsewhere: rebuild the image on a current base; those of Windows have no foreign layers \
                       since 2023";

impl Explain for LayoutError {
    fn kind(&self) -> Kind {
        Kind::SourceFailed
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Archive(error) => of_archive(error),
            Self::NotOpened { holds, .. } | Self::NotALayout { holds, .. } => Some(of_holding(*holds)),
            Self::Unreadable { source, .. } => of_link(source),
            Self::Missing { .. } => Some(LEFT_OUT.to_owned()),
            Self::Incomplete { present, .. } => Some(match present.iter().find(|name| !name.contains(':') || name.contains('/')) {
                Some(platform) => format!("push one that is there with `--platform {platform}`, or write the layout with every platform"),
                None => LEFT_OUT.to_owned(),
            }),
            Self::NoSuchPlatform { asked, platforms } => {
                let machine = asked.split(':').next().unwrap_or_default();
                let is_like = |platform: &&String| platform.strip_prefix(machine).is_some_and(|rest| rest.starts_with(['/', ':']));
                platforms
                    .iter()
                    .find(is_like)
                    .or(platforms.first())
                    .map(|platform| format!("name one that is there, as in `--platform {platform}`"))
            }
            Self::SeveralVersions { platforms, .. } => {
                platforms.first().map(|platform| format!("name the version too, as in `--platform {platform}`"))
            }
            Self::ForeignLayer { .. } => Some(FOREIGN.to_owned()),
            Self::Document { error: DocumentError::Shape { place, .. }, .. } if place.ends_with(".urls") => Some(FOREIGN.to_owned()),
            Self::NoSuchEntry { entries, .. } | Self::Ambiguous { entries, .. } => {
                Some(format!("name one after the layout, as in `oci:DIR:NAME` or `oci-archive:FILE:NAME`: {}", listed(entries)))
            }
            Self::Document { error, .. } | Self::Config { error: ConfigError::Document(error), .. } => of_document(error),
            Self::WrongSize { .. } | Self::WrongDigest { .. } => Some("the layout is damaged: write it again".to_owned()),
            _ => None,
        }
    }
}

impl Explain for DockerArchiveError {
    fn kind(&self) -> Kind {
        Kind::SourceFailed
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Archive(error) => of_archive(error),
            Self::NoManifest { holds } => Some(of_holding(*holds)),
            Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound => Some(
                "whatever wrote the archive left it out, as `docker save` does with layers that the image store did not keep: pull or \
                      build the image again, and save it again"
                    .to_owned(),
            ),
            Self::Unreadable { source, .. } => of_link(source),
            Self::NoSuchImage { images, .. } | Self::Ambiguous { images, .. } => {
                Some(format!("name one, as in `docker-archive:FILE:NAME` or `docker-archive:FILE:@0`: {}", listed(images)))
            }
            Self::Document { error } | Self::Config { error: ConfigError::Document(error), .. } => of_document(error),
            Self::TooManyLayers { .. } => Some("build the image with fewer layers".to_owned()),
            Self::LayerFormat { .. } => Some("layers are plain, or compressed with gzip or zstd".to_owned()),
            _ => None,
        }
    }
}

impl Explain for VerifyError {
    fn kind(&self) -> Kind {
        Kind::SourceFailed
    }

    fn hint(&self) -> Option<String> {
        Some(match self.layer() {
            Some(LayerError::Format { .. }) => "no runtime reads that: pack the layer with gzip or zstd".to_owned(),
            Some(LayerError::Bomb { .. }) => "rebuild the layer: honest ones grow less when they are unpacked".to_owned(),
            _ => "the source is damaged, or was changed after it was built: build or copy it again".to_owned(),
        })
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A tar file is always that of a layout or of a Docker archive, whose error has the kind.
fn of_archive(error: &ArchiveError) -> Option<String> {
    match error {
        ArchiveError::NotRegular { holds: Holding::Unknown, .. } => Some("write the archive to a file first".to_owned()),
        ArchiveError::NotRegular { holds, .. } => Some(of_holding(*holds)),
        ArchiveError::Compressed { format } => {
            Some(format!("decompress it first, for example with `{format} -d`; its layers may stay compressed"))
        }
        ArchiveError::Malformed { offset: 0, problem: TarProblem::Checksum | TarProblem::Number { .. } | TarProblem::Format } => {
            Some("this is probably not a tar file".to_owned())
        }
        ArchiveError::Malformed { problem: TarProblem::Truncated | TarProblem::NoEnd, .. } => {
            Some("the archive is incomplete: write or download it again".to_owned())
        }
        ArchiveError::Malformed { .. } => {
            Some("write the archive again with `docker save`, `skopeo copy` or `tar --format=pax`".to_owned())
        }
        ArchiveError::NotOpened { .. } | ArchiveError::Unreadable { .. } | ArchiveError::TooMuch { .. } => None,
    }
}

/// How to push what lies in the place of something else.
fn of_holding(holding: Holding) -> String {
    match holding {
        Holding::Layout => "push it with `--from oci:DIR`".to_owned(),
        Holding::LayoutArchive => "push it with `--from oci-archive:FILE`".to_owned(),
        Holding::DockerArchive => "push it with `--from docker-archive:FILE`".to_owned(),
        Holding::UnpackedDockerArchive => {
            "push the archive itself with `--from docker-archive:FILE`, or pack the folder again: `tar -C DIR -cf FILE .`".to_owned()
        }
        Holding::OldDockerArchive => "load it and save it again with a current Docker".to_owned(),
        Holding::Directory => {
            "write an OCI layout instead: `podman save --format oci-dir`, or `skopeo copy dir:DIR oci:OTHER:TAG`; then push it with \
             `--from oci:OTHER`"
                .to_owned()
        }
        Holding::Compressed(format) => {
            format!(
                "decompress it first, for example with `{format} -d`, and push it with `--from oci-archive:FILE` or `--from docker-archive:FILE`"
            )
        }
        Holding::EmptyFolder | Holding::EmptyArchive => "is it the right path, and was the image written to its end?".to_owned(),
        Holding::OtherFolder | Holding::Unknown => {
            "an OCI layout is a directory that holds `oci-layout`, `index.json` and `blobs`".to_owned()
        }
        Holding::OtherArchive => {
            "an image is written by `docker save`, `podman save` or `skopeo copy`; `docker export` writes the files of a container"
                .to_owned()
        }
        Holding::OtherFile => "an OCI layout is a directory; as a tar file it is `--from oci-archive:FILE`".to_owned(),
    }
}

/// How to write a source without the link that it cannot be read for.
fn of_link(error: &io::Error) -> Option<String> {
    let IsLink { in_archive } = IsLink::behind(error)?;
    let how = if *in_archive {
        "write the archive with the files themselves: `tar --dereference --hard-dereference`"
    } else {
        "copy the layout with the files themselves, `cp -rL DIR COPY`, and push `--from oci:COPY`"
    };
    Some(how.to_owned())
}

/// What to do about a document that exceeds the limits of images.
fn of_document(error: &DocumentError) -> Option<String> {
    matches!(error, DocumentError::TooLarge { .. } | DocumentError::TooMany { .. }).then(|| {
        format!(
            "an image may have {MAX_LAYERS} layers, an artifact {MAX_DESCRIPTORS}, and each manifest or config 4 MiB: \
             build the image with fewer layers, or pack or split the artifact"
        )
    })
}

#[cfg(test)]
mod tests;
