//! Tests of the catalog, on real files.

use std::fs;
use std::path::{Path, PathBuf};

use pushgate_reference::ImageReference;
use pushgate_sandbox::ComponentDigest;

use super::*;
use crate::builtin::{BuiltinFlavor, Builtins};
use crate::hook_limits::HookLimits;
use crate::hook_mode::HookMode;
use crate::name::Name;

mod concurrency;
mod damage;
mod edits;
mod fields;
mod forms;
mod lookups;
mod settings;
mod updates;
mod walks;

/// One flavor that ships: its name is what counts here.
const BUILTINS: Builtins = Builtins::new(&[BuiltinFlavor {
    name: "forbid-tags",
    description: "refuses tags",
    digest: ComponentDigest::from_bytes([7; 32]),
    size: 0,
    packed: &[],
}]);

/// A folder with a catalog in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(text: impl AsRef<[u8]>) -> Self {
        let folder = Self::empty();
        fs::write(folder.path(), text).unwrap();
        folder
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("catalog.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    fn load(&self) -> Result<Catalog, CatalogError> {
        Catalog::load(&self.path(), BUILTINS)
    }

    fn catalog(&self) -> Catalog {
        self.load().unwrap_or_else(|error| panic!("{error}"))
    }

    fn edit<T>(&self, change: impl FnOnce(&mut Edit) -> Result<T, CatalogError>) -> Result<T, CatalogError> {
        Catalog::edit(&self.path(), BUILTINS, change)
    }

    /// An edit that judges each step itself.
    fn change(&self, steps: impl FnOnce(&mut Edit)) {
        self.edit(|edit| {
            steps(edit);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error} in\n{}", self.text()));
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn digest(text: &str) -> ComponentDigest {
    ComponentDigest::of(text.as_bytes())
}

fn hook(flavor: &str, settings: &str, grants: &[&str]) -> HookEntry {
    HookEntry {
        flavor: name(flavor),
        settings: crate::settings::Settings::parse(settings).unwrap(),
        grants: crate::grant::Grant::parse_all(grants).unwrap(),
        credentials: Vec::new(),
        limits: HookLimits::default(),
        mode: HookMode::Enforce,
    }
}

fn registry(text: &str, uri: &str, hooks: Vec<HookEntry>) -> RegistryEntry {
    let uri = pushgate_reference::RegistryUri::parse(uri).unwrap();
    RegistryEntry { name: name(text), uri, hooks, connection: Connection::default() }
}

fn image(text: &str) -> ImageReference {
    ImageReference::parse(text).unwrap()
}

/// The names of the entries, an invalid one with a question mark.
fn names<'a, T>(entries: impl Iterator<Item = (&'a str, Result<T, &'a EntryError>)>) -> Vec<String> {
    entries.map(|(name, entry)| format!("{name}{}", if entry.is_ok() { "" } else { "?" })).collect()
}
