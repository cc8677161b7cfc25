//! Where a push may go: a registered registry, or a URI with everything about it on the command line.

use pushgate_reference::RegistryUri;

use crate::catalog::{Connection, RegistryEntry};
use crate::hooks::Hook;
use crate::report::RegistryReport;

/// Where the caller wants an image to go.
#[derive(Debug, Clone)]
pub enum Destination {
    /// A registry of the catalog: the one of this name, or the one that the catalog chooses.
    Registered(Option<String>),
    /// Nothing registered.
    Given(Box<Registry>),
}

/// A registry: what may go there, who is asked, how it is reached.
#[derive(Debug, Clone)]
pub struct Registry {
    /// Its name in the catalog; none with `--uri`.
    pub name: Option<String>,
    /// What images may go to it.
    pub uri: RegistryUri,
    /// Who is asked, in order.
    pub hooks: Vec<Hook>,
    /// How it is reached.
    pub connection: Connection,
}

impl Registry {
    /// A registry of the catalog with its hooks looked up.
    pub fn from_entry(entry: RegistryEntry, hooks: Vec<Hook>) -> Self {
        Self { name: Some(entry.name.to_string()), uri: entry.uri, hooks, connection: entry.connection }
    }

    /// How it is told in a report.
    pub fn report(&self) -> RegistryReport {
        RegistryReport { name: self.name.clone(), uri: self.uri.to_string() }
    }
}
