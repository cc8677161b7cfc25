//! The distribution protocol, as far as a push needs it.
//!
//! In reading order: `origin` says where we may connect at all; `connect` and `transport` send a request and read its
//! reply within limits; `pace` says how many at a time, `budget` how many at all, `retry` which of them again;
//! `authorise` answers a 401; `blobs`, `uploads`, `manifests`, `referrers` and `queries` are the requests of the
//! protocol, and `served` asks what became of a write. `outbound` sends what a flavor asks for, by the same rules of
//! `origin`.

mod origin;

mod authorities;
mod body;
mod budget;
mod connect;
mod direct;
mod pace;
mod pool;
mod proxy;
mod region;
mod retry;
mod socks;
mod tls;
mod transport;
mod waiting;

mod error;
mod reply;
mod warnings;

mod authorise;
mod challenge;

mod blobs;
mod handed;
mod manifests;
mod names;
mod queries;
mod questions;
mod referrers;
mod served;
mod sessions;
mod uploads;
mod verify;

mod ahead;
mod outbound;

#[cfg(test)]
pub(crate) mod memory;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::{AUTHORIZATION, HeaderValue};
use http::{Method, StatusCode};
use pushgate_reference::Host;
use tokio::sync::watch;
use tracing::debug;

pub use ahead::Connections;
pub use authorities::Authorities;
pub use budget::RequestBudget;
pub use error::{Place, Refusal, RegistryError, Site, Step};
pub use manifests::FetchedManifest;
pub use origin::{HttpGrant, HttpTarget, Scheme, TargetRefusal, TokenServer, http_target};
pub use outbound::{BoundCredential, CredentialForm, OutboundClient, OutboundError, OutboundRequest, OutboundResponse};
pub(crate) use pace::MAX_CONNECTIONS;
pub use proxy::Proxies;
pub(crate) use questions::{Questions, Rank};
pub use served::Served;
pub use transport::Timeouts;
pub(crate) use uploads::{Asking, UploadError};
pub use waiting::WaitListener;

use crate::credentials::{CredentialError, Credentials};
use authorise::{Access, Authoriser, Identity};
use blobs::Mounting;
use origin::{Origin, Reach};
use referrers::Linked;
use retry::{Retries, Verdict};
use sessions::Sessions;
use transport::{Answer, Destination, Outgoing, Transport};
use uploads::Lane;
use warnings::Warnings;

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
    /// Why there are none, if they could not be looked up. It matters once the registry asks for some, and is the
    /// reason given then.
    pub credentials_error: Option<Arc<CredentialError>>,
    /// Shown to the registry, and to its token server, when they ask for a certificate.
    pub client_certificate: Option<ClientCertificate>,
    /// Token servers on other hosts that are the registry's, besides those that are known.
    pub token_servers: Vec<TokenServer>,
    /// The ways through proxies.
    pub proxies: Proxies,
    /// The certificate authorities to trust besides those of `ca_file`.
    pub authorities: Authorities,
    /// Who hears of long waits.
    pub waits: Option<Arc<dyn WaitListener>>,
    /// The name that the caller has registered it by; for hints alone.
    pub registered: Option<String>,
}

impl ClientOptions {
    /// A registry of which only the place is known.
    #[must_use]
    pub fn new(host: Host, scheme: Scheme) -> Self {
        let credentials = Credentials::Anonymous;
        let (token_servers, proxies, authorities) = (Vec::new(), Proxies::default(), Authorities::default());
        let (ca_file, credentials_error, client_certificate, waits, registered) = (None, None, None, None, None);
        Self {
            host,
            scheme,
            ca_file,
            credentials,
            credentials_error,
            client_certificate,
            token_servers,
            proxies,
            authorities,
            waits,
            registered,
        }
    }
}

/// A certificate by which a client proves who it is, and its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// A PEM file with the certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// A PEM file with the key. Nothing of it is ever shown.
    pub key: PathBuf,
}

