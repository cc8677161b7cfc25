//! What lives as long as the process: every push of it uses the same.

use pushgate_credentials::CredentialSources;

use crate::catalogs::Catalogs;
use crate::clients::Clients;
use crate::engine::EngineEnvironment;
use crate::flavors::Flavors;

/// The parts of a process, each of which is handed to the steps that need it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Process {
    /// Which registries and flavors are registered.
    pub catalogs: Catalogs,
    /// Flavors that can be called.
    pub flavors: Flavors,
    /// How registries are spoken to.
    pub clients: Clients,
    /// How to reach the Docker Engine.
    pub engine: EngineEnvironment,
}

impl Process {
    /// Where registry credentials lie.
    pub fn credentials(&self) -> &CredentialSources {
        &self.clients.credentials
    }
}
