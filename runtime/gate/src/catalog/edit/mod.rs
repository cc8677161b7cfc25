//! Changes to the catalog. Each step is tried on the text, and the text that comes out is read as a catalog again before the next.

mod flavors;
mod hooks;
mod registries;
mod fields;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pushgate_files::own::{self, FileError, Lock};
use pushgate_sandbox::ComponentDigest;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::error::CatalogError;
use super::lookup::Catalog;
use super::parse;
use super::read::{EMPTY, MAX_CATALOG_BYTES, read};
use crate::builtin::Builtins;
use crate::toml::Position;

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

impl Catalog {
    /// Changes a catalog: locks it, reads it again, lets `change` work on it, and writes it whole. Nothing is written if `change` fails or
    /// changes nothing. A catalog that does not exist is created, and so is its folder.
    ///
    /// # Errors
    /// As [`Catalog::load`]; another process that holds the lock for ten seconds; a file that can't be written; whatever `change` returns.
    pub fn edit<T, E: From<CatalogError>>(path: &Path, builtins: Builtins, change: impl FnOnce(&mut Edit) -> Result<T, E>) -> Result<T, E> {
        let target = target(path).map_err(CatalogError::from)?;
        let _lock = lock(&target).map_err(CatalogError::from)?;
        let (before, catalog) = read(&target, builtins)?;
        let mut edit = Edit { text: before.unwrap_or_else(|| EMPTY.to_owned()), catalog };
        let unchanged = edit.text.clone();
        let result = change(&mut edit)?;
        if edit.text != unchanged {
            own::replace(&target, edit.text.as_bytes()).map_err(CatalogError::from)?;
        }
        Ok(result)
    }
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
        own::create_folder(folder)?;
    }
    Lock::acquire(&pushgate_files::with_suffix(target, ".lock"))
}

impl Edit {
    /// An edit of a text that lies in no file. The path is for messages alone.
    ///
    /// # Errors
    /// What is not a catalog.
    pub fn of_text(path: &Path, text: &str, builtins: Builtins) -> Result<Self, CatalogError> {
        Ok(Self { text: text.to_owned(), catalog: Catalog::parse(path, text.as_bytes(), builtins)? })
    }

    /// The text with the changes made so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The catalog with the changes made so far.
    pub const fn catalog(&self) -> &Catalog {
        &self.catalog
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
        let catalog = parse::catalog(&path, text.as_bytes(), self.catalog.builtins)?;
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
