//! The local Docker Engine: the image that a push starts from, and one of the two ways out.
//!
//! ```no_run
//! # async fn push(scoped: &pushgate_reference::ScopedReference, credentials: &pushgate_credentials::Credentials) -> Result<(), Box<dyn std::error::Error>> {
//! use pushgate_engine::{DockerEngine, EngineEnvironment, EngineName};
//!
//! // The environment is read once, by the command line, and handed in.
//! let environment = EngineEnvironment { docker_host: Some("unix:///run/docker.sock".into()), ..EngineEnvironment::default() };
//! let engine = DockerEngine::connect(&environment).await?;
//!
//! // What the name means is resolved once, before anybody is asked about it …
//! let name = EngineName::of(scoped).ok_or("the Docker Engine pushes to tags alone")?;
//! let image = engine.inspect(&name.to_string()).await?;
//! // … and is looked at again before it is pushed.
//! engine.ensure_tag_still(&name, &image.id).await?;
//! let digest = engine.push(&name, credentials, scoped.host(), &()).await?;
//! # let _ = digest;
//! # Ok(())
//! # }
//! ```
//!
//! The digest that [`DockerEngine::push`] returns is what the daemon said. It is not confirmed: the caller asks the registry.
//!
//! # What goes through bollard, and what does not
//!
//! Version and tag are bollard's, over a transport of ours that opens one connection for each request, bounds what is
//! read from it and adds the API version that bollard 0.21 leaves out. Inspections and pushes are sent over that same transport
//! directly: bollard keeps all that an inspection holds, encodes the credentials of a push with an alphabet that the daemon ignores, drops
//! `error` and `aux` from its stream, and buffers a line without a bound. bollard is named nowhere outside this module.

mod environment;
mod export;
mod image;
mod bollard_client;
mod push_stream;
mod authentication;
mod name;
mod transport;
mod tls;
mod error;
mod failure;
mod version;
mod fault;
mod text;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pushgate_credentials::Credentials;
use pushgate_oci::Digest;
use pushgate_reference::Host;

pub use self::environment::EngineEnvironment;
pub use self::error::{Attempt, EngineError};
pub use self::failure::{EngineFault, RegistryFault};
pub use self::image::{EngineImage, EngineImageId, ImageStore};
pub use self::name::EngineName;
pub use self::push_stream::{EngineProgress, LayerState};

use self::authentication::{Authentication, server_address};
use self::bollard_client::BollardClient;
use self::fault::Fault;
use self::text::bounded;
use self::transport::EngineTransport;
use self::version::ApiVersion;

/// How long the daemon may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineLimits {
    /// Until a daemon is connected and has told its version.
    pub connect: Duration,
    /// For one whole request that is not a push.
    pub request: Duration,
    /// Between two signs of life during a push, or while an image is taken out of the Engine. A registry may need minutes to commit a large layer, and the daemon says nothing
    /// meanwhile.
    pub idle: Duration,
    /// How many bytes an image has that is taken out of the Engine.
    pub export: u64,
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), request: Duration::from_secs(60), idle: Duration::from_secs(300), export: 256 << 30 }
    }
}

/// A Docker Engine that has answered. Cloning is cheap. It holds no secret.
#[derive(Clone)]
pub struct DockerEngine {
    transport: Arc<EngineTransport>,
    client: BollardClient,
    version: ApiVersion,
    description: Arc<str>,
    limits: EngineLimits,
}

impl fmt::Debug for DockerEngine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DockerEngine").field("description", &self.description).finish_non_exhaustive()
    }
}

impl DockerEngine {
    /// Connects to the Engine that the environment names, or else to the first of the usual sockets where one answers.
    ///
    /// # Errors
    /// [`EngineError::HostRefused`] for an address that is never tried, [`EngineError::NoDaemon`] with everything that was
    /// tried, [`EngineError::Version`] for a daemon that cannot be spoken with.
    pub async fn connect(environment: &EngineEnvironment) -> Result<Self, EngineError> {
        Self::connect_with_limits(environment, EngineLimits::default()).await
    }

    /// As [`DockerEngine::connect`], with other limits.
    ///
    /// # Errors
    /// Those of [`DockerEngine::connect`].
    pub async fn connect_with_limits(environment: &EngineEnvironment, limits: EngineLimits) -> Result<Self, EngineError> {
        let mut tried = Vec::new();
        for candidate in environment.candidates()? {
            let address = candidate.to_string();
            match Self::connect_to(candidate.transport()?, &address, limits).await {
                Ok(engine) => return Ok(engine),
                Err(Refusal::Unreachable(fault)) => tried.push(Attempt { address, fault }),
                Err(Refusal::Version(problem)) => return Err(EngineError::Version { address, problem }),
            }
        }
        Err(EngineError::NoDaemon { tried })
    }

