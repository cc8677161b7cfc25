//! Edits of the hooks of a registry.

use toml_edit::{Array, ArrayOfTables, InlineTable, Item, TableLike, Value};

use super::super::entry::HookEntry;
use super::super::error::CatalogError;
use super::fields::{self, hook_table};
use super::{Change, Edit, section};

impl Edit {
    /// Adds a hook to a registry, to be asked after those that it has. An equal one is nothing to do.
    ///
    /// # Errors
    /// The registry or the flavor is unknown or its entry invalid; the registry has a hook with this flavor that differs.
    pub fn add_hook(&mut self, registry: &str, hook: &HookEntry) -> Result<Change, CatalogError> {
        let registry = self.catalog.registry(registry)?;
        self.catalog.flavor(hook.flavor.as_str())?;
        match registry.hooks.iter().find(|other| other.flavor == hook.flavor) {
            Some(other) if other == hook => return Ok(Change::Unneeded),
            Some(_) => {
                return Err(CatalogError::HookExists { registry: registry.name, flavor: hook.flavor.clone() });
            }
            None => {}
        }
        self.apply(|root| {
            let entry = section(root, "registries")?.get_mut(registry.name.as_str())?;
            let has_header = entry.as_table().is_some_and(|table| !table.is_dotted());
            let hooks = entry
                .as_table_like_mut()?
                .entry("hooks")
                .or_insert_with(|| if has_header { Item::ArrayOfTables(ArrayOfTables::new()) } else { toml_edit::value(Array::new()) });
            match hooks {
                Item::ArrayOfTables(tables) => tables.push(hook_table(hook)),
                other => other.as_array_mut()?.push(hook_table(hook).into_inline_table()),
            }
            Some(())
        })?;
        self.catalog.registry(registry.name.as_str()).map(|_| Change::Made)
    }

    /// Changes what a registry's hook is given. What is the same keeps its form and its comments.
    ///
    /// # Errors
    /// The registry is unknown or its entry invalid, or has no hook with this flavor.
    pub fn update_hook(&mut self, registry: &str, hook: &HookEntry) -> Result<Change, CatalogError> {
        let registry = self.catalog.registry(registry)?;
        let before = registry.hook(hook.flavor.as_str())?;
        if before == hook {
            return Ok(Change::Unneeded);
        }
        let (before, after) = (fields::of_hook(before), fields::of_hook(hook));
        self.apply(|root| {
            let entry = section(root, "registries")?.get_mut(registry.name.as_str())?.as_table_like_mut()?;
            let is_it = |table: &dyn TableLike| table.get("flavor").and_then(Item::as_str) == Some(hook.flavor.as_str());
            let table: &mut dyn TableLike = match entry.get_mut("hooks")? {
                Item::ArrayOfTables(tables) => tables.iter_mut().find(|table| is_it(*table))?,
                other => other.as_array_mut()?.iter_mut().filter_map(Value::as_inline_table_mut).find(|table| is_it(*table))?,
            };
            fields::change(table, before, after);
            Some(())
        })?;
        Ok(Change::Made)
    }

    /// Drops a registry's hook, whose flavor need not be registered.
    ///
    /// # Errors
    /// The registry is unknown or its entry invalid, or has no such hook.
    pub fn remove_hook(&mut self, registry: &str, flavor: &str) -> Result<(), CatalogError> {
        let registry = self.catalog.registry(registry)?;
        registry.hook(flavor)?;
        self.apply(|root| {
            let table = section(root, "registries")?.get_mut(registry.name.as_str())?.as_table_like_mut()?;
            let is_other = |table: &dyn TableLike| table.get("flavor").and_then(Item::as_str) != Some(flavor);
            let hooks = table.get_mut("hooks")?;
            match hooks {
                Item::ArrayOfTables(tables) => tables.retain(|table| is_other(table)),
                other => other.as_array_mut()?.retain(|value| value.as_inline_table().is_none_or(|table| is_other(table as &InlineTable))),
            }
            if registry.hooks.len() == 1 {
                table.remove("hooks")?;
            }
            Some(())
        })
    }
}
