//! What a hook sees: the push, its images, and the host that lends them.

use std::time::SystemTime;

use async_trait::async_trait;

use crate::{Capability, HttpError, HttpRequest, HttpResponse, QueryError};

/// The push that a hook is asked about. The host has proven that the reference lies inside the registry's URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// `registry/repository:tag`, or `registry/repository@digest` without a tag; canonical.
    pub reference: String,
    /// The registry's host, with a port if it has one.
    pub registry: String,
    /// The whole path of the repository.
    pub repository: String,
    /// `None` when it is pushed by digest only.
    pub tag: Option<String>,
    /// The canonical URI that the registry was registered with.
    pub registry_uri: String,
    /// The settings that this registry gives the flavor: a JSON object.
    pub settings: String,
    /// Seconds since 1970-01-01 UTC when the push was asked for.
    pub requested_at: u64,
    /// Whether nothing will be pushed whatever the answer is.
    pub dry_run: bool,
}

impl Push {
    /// A push of `registry/repository:tag` that is asked for now, with empty settings.
    pub fn tagged(registry_uri: &str, registry: &str, repository: &str, tag: &str) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self {
            reference: format!("{registry}/{repository}:{tag}"),
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag: Some(tag.to_owned()),
            registry_uri: registry_uri.to_owned(),
            settings: "{}".to_owned(),
            requested_at: now.map_or(0, |now| now.as_secs()),
            dry_run: false,
        }
    }
}

/// One image of the push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `os/architecture[/variant]`.
    pub platform: String,
    /// The labels of the image config. The sandbox sorts them by key before a guest sees them.
    pub labels: Vec<(String, String)>,
    /// The image config as an OCI image-spec document.
    pub config: String,
    /// What a registry holds of it, in bytes: its config and its layers as they are pushed. `None` where they are compressed only in the push.
    pub compressed_size: Option<u64>,
    /// Its layers uncompressed, in bytes. `None` where nobody has counted.
    pub uncompressed_size: Option<u64>,
    /// The annotations of its manifest, where it has one before the push. The sandbox sorts them by key before a guest sees them.
    pub annotations: Vec<(String, String)>,
}

/// Why the images cannot be looked at. The texts are shown to the guest: no secret may be in them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// The source has no such image.
    #[error("no such image")]
    NotFound,
    /// The push holds no image but an artifact of this type.
    #[error("not an image but an artifact of type `{0}`")]
    NotAnImage(String),
    /// The source did not answer.
    #[error("{0}")]
    Unavailable(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// How grave a log message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// For whoever debugs the flavor.
    Trace,
    /// For whoever debugs the flavor.
    Debug,
    /// For the person who pushes.
    Info,
    /// For the person who pushes; kept in the report.
    Warn,
    /// For the person who pushes; kept in the report.
    Error,
}

/// One message of a flavor. The text is the guest's: cut at [`Limits::text_bytes`](crate::Limits::text_bytes), not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// How grave it is.
    pub level: LogLevel,
    /// The text.
    pub message: String,
}

/// What the sandbox asks of the program that embeds it, on behalf of the guest.
#[async_trait]
pub trait FlavorHost: Send + Sync {
    /// The images of the push, in the order of its index, never an empty list. Asked at most once a call: the sandbox keeps the answer.
    ///
    /// The time that this takes does not count against [`Limits::wall`](crate::Limits::wall), so an implementation bounds it. It may be
    /// dropped at any await point, when the call is cancelled.
    ///
    /// # Errors
    /// What the guest is told. An implementation remembers that it failed if the difference matters to it afterwards.
    async fn images(&self) -> Result<Vec<Image>, InspectError>;

    /// The digest that the tag points to after the push; none where the manifest is made only in the push. Asked at most once a call, as
    /// [`images`](Self::images) is, and its time counts as little.
    ///
    /// # Errors
    /// What the guest is told.
    async fn digest(&self) -> Result<Option<String>, InspectError> {
        Ok(None)
    }

    /// A message of the guest that is within the limits, while the hook runs. [`Call::log`](crate::Call::log) holds the same.
    fn log(&self, _record: &LogRecord) {}

    /// Whether this flavor may use a capability at all. Where it may not, the functions below are not called, and the guest is told so.
    fn grants(&self, _capability: Capability) -> bool {
        false
    }

    /// The guest was told that its call was one too many, or that the reply to it was more than is left: its own doing, whatever it says of it.
    fn limit_exceeded(&self) {}

    /// Whether a repository of the registry exists.
    ///
    /// Unlike [`images`](Self::images), the time that this and the functions below take counts against
    /// [`Limits::wall`](crate::Limits::wall), and their calls and the bytes of their answers against
    /// [`Limits::capability_calls`](crate::Limits::capability_calls) and [`Limits::capability_bytes`](crate::Limits::capability_bytes). All of
    /// them may be dropped at any await point. The names are the guest's: an implementation checks them, and that they lie where the flavor
    /// may look.
    ///
    /// # Errors
    /// What the guest is told.
    async fn repository_exists(&self, _repository: &str) -> Result<bool, QueryError> {
        Err(QueryError::NotGranted)
    }

    /// The tags of a repository that come after `after`: sorted, at most `limit`, which is at most 1,000. What is more is cut.
    ///
    /// # Errors
    /// What the guest is told.
    async fn tags(&self, _repository: &str, _after: Option<&str>, _limit: u32) -> Result<Vec<String>, QueryError> {
        Err(QueryError::NotGranted)
    }

    /// The digest of the manifest that a tag points to.
    ///
    /// # Errors
    /// What the guest is told.
    async fn manifest_digest(&self, _repository: &str, _tag: &str) -> Result<Option<String>, QueryError> {
        Err(QueryError::NotGranted)
    }

    /// Sends a request. `limit` is the most bytes that the header and the body of the response may have together.
    ///
    /// # Errors
    /// What the guest is told.
    async fn send(&self, _request: HttpRequest, _limit: usize) -> Result<HttpResponse, HttpError> {
        Err(HttpError::nothing_granted())
    }
}

/// The host of a push without images, which grants nothing.
#[async_trait]
impl FlavorHost for () {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        Err(InspectError::NotFound)
    }
}
