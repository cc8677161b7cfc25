//! Clients of registries: how each is spoken to, and as whom.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pushgate_client::{ClientOptions, Connections, RegistryClient, RegistryError};
use pushgate_credentials::{CredentialError, CredentialSources, Credentials};
use pushgate_net::{Proxies, Timeouts, WaitListener};
use pushgate_reference::{Host, Scheme};

use crate::catalog::Transport;
use crate::trust::TrustedConnection;

/// What all clients of a process have in common. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Where registry credentials lie.
    pub credentials: CredentialSources,
    /// The ways through proxies.
    pub proxies: Proxies,
    /// How long registries are waited for.
    pub timeouts: Timeouts,
    /// Hears of every wait that is long enough to wonder about.
    pub waits: Arc<dyn WaitListener>,
}

impl Clients {
    /// A client of a registry, which may be registered by a name, with credentials for it or with the reason why they
    /// could not be looked up.
    ///
    /// # Errors
    /// Its certificates cannot be used.
    pub fn client(
        &self,
        name: Option<&str>,
        host: &Host,
        connection: &TrustedConnection,
        credentials: Result<Credentials, Arc<CredentialError>>,
    ) -> Result<RegistryClient, RegistryError> {
        RegistryClient::with_timeouts(self.options(name, host, connection, credentials), self.timeouts)
    }

    /// The connections to a registry, for a client with these options.
    ///
    /// # Errors
    /// Its certificates cannot be used.
    pub fn connections(&self, options: &ClientOptions) -> Result<Connections, RegistryError> {
        Connections::with_timeouts(options, self.timeouts)
    }

    /// How a registry is spoken to, and as whom.
    pub fn options(
        &self,
        name: Option<&str>,
        host: &Host,
        connection: &TrustedConnection,
        credentials: Result<Credentials, Arc<CredentialError>>,
    ) -> ClientOptions {
        let connection = connection.get();
        let scheme = match connection.transport {
            Transport::PlainHttp => Scheme::Http,
            Transport::Tls => Scheme::Https,
            Transport::Default if host.is_loopback() => Scheme::Http,
            Transport::Default => Scheme::Https,
        };
        let (credentials, credentials_error) = match credentials {
            Ok(credentials) => (credentials, None),
            Err(error) => (Credentials::Anonymous, Some(error)),
        };
        ClientOptions {
            ca_file: connection.ca_file.clone(),
            credentials,
            credentials_error,
            client_certificate: connection.client_certificate.clone(),
            token_servers: connection.token_servers.clone(),
            proxies: self.proxies.clone(),
            authorities: self.credentials.authorities().clone(),
            waits: Some(Arc::clone(&self.waits)),
            registered: name.map(str::to_owned),
            ..ClientOptions::new(host.clone(), scheme)
        }
    }
}

/// The clients of one push, each of which may have uploads open.
#[derive(Debug, Clone, Default)]
pub struct OpenUploads(Arc<Mutex<Vec<Arc<RegistryClient>>>>);

impl OpenUploads {
    /// Keeps a client for [`OpenUploads::cancel`].
    pub fn of(&self, client: &Arc<RegistryClient>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(client));
    }

    /// Lets registries give up the uploads of a push that was dropped. It ends after `limit`, whatever they do.
    pub async fn cancel(&self, limit: Duration) {
        let clients = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for client in clients {
            client.cancel_uploads(limit).await;
        }
    }
}
