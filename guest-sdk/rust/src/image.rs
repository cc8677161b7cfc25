//! The images of a push.

use std::cell::OnceCell;
use std::fmt;

use serde::de::DeserializeOwned;

use crate::{Refusal, deny, host, json};

/// One image of the push: one platform of a multi-platform image, or the only one.
///
/// Each text is fetched from the host when it is first asked for.
pub struct Image {
    host: host::Image,
    platform: OnceCell<String>,
    labels: OnceCell<Vec<(String, String)>>,
    annotations: OnceCell<Vec<(String, String)>>,
    config: OnceCell<String>,
}

impl Image {
    pub(crate) fn new(host: host::Image) -> Self {
        Self { host, platform: OnceCell::new(), labels: OnceCell::new(), annotations: OnceCell::new(), config: OnceCell::new() }
    }

    /// `os/architecture[/variant]`, for example `linux/arm64/v8`.
    pub fn platform(&self) -> &str {
        self.platform.get_or_init(|| self.host.platform())
    }

    /// The labels of the image config, sorted by key.
    pub fn labels(&self) -> &[(String, String)] {
        self.labels.get_or_init(|| self.host.labels())
    }

    /// The value of one label, if the image has it.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels().iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The annotations of the image's manifest, sorted by key. Empty where the manifest is made only in the push, as that of the Docker Engine's images is.
    /// A flavor that asks this needs version 0.1.2 of the contract.
    pub fn annotations(&self) -> &[(String, String)] {
        self.annotations.get_or_init(|| self.host.annotations())
    }

    /// The value of one annotation, if the image's manifest has it.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations().iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The image config as JSON: an OCI image-spec document that the host rebuilt, with the same members for every source. Its bytes do not
    /// hash to the config's digest.
    pub fn config(&self) -> &str {
        self.config.get_or_init(|| self.host.config())
    }

    /// What a registry holds of the image, in bytes: its config and its layers as they are pushed, each layer once. `None` where the layers are packed only
    /// in the push, as those of the Docker Engine's images are. A flavor that asks this needs version 0.1.1 of the contract.
    pub fn compressed_size(&self) -> Option<u64> {
        self.host.compressed_size()
    }

    /// The image's layers uncompressed, in bytes. `None` where nobody has counted: of most compressed layers. A flavor that asks this needs version 0.1.1 of the contract.
    pub fn uncompressed_size(&self) -> Option<u64> {
        self.host.uncompressed_size()
    }

    /// The image config, read into a type with the members that the flavor looks at, or into an [`ImageConfig`](crate::ImageConfig).
    ///
    /// # Errors
    /// [`ConfigError`] with the place of the member that does not fit `T`.
    pub fn parse_config<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        json::parse(self.config()).map_err(|cause| ConfigError { platform: self.platform().to_owned(), cause })
    }
}

/// An image config that does not fit the type that [`Image::parse_config`] was asked for. As a refusal it is [`Refusal::Other`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    platform: String,
    cause: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the config of the image for {} is not what the flavor expects: {}", self.platform, self.cause)
    }
}

impl std::error::Error for ConfigError {}

impl From<ConfigError> for Refusal {
    #[track_caller]
    fn from(error: ConfigError) -> Self {
        Self::other(error.to_string())
    }
}

/// Why the images of a push could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InspectError {
    /// The source does not hold the image.
    NotFound,
    /// The push holds no image but an artifact of this type.
    NotAnImage(String),
    /// The source did not answer.
    Unavailable(String),
    /// Anything else that the host tells.
    Other(String),
}

impl fmt::Display for InspectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => formatter.write_str("the image was not found"),
            Self::NotAnImage(artifact_type) => write!(formatter, "not a container image but an artifact of type `{artifact_type}`"),
            Self::Unavailable(reason) => write!(formatter, "the images cannot be read: {reason}"),
            Self::Other(reason) => write!(formatter, "the images cannot be looked at: {reason}"),
        }
    }
}

impl std::error::Error for InspectError {}

/// An artifact is denied with the code `not-an-image`, so that a rule about every image is never true of none; an image that is not found or
/// cannot be read is [`Refusal::Unavailable`]. A flavor that lets artifacts pass matches on [`InspectError::NotAnImage`] first.
impl From<InspectError> for Refusal {
    #[track_caller]
    fn from(error: InspectError) -> Self {
        let message = error.to_string();
        match error {
            InspectError::NotAnImage(artifact_type) => deny("not-an-image", message)
                .hint("this registry's rules are about container images: push artifacts to another registry")
                .detail("artifact-type", artifact_type)
                .into(),
            InspectError::NotFound | InspectError::Unavailable(_) => Self::unavailable(message),
            InspectError::Other(_) => Self::other(message),
        }
    }
}
