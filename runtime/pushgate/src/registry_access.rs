//! The registry of one push: who we are there, and the client that asks it and pushes to it. Made when it is first needed, and then the same for
//! the hooks' questions and for the push.

use std::sync::Arc;

use pushgate_oci::{ClientCertificate, Credentials, RegistryClient};
use tokio::sync::OnceCell;

use crate::destination::Registry;
use crate::exit::{Failure, Kind};
use crate::gate::Gate;
use crate::report::Warning;

/// Access to one registry.
#[derive(Debug)]
pub struct RegistryAccess {
    gate: Gate,
    registry: Registry,
    repository: String,
    made: OnceCell<Result<Access, Failure>>,
}

/// What was found and made.
#[derive(Debug)]
pub struct Access {
    /// The client.
    pub client: Arc<RegistryClient>,
    /// What the client shows, for the Docker Engine.
    pub credentials: Credentials,
    /// What is odd about files with secrets.
    pub warnings: Vec<Warning>,
}

impl RegistryAccess {
    /// Reads nothing yet. `repository` is the one that is pushed to: there may be credentials for it alone.
    pub fn new(gate: &Gate, registry: &Registry, repository: &str) -> Self {
        Self { gate: gate.clone(), registry: registry.clone(), repository: repository.to_owned(), made: OnceCell::new() }
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The client, with the credentials. Whoever gives up waiting while a credential helper runs leaves the rest to the next who asks.
    ///
    /// # Errors
    /// Credentials or certificates cannot be read.
    pub async fn get(&self) -> Result<&Access, Failure> {
        let make = || async {
            let (gate, registry, repository) = (self.gate.clone(), self.registry.clone(), self.repository.clone());
            // A credential helper may take its time.
            let made = tokio::task::spawn_blocking(move || make(&gate, &registry, &repository)).await;
            made.unwrap_or_else(|stopped| Err(Failure::new(Kind::Defect, format!("credentials are not read: {stopped}"))))
        };
        self.made.get_or_init(make).await.as_ref().map_err(Clone::clone)
    }
}

fn make(gate: &Gate, registry: &Registry, repository: &str) -> Result<Access, Failure> {
    let found = gate.credentials().credentials(registry.uri.host(), Some(repository))?;
    let key = registry.connection.client_certificate.as_ref().and_then(ClientCertificate::warning);
    let warning = |message| Warning { hook: None, code: Some("secret.readable".to_owned()), message, hint: None };
    let warnings = found.warnings.into_iter().chain(key).map(warning).collect();
    let client = Arc::new(gate.client(registry.uri.host(), &registry.connection, found.credentials.clone())?);
    gate.remember(&client);
    Ok(Access { client, credentials: found.credentials, warnings })
}
