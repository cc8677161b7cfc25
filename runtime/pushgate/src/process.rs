//! What lives as long as the process: every push of it uses the same.

use pushgate_credentials::CredentialSources;
use pushgate_engine::EngineEnvironment;
use pushgate_gate::catalogs::Catalogs;
use pushgate_gate::clients::Clients;
use pushgate_gate::flavors::Flavors;

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
