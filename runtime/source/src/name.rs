//! How a source is written: the transport names of containers-transports(5), always with their scheme.

use std::path::PathBuf;

use pushgate_reference::{ImageReference, ParseReferenceError, ScopedReference};

/// Where an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `docker-daemon:[NAME|sha256:ID]`: in the Docker Engine; without a name, under the name that it is pushed by.
    DockerDaemon(Option<EngineImageName>),
    /// `oci:DIR[:REF]`: in a directory that holds an OCI image layout.
    OciLayout {
        /// The directory.
        directory: PathBuf,
        /// The `org.opencontainers.image.ref.name` of one image in it; none where it holds only one.
        reference: Option<String>,
    },
    /// `oci-archive:FILE[:REF]`: in a tar file that holds an OCI image layout.
    OciArchive {
        /// The tar file.
        file: PathBuf,
        /// As for a layout.
        reference: Option<String>,
    },
    /// `docker-archive:FILE[:REF]`: in a tar file that `docker save` wrote.
    DockerArchive {
        /// The tar file.
        file: PathBuf,
        /// A name of one image in it, or `@N` for the N-th; none where it holds only one.
        reference: Option<String>,
    },
}

impl Source {
    /// The transport's name, with its colon.
    pub fn transport(&self) -> &'static str {
        match self {
            Self::DockerDaemon(_) => "docker-daemon:",
            Self::OciLayout { .. } => "oci:",
            Self::OciArchive { .. } => "oci-archive:",
            Self::DockerArchive { .. } => "docker-archive:",
        }
    }
}

/// A name or an ID by which the Docker Engine is asked for an image. Safe in a URL: it is built from parsed values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineImageName(String);

impl EngineImageName {
    /// The name under which a push's image is expected.
    pub fn of(scoped: &ScopedReference) -> Self {
        Self(scoped.engine_name())
    }

    /// What the Docker Engine is asked for.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Result<Self, ParseSourceError> {
        if let Some(id) = text.strip_prefix("sha256:") {
            let hexadecimal = id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            return if hexadecimal && (1..=64).contains(&id.len()) {
                Ok(Self(text.to_owned()))
            } else {
                Err(ParseSourceError::ImageId { text: text.to_owned() })
            };
        }
        Ok(Self(ImageReference::parse(text)?.engine_name()))
    }
}

/// Why a text is not a source.
#[derive(Debug, thiserror::Error)]
pub enum ParseSourceError {
    /// No transport, or one that is not known.
    #[error("`{text}` is not a source: it starts with no known transport")]
    Transport {
        /// The text as given.
        text: String,
    },
    /// A transport without a path, or with an empty reference.
    #[error("`{text}` is not a source: it has no {missing}")]
    Incomplete {
        /// The text as given.
        text: String,
        /// What is missing.
        missing: &'static str,
    },
    /// `docker-daemon:sha256:` without an ID.
    #[error("`{text}` is not an image ID: `sha256:` and up to 64 lower-case hexadecimal digits")]
    ImageId {
        /// The text as given.
        text: String,
    },
    /// `docker-daemon:` with something that is not an image's name.
    #[error(transparent)]
    Name(#[from] ParseReferenceError),
}

/// How sources are written.
pub const FORMS: &str = "docker-daemon:[NAME|sha256:ID], oci:DIR[:REF], oci-archive:FILE[:REF] or docker-archive:FILE[:REF]";

/// `PATH[:REF]`; as everywhere with these transports, a path has no colon.
fn located(text: &str, location: &str) -> Result<(PathBuf, Option<String>), ParseSourceError> {
    let missing = |missing| ParseSourceError::Incomplete { text: text.to_owned(), missing };
    let (path, reference) = match location.split_once(':') {
        Some((_, "")) => return Err(missing("reference after the colon")),
        Some((path, reference)) => (path, Some(reference.to_owned())),
        None => (location, None),
    };
    if path.is_empty() { Err(missing("path")) } else { Ok((PathBuf::from(path), reference)) }
}

impl std::str::FromStr for Source {
    type Err = ParseSourceError;

    fn from_str(text: &str) -> Result<Self, ParseSourceError> {
        match text.split_once(':') {
            Some(("docker-daemon", "")) => Ok(Self::DockerDaemon(None)),
            Some(("docker-daemon", name)) => EngineImageName::parse(name).map(|name| Self::DockerDaemon(Some(name))),
            Some(("oci", location)) => located(text, location).map(|(directory, reference)| Self::OciLayout { directory, reference }),
            Some(("oci-archive", location)) => located(text, location).map(|(file, reference)| Self::OciArchive { file, reference }),
            Some(("docker-archive", location)) => located(text, location).map(|(file, reference)| Self::DockerArchive { file, reference }),
            _ => Err(ParseSourceError::Transport { text: text.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn layout(directory: &str, reference: Option<&str>) -> Source {
        Source::OciLayout { directory: PathBuf::from(directory), reference: reference.map(str::to_owned) }
    }

    #[test]
    fn sources_are_read_as_containers_transports_writes_them() {
        for (text, expected) in [
            ("docker-daemon:", Source::DockerDaemon(None)),
            ("docker-daemon:ubuntu", Source::DockerDaemon(Some(EngineImageName("docker.io/library/ubuntu:latest".into())))),
            (&format!("docker-daemon:a.io/app@{DIGEST}"), Source::DockerDaemon(Some(EngineImageName(format!("a.io/app@{DIGEST}"))))),
            ("docker-daemon:sha256:0a1b", Source::DockerDaemon(Some(EngineImageName("sha256:0a1b".into())))),
            ("oci:build/image", layout("build/image", None)),
            ("oci:/tmp/x:v1", layout("/tmp/x", Some("v1"))),
            ("oci:/tmp/x:a:b", layout("/tmp/x", Some("a:b"))),
            ("oci-archive:x.tar", Source::OciArchive { file: "x.tar".into(), reference: None }),
            ("docker-archive:x.tar:app:v1", Source::DockerArchive { file: "x.tar".into(), reference: Some("app:v1".into()) }),
        ] {
            assert_eq!(text.parse::<Source>().unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_source_says_what_is_wrong() {
        let error = |text: &str| text.parse::<Source>().unwrap_err();
        for text in ["build/image", "ubuntu:22.04"] {
            assert!(matches!(error(text), ParseSourceError::Transport { .. }), "{text}");
        }
        for text in ["oci:", "oci-archive:file:"] {
            assert!(matches!(error(text), ParseSourceError::Incomplete { .. }), "{text}");
        }
        assert!(matches!(error("docker-daemon:sha256:xyz"), ParseSourceError::ImageId { .. }));
    }

    #[test]
    fn an_engine_name_cannot_carry_an_engine_url() {
        for text in ["docker-daemon:a?x", "docker-daemon:a#x", "docker-daemon:a/../../containers/create", "docker-daemon:%2e%2e"] {
            assert!(text.parse::<Source>().is_err(), "{text}");
        }
    }
}
