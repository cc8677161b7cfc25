//! bollard over our own transport: version and tag. An inspection goes past it: bollard's models take whatever an answer holds, 500 MB for 9 MiB
//! of layers.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bollard::errors::Error as BollardError;
use bollard::query_parameters::TagImageOptionsBuilder;
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use pushgate_oci::Digest;

use super::fault::Fault;
use super::name::EngineName;
use super::text::bounded;
use super::transport::EngineTransport;
use super::version::{ApiVersion, ToldVersion};

/// The most that is read for one answer through bollard: 64 KiB. A version has 2 of them.
const READ_LIMIT: u64 = 64 * 1024;
/// The most that is read for an inspection. It holds the image's configuration, which is at most 4 MiB, up to twice.
pub(super) const INSPECT_LIMIT: u64 = 9 * 1024 * 1024;

/// bollard's client, and the limit for one whole request: bollard's own covers the response head alone.
#[derive(Clone)]
pub(super) struct BollardClient {
    docker: Result<Docker, Arc<str>>,
    transport: Arc<EngineTransport>,
    version: Option<ApiVersion>,
    limit: Duration,
}

impl BollardClient {
    /// A client whose requests go to `transport`, for `version` of the API; without one, for whatever the daemon takes.
    pub(super) fn new(transport: Arc<EngineTransport>, version: Option<ApiVersion>, limit: Duration) -> Self {
        let ours = Arc::clone(&transport);
        let send = move |mut request: BollardRequest| {
            let transport = Arc::clone(&transport);
            async move {
                // bollard 0.21 builds its URLs with the version and then joins the path over it.
                if let Some(version) = version {
                    version.prefix(&mut request).map_err(carry)?;
                }
                transport.send(request, READ_LIMIT).await.map_err(carry)
            }
        };
        // In whole seconds, and never before our own limit.
        let head_limit = limit.as_secs().saturating_add(1);
        let docker = Docker::connect_with_custom_transport(send, Some("http://docker"), head_limit, API_DEFAULT_VERSION)
            .map_err(|error| Arc::from(bounded(&error.to_string(), 256)));
        Self { docker, transport: ours, version, limit }
    }

    pub(super) async fn version(&self) -> Result<ToldVersion, Fault> {
        let told = self.ask(async |docker| docker.version().await).await?;
        Ok(ToldVersion { engine: told.version.unwrap_or_default(), newest: told.api_version, oldest: told.min_api_version })
    }

    /// The answer, as it came. The name was checked: it can stand in a path.
    pub(super) async fn inspect(&self, name_or_id: &str) -> Result<Bytes, Fault> {
        let ask = async {
            let request = Request::get(format!("/images/{name_or_id}/json")).body(Empty::<Bytes>::new());
            let mut request = request.map_err(|error| Fault::Broken(bounded(&error.to_string(), 256)))?;
            if let Some(version) = self.version {
                version.prefix(&mut request)?;
            }
            let response = self.transport.send(request, INSPECT_LIMIT).await?;
            Ok(response.into_body().collect().await.map_err(|error| Fault::behind(&error))?.to_bytes())
        };
        let answer = tokio::time::timeout(self.limit, ask).await.unwrap_or(Err(Fault::Silent(self.limit)));
        answer.map_err(|fault: Fault| fault.redacted(str::to_owned))
    }

    pub(super) async fn tag(&self, id: &Digest, name: &EngineName) -> Result<(), Fault> {
        let options = TagImageOptionsBuilder::new().repo(name.repository()).tag(name.tag()).build();
        self.ask(async |docker| docker.tag_image(id.as_str(), Some(options)).await).await
    }

    async fn ask<'a, T, F>(&'a self, request: impl FnOnce(&'a Docker) -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, BollardError>>,
    {
        let docker = self.docker.as_ref().map_err(|reason| Fault::Unreachable(reason.to_string()))?;
        match tokio::time::timeout(self.limit, request(docker)).await {
            Err(_) => Err(Fault::Silent(self.limit)),
            Ok(Err(error)) => Err(uncarry(error).redacted(str::to_owned)),
            Ok(Ok(answer)) => Ok(answer),
        }
    }
}

/// Takes a fault of the transport through bollard …
fn carry(fault: Fault) -> BollardError {
    BollardError::IOError { err: io::Error::other(fault) }
}

/// … and out again.
fn uncarry(error: BollardError) -> Fault {
    match error {
        BollardError::IOError { err } => match err.downcast::<Fault>() {
            Ok(fault) => fault,
            Err(error) => Fault::behind(&error),
        },
        BollardError::HyperResponseError { err } => Fault::behind(&err),
        BollardError::DockerResponseServerError { status_code, message } => Fault::Status { code: status_code, message },
        other => Fault::Unreadable(other.to_string()),
    }
}
