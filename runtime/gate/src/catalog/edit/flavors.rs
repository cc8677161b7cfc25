//! Edits of `[flavors]`.

use pushgate_sandbox::ComponentDigest;

use super::super::error::CatalogError;
use super::{Change, Edit, Replacement, section, set};
use crate::name::{Name, shorten};

impl Edit {
    /// Registers a flavor. The same component under its name is nothing to do.
    ///
    /// # Errors
    /// The name is taken by another component, or by a flavor that ships.
    pub fn add_flavor(&mut self, name: &Name, digest: &ComponentDigest) -> Result<Change, CatalogError> {
        match self.catalog.flavor(name.as_str()) {
            Ok(entry) if entry.digest == *digest => Ok(Change::Unneeded),
            Ok(_) if self.ships(name.as_str()) => Err(CatalogError::Ships { name: name.clone() }),
            Ok(entry) => Err(CatalogError::FlavorExists { name: name.clone(), registered: entry.digest, offered: *digest }),
            Err(CatalogError::UnknownFlavor { .. }) => self.set_flavor(name, digest).map(|()| Change::Made),
            Err(error) => Err(error),
        }
    }

    /// Gives a flavor's name to a component, whoever has it now.
    ///
    /// # Errors
    /// The flavor's entry is invalid in a way that a new digest does not mend, or the flavor ships.
    pub fn replace_flavor(&mut self, name: &Name, digest: &ComponentDigest) -> Result<Replacement, CatalogError> {
        let previous = self.catalog.flavor(name.as_str()).ok().map(|entry| entry.digest);
        let registries = self.catalog.users_of(name.as_str()).into_iter().map(str::to_owned).collect();
        if previous != Some(*digest) {
            if self.ships(name.as_str()) {
                return Err(CatalogError::Ships { name: name.clone() });
            }
            self.set_flavor(name, digest)?;
        }
        Ok(Replacement { previous, registries })
    }

    fn set_flavor(&mut self, name: &Name, digest: &ComponentDigest) -> Result<(), CatalogError> {
        self.apply(|root| {
            let flavors = section(root, "flavors")?;
            let entry = flavors.entry(name.as_str()).or_insert_with(toml_edit::table);
            set(entry.as_table_like_mut()?, "digest", digest.to_string().into());
            Some(())
        })?;
        self.catalog.flavor(name.as_str()).map(|_| ())
    }

    /// Forgets a flavor, which may be invalid. Its component stays in the store.
    ///
    /// # Errors
    /// There is none of this name, it ships, or registries ask it.
    pub fn remove_flavor(&mut self, name: &str) -> Result<(), CatalogError> {
        if !self.catalog.flavors.contains_key(name) {
            let name = self.catalog.flavor(name)?.name;
            return Err(CatalogError::Ships { name });
        }
        let registries: Vec<String> = self.catalog.users_of(name).into_iter().map(str::to_owned).collect();
        if !registries.is_empty() {
            return Err(CatalogError::FlavorInUse { name: shorten(name), registries });
        }
        self.apply(|root| section(root, "flavors")?.remove(name).map(|_| ()))
    }

    /// Whether this name means the flavor that ships. One that was registered under it, before it shipped, goes on under its name until it is deleted.
    fn ships(&self, name: &str) -> bool {
        self.catalog.builtins.named(name).is_some() && !self.catalog.flavors.contains_key(name)
    }
}
