//! Clients of registries: how each is spoken to, and as whom.

mod known;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pushgate_client::{ClientOptions, Connections, RegistryClient, RegistryError};
use pushgate_credentials::{CredentialError, CredentialSources, Credentials};
use pushgate_net::{Proxies, Timeouts, WaitListener};
use pushgate_reference::{Host, Scheme};

use crate::catalog::TransportSetting;
use crate::clients::known::KnownRegistries;
use crate::trust::TrustedConnection;

/// What all clients of a process have in common: where credentials lie, how registries are reached, and what is known of those that were.
/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Where registry credentials lie.
    pub credentials: CredentialSources,
    proxies: Proxies,
    timeouts: Timeouts,
    waits: Arc<dyn WaitListener>,
    known: Arc<KnownRegistries>,
}

impl Clients {
    /// Clients that look for credentials there, go these ways through proxies, and wait so long. `waits` hears of every wait that is long
    /// enough to wonder about.
    pub fn new(credentials: CredentialSources, proxies: Proxies, timeouts: Timeouts, waits: Arc<dyn WaitListener>) -> Self {
        Self { credentials, proxies, timeouts, waits, known: Arc::default() }
    }

    /// A client for one push to a registry, which may be registered by a name, with credentials for it or with the reason why they could not
    /// be looked up. Connections and tokens are those of the last push there with the same credentials.
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
        let mut options = self.options(host, connection);
        options.registered = name.map(str::to_owned);
        match credentials {
            Ok(credentials) => {
                options.credentials = credentials;
                self.known.registry(&options, self.timeouts).map(|registry| RegistryClient::of(&registry))
            }
            // Why there are none belongs to this push alone.
            Err(error) => {
                options.credentials_error = Some(error);
                self.known.connections(&options, self.timeouts).map(|connections| RegistryClient::over(&connections, options))
            }
        }
    }

    /// The connections to a registry. They are the same for all pushes there, whoever pushes, for as long as its certificates are.
    ///
    /// # Errors
    /// Its certificates cannot be used.
    pub fn connections(&self, host: &Host, connection: &TrustedConnection) -> Result<Connections, RegistryError> {
        self.known.connections(&self.options(host, connection), self.timeouts)
    }

    /// How a registry is spoken to, by nobody yet.
    fn options(&self, host: &Host, connection: &TrustedConnection) -> ClientOptions {
        let connection = connection.get();
        let scheme = match connection.transport {
            TransportSetting::PlainHttp => Scheme::Http,
            TransportSetting::Tls => Scheme::Https,
            TransportSetting::Default if host.is_loopback() => Scheme::Http,
            TransportSetting::Default => Scheme::Https,
        };
        ClientOptions {
            ca_file: connection.ca_file.clone(),
            client_certificate: connection.client_certificate.clone(),
            token_servers: connection.token_servers.clone(),
            proxies: self.proxies.clone(),
            authorities: self.credentials.authorities().clone(),
            waits: Some(Arc::clone(&self.waits)),
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