/// One registry. It needs a tokio runtime with time and I/O, keeps its connections for the next request, and can be shared.
pub struct RegistryClient {
    origin: Origin,
    transport: Arc<Transport>,
    authoriser: Authoriser,
    /// Whether the registry has answered anything yet.
    reached: AtomicBool,
    /// Whether a request went out with a token: then the credentials are good, and the wait for the token is over.
    with_token: watch::Sender<bool>,
    mounting: Mounting,
    lane: Lane,
    sessions: Sessions,
    linked: Linked,
    warnings: Warnings,
    /// Why layers were not mounted from repositories that the user named.
    not_mounted: Warnings,
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
    /// One more repository that the registry reads for it.
    also_pull: Option<&'a str>,
    /// The most bytes of a good answer.
    limit: u64,
}

impl RegistryClient {
    /// Sets up a client. Nothing is sent, and the system's certificates are read when they are first needed.
    ///
    /// # Errors
    /// If a file with certificates cannot be used.
    pub fn new(options: ClientOptions) -> Result<Self, RegistryError> {
        Self::with_timeouts(options, Timeouts::default())
    }

    /// The same with other time limits.
    ///
    /// # Errors
    /// If a file with certificates cannot be used.
    pub fn with_timeouts(options: ClientOptions, timeouts: Timeouts) -> Result<Self, RegistryError> {
        Ok(Self::over(&Connections::with_timeouts(&options, timeouts)?, options))
    }

    /// A client over connections that were set up with the same options, but for the credentials.
    #[must_use]
    pub fn over(connections: &Connections, options: ClientOptions) -> Self {
        let ClientOptions { host, credentials, credentials_error, token_servers, proxies, registered, .. } = options;
        let Connections { origin, transport } = connections.clone();
        let identity = Identity { credentials, missing: credentials_error };
        let mut authoriser = Authoriser::new(origin.clone(), host.to_string(), identity, token_servers, proxies);
        authoriser.registered = registered;
        Self {
            transport,
            authoriser,
            origin,
            reached: AtomicBool::new(false),
            with_token: watch::Sender::new(false),
            mounting: Mounting::default(),
            lane: Lane::new(),
            sessions: Sessions::default(),
            linked: Linked::default(),
            warnings: Warnings::default(),
            not_mounted: Warnings::default(),
        }
    }

