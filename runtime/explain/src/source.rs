//! Where the image is that is pushed.

use pushgate_source::{FORMS, ParseSourceError, SourceError, SourceOptionError};

use super::Explain;
use crate::Kind;

impl Explain for ParseSourceError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Transport { text } => Some(match text.split_once(':') {
                None if text.contains('/') => format!("for an OCI layout: oci:{text}"),
                _ => FORMS.to_owned(),
            }),
            Self::Incomplete { .. } => Some(FORMS.to_owned()),
            Self::ImageId { .. } => Some("`docker images --no-trunc` shows the IDs".to_owned()),
            Self::Name(error) => error.hint(),
        }
    }
}

impl Explain for SourceOptionError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint.map(str::to_owned)
    }
}

impl Explain for SourceError {
    fn kind(&self) -> Kind {
        Kind::SourceFailed
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(error) => error.hint(),
            Self::Layout(error) => error.hint(),
            Self::DockerArchive(error) => error.hint(),
            Self::Verify(error) => error.hint(),
            Self::OtherPlatform { .. } => Some("without --platform, it is pushed as it is".to_owned()),
            Self::OtherDigest { .. } => Some("name it by the digest that it has, or by a tag".to_owned()),
            Self::NoTag { .. } => {
                Some("with --direct, the image is taken out of the Docker Engine and pushed without it; or name it by a tag".to_owned())
            }
            Self::OtherImage { .. } => None,
            Self::Temporary { .. } => Some("TMPDIR names the directory; it needs room for the whole image".to_owned()),
        }
    }
}
