//! What is wanted of a source, beside its name. The two are put together once, and what does not apply is said there.

use std::path::PathBuf;

use pushgate_oci::{Compression, LayerOptions, Platform};

use super::error::SourceError;
use super::name::Source;

/// What is wanted of a source. The default is all of it, as it is.
#[derive(Debug, Clone, Default)]
pub struct SourceOptions {
    /// Only the image for this platform, without its attestations.
    pub platform: Option<Platform>,
    /// Whether everything is read and compared with its digest before a hook is asked, and layers with what the image's config says.
    pub verify: bool,
    /// What is done to layers that the source has as plain tar files; gzip if nothing is said.
    pub compression: Option<Compression>,
    /// Whether an image of the Docker Engine is taken out of it and pushed without it.
    pub direct: bool,
    /// Repositories of the registry that may have some of the layers.
    pub mount_from: Vec<String>,
    /// A directory for temporary files without names: compressed layers, and images that are taken out of the Docker Engine.
    pub temporary: PathBuf,
}

impl SourceOptions {
    pub(super) fn layers(&self) -> LayerOptions {
        LayerOptions { compression: self.compression.unwrap_or_default(), threads: None }
    }

    /// Refuses an image for another platform than the one that is wanted.
    pub(super) fn must_be(&self, found: &Platform) -> Result<(), SourceError> {
        match &self.platform {
            Some(asked) if !found.is_asked_for_by(asked) => {
                Err(SourceError::OtherPlatform { asked: asked.in_full(), found: found.in_full() })
            }
            _ => Ok(()),
        }
    }
}

/// A source with what is wanted of it.
#[derive(Debug, Clone)]
pub struct RequestedSource {
    pub(super) source: Source,
    pub(super) options: SourceOptions,
}

/// An option for another kind of source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{option} does not apply to `{transport}`: {reason}")]
pub struct SourceOptionError {
    option: &'static str,
    transport: &'static str,
    reason: &'static str,
    /// The remedy, where there is one.
    pub hint: Option<&'static str>,
}

impl RequestedSource {
    /// Puts the two together.
    ///
    /// # Errors
    /// An option does not apply to this kind of source.
    pub fn new(source: Source, options: SourceOptions) -> Result<Self, SourceOptionError> {
        let transport = source.transport();
        let refused = |option, reason, hint| Err(SourceOptionError { option, transport, reason, hint });
        let through_engine = matches!(source, Source::DockerDaemon(_)) && !options.direct;
        let from_layout = matches!(source, Source::OciLayout { .. } | Source::OciArchive { .. });
        let take_out = Some("with --direct, the image is taken out of the Docker Engine and pushed without it");
        if options.direct && !matches!(source, Source::DockerDaemon(_)) {
            return refused("--direct", "it is pushed without the Docker Engine as it is", None);
        }
        if options.verify && through_engine {
            return refused("--verify", "the Docker Engine reads the layers, not pushgate", take_out);
        }
        if options.compression.is_some() && through_engine {
            return refused("--compress", "the Docker Engine compresses the layers, not pushgate", take_out);
        }
        if !options.mount_from.is_empty() && through_engine {
            return refused("--mount-from", "the Docker Engine decides from where it mounts layers, not pushgate", take_out);
        }
        if options.compression.is_some() && from_layout {
            return refused("--compress", "its layers are pushed as its manifest names them", None);
        }
        Ok(Self { source, options })
    }

    /// Repositories of the registry that may have some of the layers, as somebody named them.
    pub fn mount_from(&self) -> &[String] {
        &self.options.mount_from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_applies_to_which_source() {
        let options = |platform, verify, compress, direct, mount_from| SourceOptions {
            platform: Some("linux/amd64".parse().unwrap()).filter(|_| platform),
            verify,
            compression: Some(Compression::None).filter(|_| compress),
            direct,
            mount_from: if mount_from { vec!["team/base".to_owned()] } else { Vec::new() },
            temporary: PathBuf::new(),
        };
        //                                    platform verify compress direct mount-from
        let sources: [(&str, [bool; 5]); 4] = [
            ("docker-daemon:", [true, false, false, true, false]),
            ("oci:x", [true, true, false, false, true]),
            ("oci-archive:x", [true, true, false, false, true]),
            ("docker-archive:x", [true, true, true, false, true]),
        ];
        for (source, applies) in sources {
            let parsed: Source = source.parse().unwrap();
            for (place, applies) in applies.into_iter().enumerate() {
                let only = |other| other == place;
                let requested = RequestedSource::new(parsed.clone(), options(only(0), only(1), only(2), only(3), only(4)));
                assert_eq!(requested.is_ok(), applies, "{source} {place}");
                if let Err(error) = requested {
                    assert!(error.to_string().contains(source.trim_end_matches('x')), "{error}");
                }
            }
            assert!(RequestedSource::new(parsed, SourceOptions::default()).is_ok());
        }
        assert!(RequestedSource::new("docker-daemon:".parse().unwrap(), options(true, true, true, true, true)).is_ok());
    }
}
