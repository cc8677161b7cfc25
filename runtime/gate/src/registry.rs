//! A registry that a push may go to.

use pushgate_reference::RegistryUri;

use crate::catalog::{Catalog, CatalogError, HookEntry, RegistryEntry};
use crate::catalogs::Catalogs;
use crate::flavors::Component;
use crate::hook::Hook;
use crate::trust::{GivenConnection, TrustError, TrustedConnection};

/// A registry: what may go there, who is asked, how it is reached.
#[derive(Debug, Clone)]
pub struct ResolvedRegistry {
    /// Its name in the catalog; none if it is not registered.
    pub name: Option<String>,
    /// What images may go to it.
    pub uri: RegistryUri,
    /// Who is asked, in order.
    pub hooks: Vec<Hook>,
    /// How it is reached.
    pub connection: TrustedConnection,
}

/// Why a registry of the catalog cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// It asks a flavor that is not registered.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// It stands in a catalog of others, and decides how credentials travel.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// A repository from which no layer can be mounted: it does not lie in the registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("layers cannot be mounted from `{name}`, which is not a repository in {uri}")]
pub struct NotMountable {
    /// The repository, as it was named.
    pub name: String,
    /// The registry.
    pub uri: RegistryUri,
}

impl ResolvedRegistry {
    /// A registry of the catalog with these hooks, and how it is reached.
    pub fn from_entry(entry: RegistryEntry, hooks: Vec<Hook>, connection: TrustedConnection) -> Self {
        Self { name: Some(entry.name.to_string()), uri: entry.uri, hooks, connection }
    }

    /// A registry of the catalog with its hooks looked up there, and how it is reached, with what the user says in the place of what is registered.
    ///
    /// # Errors
    /// See [`ResolveError`].
    pub fn resolve(catalogs: &Catalogs, catalog: &Catalog, entry: RegistryEntry, given: &GivenConnection) -> Result<Self, ResolveError> {
        let connection = catalogs.trusted_connection(&entry, given)?;
        let hooks = entry.hooks.iter().map(|hook| hook_of(catalogs, catalog, &entry, hook)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::from_entry(entry, hooks, connection))
    }

    /// Repositories from which layers may be mounted: they lie in the registry, as everything that a push touches does. A name may have the
    /// registry's host before it.
    ///
    /// # Errors
    /// A repository lies outside.
    pub fn mountable(&self, names: &[String]) -> Result<Vec<String>, NotMountable> {
        let host = self.uri.host();
        let mountable = |name: &String| {
            let repository = name.strip_prefix(host.as_str()).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
            if self.uri.contains_repository(host, repository) {
                return Ok(repository.to_owned());
            }
            Err(NotMountable { name: name.clone(), uri: self.uri.clone() })
        };
        names.iter().map(mountable).collect()
    }
}

fn hook_of(catalogs: &Catalogs, catalog: &Catalog, registry: &RegistryEntry, entry: &HookEntry) -> Result<Hook, ResolveError> {
    let flavor = catalog.hook_flavor(registry, entry)?;
    catalogs.require_trust(&entry.credentials)?;
    Ok(Hook {
        label: entry.flavor.to_string(),
        component: Component::Stored(flavor.digest),
        settings: entry.settings.clone(),
        grants: entry.grants.clone(),
        credentials: entry.credentials.clone(),
        limits: entry.limits.clone(),
        mode: entry.mode,
    })
}
