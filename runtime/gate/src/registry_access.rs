//! The registry of one push: who we are there, and the client that asks it and pushes to it. Made when it is first needed, and then the same for
//! the hooks' questions and for the push.

use std::sync::Arc;

use pushgate_client::{RegistryClient, RegistryError};
use pushgate_credentials::{CredentialError, CredentialSources, Credentials, Found};
use pushgate_net::ClientCertificate;
use tokio::sync::OnceCell;

use crate::clients::{Clients, OpenUploads};
use crate::decision::Warning;
use crate::registry::ResolvedRegistry;

/// Why there is no client of a registry.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AccessError {
    /// Credentials cannot be read.
    #[error(transparent)]
    Credentials(Arc<CredentialError>),
    /// No connection can be made as it is registered: certificates cannot be used.
    #[error(transparent)]
    Client(Arc<RegistryError>),
    /// A defect: what reads credentials panicked.
    #[error("credentials are not read: {0}")]
    Stopped(String),
}

/// Access to one registry.
#[derive(Debug)]
pub struct RegistryAccess {
    clients: Clients,
    uploads: OpenUploads,
    registry: ResolvedRegistry,
    repository: String,
    made: OnceCell<Made>,
}

/// What was found and made, once.
#[derive(Debug)]
struct Made {
    access: Result<Access, AccessError>,
    warnings: Vec<Warning>,
}

/// A client, and what it shows.
#[derive(Debug)]
pub struct Access {
    /// The client.
    pub client: Arc<RegistryClient>,
    /// What the client shows, for the Docker Engine.
    pub credentials: Credentials,
    /// Why there are none, if a credential helper is missing or failed. It matters where the registry asks for some.
    pub credentials_error: Option<Arc<CredentialError>>,
}

impl RegistryAccess {
    /// Reads nothing yet. `repository` is the one that is pushed to: there may be credentials for it alone.
    /// Uploads that are opened there become some of `uploads`.
    pub fn new(clients: &Clients, uploads: &OpenUploads, registry: &ResolvedRegistry, repository: &str) -> Self {
        let (clients, uploads, registry, repository) = (clients.clone(), uploads.clone(), registry.clone(), repository.to_owned());
        Self { clients, uploads, registry, repository, made: OnceCell::new() }
    }

    /// Opens connections to the registry while the hooks are asked, for a push of so many blobs. They are nothing but
    /// connections: no request goes out, and no credentials are looked for. What is wrong with them is told by the
    /// first request.
    pub fn open_ahead(&self, blobs: usize) {
        if let Ok(connections) = self.clients.connections(self.registry.uri.host(), &self.registry.connection) {
            connections.open_ahead(blobs);
        }
    }

    /// Where credentials lie, for the requests of its hooks.
    pub fn credential_sources(&self) -> &CredentialSources {
        &self.clients.credentials
    }

    /// The registry.
    pub fn registry(&self) -> &ResolvedRegistry {
        &self.registry
    }

    /// The client, with the credentials. Whoever gives up waiting while a credential helper runs leaves the rest to the next who asks.
    ///
    /// # Errors
    /// Credentials or certificates cannot be read.
    pub async fn get(&self) -> Result<&Access, AccessError> {
        let make = || async {
            let (clients, uploads) = (self.clients.clone(), self.uploads.clone());
            let (registry, repository) = (self.registry.clone(), self.repository.clone());
            // A credential helper may take its time.
            let made = tokio::task::spawn_blocking(move || {
                let mut warnings = Vec::new();
                Made { access: make(&clients, &uploads, &registry, &repository, &mut warnings), warnings }
            });
            made.await.unwrap_or_else(|error| Made { access: Err(AccessError::Stopped(error.to_string())), warnings: Vec::new() })
        };
        self.made.get_or_init(make).await.access.as_ref().map_err(Clone::clone)
    }

    /// What is odd about files with secrets, as far as they were looked at.
    pub fn warnings(&self) -> Vec<Warning> {
        self.made.get().map(|made| made.warnings.clone()).unwrap_or_default()
    }
}

fn make(
    clients: &Clients,
    uploads: &OpenUploads,
    registry: &ResolvedRegistry,
    repository: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Access, AccessError> {
    let (found, missing) = match clients.credentials.credentials(registry.uri.host(), Some(repository)) {
        Ok(found) => (found, None),
        // A registry that asks for nothing needs none.
        Err(error) if error.is_of_helper() => (Found::default(), Some(Arc::new(error))),
        Err(error) => return Err(AccessError::Credentials(Arc::new(error))),
    };
    let key = registry.connection.get().client_certificate.as_ref().and_then(ClientCertificate::warning);
    let warning = |code: &str, message| Warning { hook: None, code: Some(code.to_owned()), message, hint: None };
    warnings.extend(found.warnings.into_iter().chain(key).map(|message| warning("secret.readable", message)));
    warnings.extend(found.notes.into_iter().map(|message| warning("credentials.ignored", message)));
    let credentials = missing.clone().map_or_else(|| Ok(found.credentials.clone()), Err);
    let client = clients.client(registry.name.as_deref(), registry.uri.host(), &registry.connection, credentials);
    let client = client.map(Arc::new).map_err(|error| AccessError::Client(Arc::new(error)))?;
    uploads.of(&client);
    Ok(Access { client, credentials: found.credentials, credentials_error: missing })
}
