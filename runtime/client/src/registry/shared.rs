//! What is known of a registry, for as long as the process lives, whatever is pushed there.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pushgate_net::{Timeouts, Transport};
use pushgate_reference::Origin;
use tokio::sync::watch;

use crate::auth::{Authenticator, Identity};
use crate::error::{RegistryError, RequestContext, Site, Step};
use crate::registry::connections::Connections;
use crate::registry::options::ClientOptions;

/// One registry, for one user: its connections, the tokens that it gave, and the waits that it asked for. All pushes there
/// share it; each has a [`RegistryClient`](crate::RegistryClient) of its own, nothing of one is seen by another, and none waits
/// for a request of another.
pub struct Registry {
    connections: Connections,
    authenticator: Authenticator,
    /// Whether the registry has answered anything yet.
    reached: AtomicBool,
    /// Whether a request went out with a token: then the credentials are good, and the wait for the token is over.
    pub(super) with_token: watch::Sender<bool>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Registry({})", self.origin())
    }
}

impl Registry {
    /// Sets up what is needed. Nothing is sent, and the system's certificates are read when they are first needed.
    ///
    /// # Errors
    /// If a file with certificates cannot be used.
    pub fn new(options: ClientOptions) -> Result<Arc<Self>, RegistryError> {
        Self::with_timeouts(options, Timeouts::default())
    }

    /// The same with other time limits.
    ///
    /// # Errors
    /// If a file with certificates cannot be used.
    pub fn with_timeouts(options: ClientOptions, timeouts: Timeouts) -> Result<Arc<Self>, RegistryError> {
        Ok(Self::over(&Connections::with_timeouts(&options, timeouts)?, options))
    }

    /// A registry over connections that were set up with the same options, but for the credentials.
    #[must_use]
    pub fn over(connections: &Connections, options: ClientOptions) -> Arc<Self> {
        let ClientOptions { host, credentials, credentials_error, token_servers, proxies, registered, .. } = options;
        let identity = Identity { host: host.to_string(), credentials, missing: credentials_error };
        let authenticator = Authenticator::new(
            connections.origin.clone(),
            identity,
            token_servers,
            proxies,
            registered,
            connections.transport.for_another(),
        );
        Arc::new(Self {
            connections: connections.clone(),
            authenticator,
            reached: AtomicBool::new(false),
            with_token: watch::Sender::new(false),
        })
    }

    pub(super) fn connections(&self) -> &Connections {
        &self.connections
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.connections.origin
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.connections.transport
    }

    pub(super) fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    pub(super) fn timeouts(&self) -> &Timeouts {
        self.transport().timeouts()
    }

    /// Whether it ever answered.
    pub(super) fn reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }

    pub(super) fn has_answered(&self) {
        self.reached.store(true, Ordering::Relaxed);
    }

    /// What is being done in a repository, and where.
    pub(super) fn context_of(&self, repository: &str, step: Step) -> RequestContext {
        let origin = Site::new(self.origin().to_string(), self.authenticator.registered());
        RequestContext { origin, repository: repository.into(), step }
    }
}