    /// What the registry warned of so far (`Warning: 299`), each once.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.all()
    }

    /// Why blobs were sent that should have been mounted from another repository, each repository once.
    #[must_use]
    pub fn mount_warnings(&self) -> Vec<String> {
        self.not_mounted.all()
    }

    fn place(&self, call: &Call<'_>) -> Place {
        self.place_of(call.repository, call.step.clone())
    }

    fn place_of(&self, repository: &str, step: Step) -> Place {
        let origin = Site::new(self.origin.to_string(), self.authoriser.registered.as_deref());
        Place { origin, repository: repository.into(), step }
    }

    /// Sends a request that may be repeated: until there is an answer that will not pass, or no more attempts.
    async fn call(&self, call: &Call<'_>, outgoing: impl Fn() -> Outgoing + Sync) -> Result<Answer, RegistryError> {
        let mut retries = Retries::new(self.transport.timeouts());
        loop {
            let outcome = self.attempt_at_once(call, &outgoing).await;
            let verdict = match &outcome {
                Ok(answer) => retries.after_answer(answer),
                Err(error) => retries.after_error(error, self.reached()),
            };
            if matches!(verdict, Verdict::Again(_)) && budget::is_spent() {
                let last = match outcome {
                    Ok(answer) => self.unexpected(call, &answer).await,
                    Err(error) => error,
                };
                return Err(RegistryError::OutOfRequests { place: self.place(call), last: Some(Box::new(last)) });
            }
            if !self.wait_as(verdict, &self.place(call)).await? {
                return outcome;
            }
        }
    }

    fn reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }

    /// Waits before the next attempt, if there is to be one.
    async fn wait_as(&self, verdict: Verdict, place: &Place) -> Result<bool, RegistryError> {
        match verdict {
            Verdict::Final => Ok(false),
            Verdict::TooLong(wait) => Err(RegistryError::AsksToWait { place: place.clone(), wait }),
            Verdict::Again(wait) => {
                debug!(%place, ?wait, "trying again");
                self.transport.waits().asked(place, wait);
                tokio::time::sleep(wait).await;
                Ok(true)
            }
        }
    }

    /// Sends a request to the registry. A 401 is answered once. `outgoing` makes the request, and makes it anew for the second attempt.
    async fn attempt<E: From<RegistryError>>(
        &self,
        call: &Call<'_>,
        outgoing: impl AsyncFn() -> Result<Outgoing, E>,
        mut advanced: impl FnMut(u64),
    ) -> Result<Answer, E> {
        let mut is_last = false;
        loop {
            let used = self.authoriser.header(&self.transport, call.repository, call.access, call.also_pull).await?;
            let request = outgoing().await?;
            if let Some(answer) = self.exchange(call, request, used, is_last, &mut advanced).await? {
                return Ok(answer);
            }
            is_last = true;
        }
    }

    /// The same where nothing has to be waited for to make the request. A future that waits for a closure's cannot be moved to another thread, as
    /// those of flavors can.
    async fn attempt_at_once(&self, call: &Call<'_>, outgoing: &impl Fn() -> Outgoing) -> Result<Answer, RegistryError> {
        let mut is_last = false;
        loop {
            let used = self.authoriser.header(&self.transport, call.repository, call.access, call.also_pull).await?;
            if let Some(answer) = self.exchange(call, outgoing(), used, is_last, |_| ()).await? {
                return Ok(answer);
            }
            is_last = true;
        }
    }

    /// Sends a request with the authorization `used`. None if it was challenged and may be sent again.
    async fn exchange(
        &self,
        call: &Call<'_>,
        mut request: Outgoing,
        used: Option<HeaderValue>,
        is_last: bool,
        advanced: impl FnMut(u64),
    ) -> Result<Option<Answer>, RegistryError> {
        let place = self.place(call);
        if let Some(value) = &used {
            if value.as_bytes().starts_with(b"Bearer ") {
                self.with_token.send_replace(true);
            }
            request.headers.insert(AUTHORIZATION, value.clone());
        }
        // The user named the registry, so it may be anywhere.
        let destination = Destination { origin: &self.origin, reach: Reach::Anywhere, purpose: &place };
        let exchanged = self.transport.exchange(destination, request, call.limit, advanced).await;
        let answer = exchanged.map_err(|error| reply::failed(error, &place))?;
        self.reached.store(true, Ordering::Relaxed);
        for text in warnings::texts(&answer.headers) {
            self.warnings.add(self.authoriser.without_secrets(text).await);
        }
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(Some(answer));
        }
        if is_last {
            return Err(self.authoriser.rejected(&answer, &place, call.access, call.also_pull).await);
        }
        self.authoriser.challenged(&answer, used.as_ref(), &place).await?;
        Ok(None)
    }

    /// The error for a status that the step does not foresee.
    async fn unexpected(&self, call: &Call<'_>, answer: &Answer) -> RegistryError {
        match self.status(self.place(call), answer).await {
            RegistryError::Status { place, code: 403, text, .. } => self.authoriser.denied(place, call.access, call.also_pull, text).await,
            RegistryError::Status { place, code: 404, text, .. } => RegistryError::NotFound { place, text },
            error => error,
        }
    }

    /// The error for a status, with what the registry says about it.
    async fn status(&self, place: Place, answer: &Answer) -> RegistryError {
        let text = match reply::said(answer, &self.origin) {
            Some(text) => Some(self.authoriser.without_secrets(text).await),
            None => None,
        };
        RegistryError::Status { place, code: answer.status.as_u16(), text, retry_after: retry::asked_to_wait(answer) }
    }
}
