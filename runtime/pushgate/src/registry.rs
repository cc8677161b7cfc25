//! A registry that a push may go to.

use pushgate_reference::RegistryUri;

use crate::catalog::RegistryEntry;
use crate::exit::{Failure, Kind};
use crate::hook::Hook;
use crate::trust::TrustedConnection;

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
    pub connection: TrustedConnection,
}

impl Registry {
    /// A registry of the catalog with its hooks looked up, and how it is reached.
    pub fn from_entry(entry: RegistryEntry, hooks: Vec<Hook>, connection: TrustedConnection) -> Self {
        Self { name: Some(entry.name.to_string()), uri: entry.uri, hooks, connection }
    }

    /// Repositories from which layers may be mounted: they lie in the registry, as everything that a push touches does. A name may have the
    /// registry's host before it.
    ///
    /// # Errors
    /// Exit 3 for a repository outside.
    pub fn mountable(&self, names: &[String]) -> Result<Vec<String>, Failure> {
        let host = self.uri.host();
        let mountable = |name: &String| {
            let repository = name.strip_prefix(host.as_str()).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
            if self.uri.contains_repository(host, repository) {
                return Ok(repository.to_owned());
            }
            let problem = format!("layers cannot be mounted from `{name}`, which is not a repository in {}", self.uri);
            Err(Failure::new(Kind::RefusedByScope, problem).with_hint(Some(format!("name it as in {host}/REPOSITORY, without a tag"))))
        };
        names.iter().map(mountable).collect()
    }
}
