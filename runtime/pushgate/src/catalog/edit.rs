//! Changes to the catalog. Each step is tried on the text, and the text that comes out is read as a catalog again before the next.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pushgate_oci::ClientCertificate;
use pushgate_sandbox::ComponentDigest;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::entry::{Connection, HookEntry, RegistryEntry};
use super::error::{CatalogError, Known, Position};
use super::parse::{self, DEFAULT_REGISTRY};
use super::{Catalog, MAX_CATALOG_BYTES, read, values};
use crate::files::{self, FileError, Lock};
use crate::hook_mode::HookMode;
use crate::name::{Name, shorten};

/// A catalog without an entry.
pub(super) const EMPTY: &str = "version = 1\n";

/// A catalog that is being changed, under its lock.
#[derive(Debug)]
pub struct Edit {
    text: String,
    catalog: Catalog,
}

/// Whether something was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was.
    Made,
    /// What was asked for is so already.
    Unneeded,
}

/// What [`Edit::replace_flavor`] replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The component that had the name; none if the name was free or its entry invalid. It can be the new one.
    pub previous: Option<ComponentDigest>,
    /// The registries that ask this flavor.
    pub registries: Vec<String>,
}

pub(super) fn edit<T, E: From<CatalogError>>(path: &Path, change: impl FnOnce(&mut Edit) -> Result<T, E>) -> Result<T, E> {
    let target = target(path).map_err(CatalogError::from)?;
    let _lock = lock(&target).map_err(CatalogError::from)?;
    let (before, catalog) = read(&target)?;
    let mut edit = Edit { text: before.unwrap_or_else(|| EMPTY.to_owned()), catalog };
    let unchanged = edit.text.clone();
    let result = change(&mut edit)?;
    if edit.text != unchanged {
        files::replace(&target, edit.text.as_bytes()).map_err(CatalogError::from)?;
    }
    Ok(result)
}

/// The file behind the path: replacing a symbolic link itself would part it from what it leads to.
fn target(path: &Path) -> Result<PathBuf, FileError> {
    match fs::canonicalize(path) {
        Ok(target) => Ok(target),
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => Ok(path.to_owned()),
        Err(source) => Err(FileError::System { action: "open", path: path.to_owned(), source }),
    }
}

fn lock(target: &Path) -> Result<Lock, FileError> {
    if let Some(folder) = target.parent() {
        files::create_folder(folder)?;
    }
    Lock::acquire(&files::with_suffix(target, ".lock"))
}

impl Edit {
    /// The catalog with the changes made so far.
    pub const fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Registers a flavor. The same component under its name is nothing to do.
    ///
    /// # Errors
    /// The name is taken by another component.
    pub fn add_flavor(&mut self, name: &Name, digest: &ComponentDigest) -> Result<Change, CatalogError> {
        match self.catalog.flavor(name.as_str()) {
            Ok(entry) if entry.digest == *digest => Ok(Change::Unneeded),
            Ok(entry) => Err(CatalogError::FlavorExists { name: name.clone(), registered: entry.digest, offered: *digest }),
            Err(CatalogError::UnknownFlavor { .. }) => self.set_flavor(name, digest).map(|()| Change::Made),
            Err(error) => Err(error),
        }
    }

