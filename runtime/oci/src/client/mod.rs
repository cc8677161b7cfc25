//! The distribution protocol, as far as a push needs it.
//!
//! In reading order: `origin` says where we may connect at all; `connect` and `transport` send a request and read its reply within limits;
//! `authorise` answers a 401; `manifests`, `referrers` and `uploads` are the requests of the protocol.

mod origin;

mod body;
mod connect;
mod tls;
mod transport;

mod error;
mod reply;

mod authorise;
mod challenge;

mod manifests;
mod names;
mod referrers;
mod uploads;

use std::fmt;
use std::path::PathBuf;

use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use pushgate_reference::Host;

pub use error::{Place, RegistryError, Step};
pub use manifests::FetchedManifest;
pub use origin::Scheme;
pub(crate) use transport::MAX_CONNECTIONS;
pub use transport::Timeouts;
pub(crate) use uploads::UploadError;

use crate::credentials::Credentials;
use authorise::{Access, Authoriser};
use connect::Connector;
use origin::{Origin, Reach};
use transport::{Answer, Destination, Outgoing, Transport};

/// Which registry, and who one is there.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// As it stands in a reference; Docker Hub's other name on the wire is known.
    pub host: Host,
    /// In clear only if the caller says so; there is no falling back from TLS.
    pub scheme: Scheme,
    /// A PEM file with certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// What is shown to the registry when it asks, and to nobody else but its token server.
    pub credentials: Credentials,
}

/// One registry. It needs a tokio runtime with time and I/O, keeps its connections for the next request, and can be shared.
pub struct RegistryClient {
    origin: Origin,
    transport: Transport,
    authoriser: Authoriser,
}

impl fmt::Debug for RegistryClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RegistryClient({})", self.origin)
    }
}

/// A request of the protocol: everything but the authorization.
struct Call<'a> {
    method: Method,
    repository: &'a str,
    step: Step,
    access: Access,
    /// The most bytes of a good answer.
    limit: u64,
}

impl RegistryClient {
    /// Sets up a client. Nothing is sent, and the system's certificates are read when they are first needed.
    ///
    /// # Errors
    /// If the CA file cannot be used.
    pub fn new(options: ClientOptions) -> Result<Self, RegistryError> {
        Self::with_timeouts(options, Timeouts::default())
    }

    /// The same with other time limits.
    ///
    /// # Errors
    /// If the CA file cannot be used.
    pub fn with_timeouts(options: ClientOptions, timeouts: Timeouts) -> Result<Self, RegistryError> {
        let ClientOptions { host, scheme, ca_file, credentials } = options;
        let certificates = ca_file.as_deref().map(tls::read_ca_file).transpose()?.unwrap_or_default();
        let origin = Origin::of_registry(scheme, &host);
        Ok(Self {
            transport: Transport::new(Connector::new(certificates, timeouts.connect), timeouts),
            authoriser: Authoriser::new(origin.clone(), host.to_string(), credentials),
            origin,
        })
    }

    fn place(&self, call: &Call<'_>) -> Place {
        Place { origin: self.origin.to_string(), repository: call.repository.to_owned(), step: call.step.clone() }
    }

    /// Sends a request to the registry. A 401 is answered once. `outgoing` makes the request, and makes it anew for the second attempt.
    async fn call<E: From<RegistryError>>(
        &self,
        call: &Call<'_>,
        outgoing: impl AsyncFn() -> Result<Outgoing, E>,
        mut advanced: impl FnMut(u64),
    ) -> Result<Answer, E> {
        let place = self.place(call);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut request = outgoing().await?;
            let used = self.authoriser.header(&self.transport, call.repository, call.access).await?;
            if let Some(value) = &used {
                request.headers.insert(AUTHORIZATION, value.clone());
            }
            // The user named the registry, so it may be anywhere.
            let destination = Destination { origin: &self.origin, reach: Reach::Anywhere };
            let exchanged = self.transport.exchange(destination, request, call.limit, &mut advanced).await;
            let answer = exchanged.map_err(|error| reply::failed(error, &place))?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
            if attempt == 2 {
                return Err(self.authoriser.rejected(&answer, &place).into());
            }
            self.authoriser.challenged(&answer, used.as_ref(), &place).await?;
        }
    }

    /// The error for a status that the step does not foresee.
    async fn unexpected(&self, call: &Call<'_>, answer: &Answer) -> RegistryError {
        let place = self.place(call);
        let text = match reply::text(&answer.body) {
            Some(text) => Some(self.authoriser.without_secrets(text).await),
            None => None,
        };
        match answer.status {
            StatusCode::FORBIDDEN => RegistryError::Denied { place, text },
            StatusCode::NOT_FOUND => RegistryError::NotFound { place, text },
            status => RegistryError::Status { place, code: status.as_u16(), text },
        }
    }
}