    async fn connect_to(transport: EngineTransport, address: &str, limits: EngineLimits) -> Result<Self, Refusal> {
        let transport = Arc::new(transport);
        let client = BollardClient::new(Arc::clone(&transport), None, limits.connect);
        let told = client.version().await.map_err(Refusal::Unreachable)?;
        let version = version::negotiate(&told).map_err(Refusal::Version)?;
        let description = format!("Docker Engine {} (API {version}) at {address}", bounded(&told.engine, 64));
        tracing::debug!(%description, "connected");
        Ok(Self {
            client: BollardClient::new(Arc::clone(&transport), Some(version), limits.request),
            transport,
            version,
            description: description.into(),
            limits,
        })
    }

    /// The daemon's version, the API version in use, and where it was found, in one line for a person.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What the Engine holds under a name (`repository:tag`) or an image ID (`sha256:…`, which may be shortened).
    ///
    /// # Errors
    /// [`EngineError::NoSuchImage`], [`EngineError::Index`] for an image of several platforms, and the daemon's own failures.
    pub async fn inspect(&self, name_or_id: &str) -> Result<EngineImage, EngineError> {
        EngineImage::from_inspect(name_or_id, &self.ask_for(name_or_id).await?)
    }

    /// Which image that is, and nothing else about it: it may be one of several platforms.
    ///
    /// # Errors
    /// [`EngineError::NoSuchImage`], and the daemon's own failures.
    pub async fn identify(&self, name_or_id: &str) -> Result<EngineImageId, EngineError> {
        EngineImageId::from_inspect(name_or_id, &self.ask_for(name_or_id).await?)
    }

    async fn ask_for(&self, name_or_id: &str) -> Result<Bytes, EngineError> {
        name::check(name_or_id)?;
        match self.client.inspect(name_or_id).await {
            Ok(inspected) => Ok(inspected),
            Err(Fault::Status { code: 404, .. }) => Err(EngineError::NoSuchImage { name: bounded(name_or_id, 512) }),
            Err(fault) => Err(EngineError::request(format!("inspecting {name_or_id}"), fault)),
        }
    }

    /// Writes the image `id` as `docker save` does, as it comes; what is in it is not looked at. An error of the writer is told by
    /// `unwritable`.
    ///
    /// Dropping the future ends it.
    ///
    /// # Errors
    /// [`EngineError::NoSuchImage`], the daemon's own failures, an answer that breaks off, stalls or is larger than
    /// [`EngineLimits::export`], and those of the writer.
    pub async fn export<W, E>(&self, id: &Digest, writer: W, unwritable: impl FnOnce(io::Error) -> E) -> Result<W, E>
    where
        W: Write + Send + 'static,
        E: From<EngineError>,
    {
        let EngineLimits { idle, export: limit, .. } = self.limits;
        export::export(&self.transport, self.version, idle, limit, id, writer, unwritable).await
    }

    /// Gives the image `id` one more name.
    ///
    /// # Errors
    /// [`EngineError::NoSuchImage`], and the daemon's own failures.
    pub async fn tag(&self, id: &Digest, name: &EngineName) -> Result<(), EngineError> {
        match self.client.tag(id, name).await {
            Ok(()) => Ok(()),
            Err(Fault::Status { code: 404, .. }) => Err(EngineError::NoSuchImage { name: id.to_string() }),
            Err(fault) => Err(EngineError::request(format!("tagging {id} as {name}"), fault)),
        }
    }

    /// Proves that `name` still means the image `id`, which the hooks were asked about.
    ///
    /// # Errors
    /// [`EngineError::TagMoved`] where it means another image or none, and the daemon's own failures.
    pub async fn ensure_tag_still(&self, name: &EngineName, id: &Digest) -> Result<(), EngineError> {
        let moved = |found: Option<Digest>| EngineError::TagMoved { name: name.to_string(), expected: id.clone(), found };
        match self.inspect(&name.to_string()).await {
            Ok(image) if image.id == *id => Ok(()),
            Ok(image) => Err(moved(Some(image.id))),
            Err(EngineError::NoSuchImage { .. }) => Err(moved(None)),
            Err(error) => Err(error),
        }
    }

    /// Lets the daemon push exactly this repository and tag, and returns the digest that it names at the end: unconfirmed.
    ///
    /// `server` is the registry that the credentials are for. Dropping the future closes the connection, and the
    /// daemon gives up the push.
    ///
    /// # Errors
    /// [`EngineError::Push`] for what the daemon reports (see [`EngineError::blames_registry`]), [`EngineError::NoDigest`] for a
    /// stream that ends without saying what was pushed.
    pub async fn push(
        &self,
        name: &EngineName,
        credentials: &Credentials,
        server: &Host,
        progress: &dyn EngineProgress,
    ) -> Result<Digest, EngineError> {
        let authentication = Authentication::new(credentials, server_address(server, name.repository()));
        push_stream::push(&self.transport, self.version, self.limits.idle, name, &authentication, progress).await
    }
}

/// Why one candidate did not become the Engine.
enum Refusal {
    /// Nobody is there: the next candidate is tried.
    Unreachable(Fault),
    /// A daemon is there and cannot be used: going on to another one would hide that.
    Version(String),
}