    /// Gives a flavor's name to a component, whoever has it now.
    ///
    /// # Errors
    /// The flavor's entry is invalid in a way that a new digest does not mend.
    pub fn replace_flavor(&mut self, name: &Name, digest: &ComponentDigest) -> Result<Replacement, CatalogError> {
        let previous = self.catalog.flavor(name.as_str()).ok().map(|entry| entry.digest);
        let registries = self.catalog.users_of(name.as_str()).into_iter().map(str::to_owned).collect();
        if previous != Some(*digest) {
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
    /// There is none of this name, or registries ask it.
    pub fn remove_flavor(&mut self, name: &str) -> Result<(), CatalogError> {
        if !self.catalog.flavors.contains_key(name) {
            self.catalog.flavor(name)?;
        }
        let registries: Vec<String> = self.catalog.users_of(name).into_iter().map(str::to_owned).collect();
        if !registries.is_empty() {
            return Err(CatalogError::FlavorInUse { name: shorten(name), registries });
        }
        self.apply(|root| section(root, "flavors")?.remove(name).map(|_| ()))
    }

    /// Registers a registry with its hooks. An equal one under its name is nothing to do.
    ///
    /// # Errors
    /// The name is taken by a registry that differs, or by an invalid entry; a hook's flavor is not registered or stands twice; the path of
    /// a file is relative or not UTF-8.
    pub fn add_registry(&mut self, entry: &RegistryEntry) -> Result<Change, CatalogError> {
        for hook in &entry.hooks {
            self.catalog.flavor(hook.flavor.as_str())?;
        }
        let connection = connection(&entry.connection)?;
        match self.catalog.registry(entry.name.as_str()) {
            Ok(registered) if registered == *entry => return Ok(Change::Unneeded),
            Ok(_) => return Err(CatalogError::RegistryExists { name: entry.name.clone() }),
            Err(CatalogError::UnknownRegistry { .. }) => {}
            Err(error) => return Err(error),
        }
        self.apply(|root| {
            let mut table = Table::new();
            table.insert("uri", toml_edit::value(entry.uri.to_string()));
            for (key, value) in connection {
                table.insert(key, Item::Value(value));
            }
            if !entry.hooks.is_empty() {
                table.insert("hooks", Item::ArrayOfTables(entry.hooks.iter().map(hook_table).collect()));
            }
            section(root, "registries")?.insert(entry.name.as_str(), Item::Table(table));
            Some(())
        })?;
        self.catalog.registry(entry.name.as_str()).map(|_| Change::Made)
    }

    /// Forgets a registry, which may be invalid. If it is the default one, there is no default any more.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn remove_registry(&mut self, name: &str) -> Result<(), CatalogError> {
        if !self.catalog.registries.contains_key(name) {
            self.catalog.registry(name)?;
        }
        let is_default = matches!(self.catalog.default_registry(), Ok(Some(default)) if default.as_str() == name);
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
        if matches!(self.catalog.default_registry(), Ok(Some(default)) if *default == name) {
            return Ok(Change::Unneeded);
        }
        self.apply(|root| {
            set(root, DEFAULT_REGISTRY, name.as_str().into());
            Some(())
        })?;
        Ok(Change::Made)
    }

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

    /// Drops a registry's hook, whose flavor need not be registered.
    ///
    /// # Errors
    /// The registry is unknown or its entry invalid, or has no such hook.
    pub fn remove_hook(&mut self, registry: &str, flavor: &str) -> Result<(), CatalogError> {
        let registry = self.catalog.registry(registry)?;
        if !registry.hooks.iter().any(|hook| hook.flavor.as_str() == flavor) {
            let known = Known::new(flavor, registry.hooks.iter().map(|hook| hook.flavor.as_str()));
            return Err(CatalogError::NoSuchHook { registry: registry.name, flavor: shorten(flavor), known });
        }
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

    /// Tries a step: the text that it makes has to be a catalog, without an invalid entry that was valid before. `step` returns nothing where
    /// the text has another shape than the catalog that was read from it, which would be a defect.
    fn apply(&mut self, step: impl FnOnce(&mut Table) -> Option<()>) -> Result<(), CatalogError> {
        let path = self.catalog.path.clone();
        let defect = |reason: &str| CatalogError::Damaged {
            path: path.clone(),
            position: Position { line: 1, column: 1 },
            reason: reason.to_owned(),
        };
        let mut document: DocumentMut = self.text.parse().map_err(|_| defect("it does not parse any more"))?;
        step(document.as_table_mut()).ok_or_else(|| defect("it is not built as it was read"))?;
        let text = document.to_string();
        if text.len() as u64 > MAX_CATALOG_BYTES {
            return Err(CatalogError::Full { path, limit: MAX_CATALOG_BYTES });
        }
        let catalog = parse::catalog(&path, text.as_bytes())?;
        let flavors = catalog
            .flavors
            .iter()
            .filter_map(|(name, entry)| entry.as_ref().err().filter(|_| !matches!(self.catalog.flavors.get(name), Some(Err(_)))));
        let registries = catalog
            .registries
            .iter()
            .filter_map(|(name, entry)| entry.as_ref().err().filter(|_| !matches!(self.catalog.registries.get(name), Some(Err(_)))));
        if let Some(error) = flavors.chain(registries).next() {
            return Err(catalog.unusable(error));
        }
        (self.text, self.catalog) = (text, catalog);
        Ok(())
    }
}

/// `[flavors]` or `[registries]`; one that is not there yet gets no header of its own.
fn section<'a>(root: &'a mut Table, key: &str) -> Option<&'a mut dyn TableLike> {
    let implicit = || {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    };
    root.entry(key).or_insert_with(implicit).as_table_like_mut()
}

/// Sets a field, keeping the comment behind the old value.
fn set(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *value.decor_mut() = old.decor().clone();
    }
    match table.get_mut(key) {
        Some(item) => *item = Item::Value(value),
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

fn hook_table(hook: &HookEntry) -> Table {
    let mut table = Table::new();
    table.insert("flavor", toml_edit::value(hook.flavor.as_str()));
    if !hook.settings.is_empty() {
        table.insert("settings", toml_edit::value(values::inline(&hook.settings)));
    }
    if !hook.grants.is_empty() {
        table.insert("grants", toml_edit::value(hook.grants.iter().map(ToString::to_string).collect::<Array>()));
    }
    if !hook.credentials.is_empty() {
        table.insert("credentials", toml_edit::value(hook.credentials.iter().map(ToString::to_string).collect::<Array>()));
    }
    if !hook.limits.is_empty() {
        table.insert("limits", toml_edit::value(values::limits_inline(&hook.limits)));
    }
    if hook.mode != HookMode::default() {
        table.insert("mode", toml_edit::value(hook.mode.word()));
    }
    table
}

/// The catalog is text, and what it names must not depend on where a command is typed.
fn file(path: &Path) -> Result<Value, CatalogError> {
    let refused = |rule| CatalogError::NamedFile { path: path.to_owned(), rule };
    if !path.is_absolute() {
        return Err(refused("absolute"));
    }
    path.to_str().map(Value::from).ok_or_else(|| refused("UTF-8"))
}

/// What is written about how a registry is reached.
fn connection(connection: &Connection) -> Result<Vec<(&'static str, Value)>, CatalogError> {
    let mut fields = Vec::new();
    fields.extend(connection.transport.word().map(|word| ("transport", word.into())));
    if let Some(path) = &connection.ca_file {
        fields.push(("ca-file", file(path)?));
    }
    if let Some(ClientCertificate { certificate, key }) = &connection.client_certificate {
        fields.extend([("client-certificate", file(certificate)?), ("client-key", file(key)?)]);
    }
    if !connection.token_servers.is_empty() {
        fields.push(("token-servers", connection.token_servers.iter().map(ToString::to_string).collect::<Array>().into()));
    }
    Ok(fields)
}
