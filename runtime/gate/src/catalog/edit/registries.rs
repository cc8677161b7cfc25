//! Edits of `[registries]` and of the default registry.

use pushgate_reference::RegistryUri;
use toml_edit::{Item, Key, Table, TableLike};

use super::super::entry::{Connection, RegistryEntry};
use super::super::error::CatalogError;
use super::super::parse::DEFAULT_REGISTRY;
use super::fields::hook_table;
use super::{Change, Edit, fields, section, set};
use crate::name::Name;

impl Edit {
    /// Registers a registry with its hooks. An equal one under its name is nothing to do.
    ///
    /// # Errors
    /// The name is taken by a registry that differs, or by an invalid entry; a hook's flavor is not registered or stands twice; the path of
    /// a file is relative or not UTF-8.
    pub fn add_registry(&mut self, entry: &RegistryEntry) -> Result<Change, CatalogError> {
        for hook in &entry.hooks {
            self.catalog.flavor(hook.flavor.as_str())?;
        }
        let connection = fields::of_connection(&entry.connection)?;
        match self.catalog.registry(entry.name.as_str()) {
            Ok(registered) if registered == *entry => return Ok(Change::Unneeded),
            Ok(_) => return Err(CatalogError::RegistryExists { name: entry.name.clone() }),
            Err(CatalogError::UnknownRegistry { .. }) => {}
            Err(error) => return Err(error),
        }
        self.apply(|root| {
            let mut table = Table::new();
            table.insert("uri", toml_edit::value(entry.uri.to_string()));
            fields::add(&mut table, connection);
            if !entry.hooks.is_empty() {
                table.insert("hooks", Item::ArrayOfTables(entry.hooks.iter().map(hook_table).collect()));
            }
            section(root, "registries")?.insert(entry.name.as_str(), Item::Table(table));
            Some(())
        })?;
        self.catalog.registry(entry.name.as_str()).map(|_| Change::Made)
    }

    /// Changes what lies inside a registry and how it is reached. What is the same keeps its form and its comments.
    ///
    /// # Errors
    /// The registry is unknown or its entry invalid; the path of a file is relative or not UTF-8.
    pub fn update_registry(&mut self, name: &str, uri: &RegistryUri, connection: &Connection) -> Result<Change, CatalogError> {
        let registered = self.catalog.registry(name)?;
        let (before, after) = (fields::of_connection(&registered.connection)?, fields::of_connection(connection)?);
        if registered.uri == *uri && registered.connection == *connection {
            return Ok(Change::Unneeded);
        }
        self.apply(|root| {
            let table = section(root, "registries")?.get_mut(name)?.as_table_like_mut()?;
            if registered.uri != *uri {
                set(table, "uri", uri.to_string().into());
            }
            fields::change(table, before, after);
            Some(())
        })?;
        Ok(Change::Made)
    }

    /// Gives a registry another name, at its place and with its comments. The default registry stays the default one. One whose entry is
    /// invalid can be renamed if that mends it.
    ///
    /// # Errors
    /// There is none of the old name, or the new one is taken.
    pub fn rename_registry(&mut self, old: &str, new: &Name) -> Result<Change, CatalogError> {
        if !self.catalog.registries.contains_key(old) {
            self.catalog.registry(old)?;
        }
        if old == new.as_str() {
            return Ok(Change::Unneeded);
        }
        if self.catalog.registries.contains_key(new.as_str()) {
            return Err(CatalogError::RegistryTaken { name: new.clone() });
        }
        let is_default = self.default_is(old);
        self.apply(|root| {
            rename(section(root, "registries")?, old, new.as_str())?;
            if is_default {
                set(root, DEFAULT_REGISTRY, new.as_str().into());
            }
            Some(())
        })?;
        Ok(Change::Made)
    }

    /// Registers a registry once more under another name. It is not the default one.
    ///
    /// # Errors
    /// There is none of the old name or its entry is invalid; the new name is taken by a registry that differs.
    pub fn copy_registry(&mut self, old: &str, new: &Name) -> Result<Change, CatalogError> {
        let entry = self.catalog.registry(old)?;
        self.add_registry(&RegistryEntry { name: new.clone(), ..entry }).map_err(|error| match error {
            CatalogError::RegistryExists { name } => CatalogError::RegistryTaken { name },
            other => other,
        })
    }

    fn default_is(&self, name: &str) -> bool {
        matches!(self.catalog.default_registry(), Ok(Some(default)) if default.as_str() == name)
    }

    /// Forgets a registry, which may be invalid. If it is the default one, there is no default any more.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn remove_registry(&mut self, name: &str) -> Result<(), CatalogError> {
        if !self.catalog.registries.contains_key(name) {
            self.catalog.registry(name)?;
        }
        let is_default = self.default_is(name);
        self.apply(|root| {
            section(root, "registries")?.remove(name)?;
            if is_default {
                root.remove(DEFAULT_REGISTRY)?;
            }
            Some(())
        })
    }

    /// Makes a registry the default one.
    ///
    /// # Errors
    /// There is none of this name, or its entry is invalid.
    pub fn set_default(&mut self, name: &str) -> Result<Change, CatalogError> {
        let name = self.catalog.registry(name)?.name;
        if self.default_is(name.as_str()) {
            return Ok(Change::Unneeded);
        }
        self.apply(|root| {
            set(root, DEFAULT_REGISTRY, name.as_str().into());
            Some(())
        })?;
        Ok(Change::Made)
    }
}

/// Gives a key another name. Tables keep the order of their entries, so all of them are put in again.
fn rename(table: &mut dyn TableLike, old: &str, new: &str) -> Option<()> {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    let entries: Vec<(Key, Item)> =
        keys.iter().map(|key| table.get_key_value(key).map(|(key, item)| (key.clone(), item.clone()))).collect::<Option<_>>()?;
    table.clear();
    for (key, item) in entries {
        let key = if key.get() == old {
            Key::new(new).with_leaf_decor(key.leaf_decor().clone()).with_dotted_decor(key.dotted_decor().clone())
        } else {
            key
        };
        table.entry_format(&key).or_insert(item);
    }
    Some(())
}
