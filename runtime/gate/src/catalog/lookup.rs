//! A catalog that was read, and what is looked up in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pushgate_reference::ImageReference;

use super::entry::{FlavorEntry, HookEntry, RegistryEntry};
use super::error::{CatalogError, EntryError, Known};
use crate::builtin::Builtins;
use crate::name::{Name, shorten};

/// Entries by name, sorted. An invalid one may have an invalid name.
pub(super) type Entries<T> = BTreeMap<String, Result<T, EntryError>>;

/// A catalog that was read once.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub(super) path: PathBuf,
    /// There is no such file.
    pub(super) absent: bool,
    pub(super) default: Option<Result<Name, EntryError>>,
    pub(super) flavors: Entries<FlavorEntry>,
    pub(super) registries: Entries<RegistryEntry>,
    /// The flavors that need no entry.
    pub(super) builtins: Builtins,
    /// Registry and flavor of every hook, those of invalid registries too.
    pub(super) uses: Vec<(String, String)>,
}

impl Catalog {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is no such file, so that nothing is registered.
    pub const fn is_absent(&self) -> bool {
        self.absent
    }

    /// The flavors that ship, which need no entry.
    pub const fn builtins(&self) -> Builtins {
        self.builtins
    }

    /// The registry with this name, which may be any text.
    ///
    /// # Errors
    /// There is none, with the nearest name in the hint; or its entry is invalid.
    pub fn registry(&self, name: &str) -> Result<RegistryEntry, CatalogError> {
        match self.registries.get(name) {
            Some(Ok(entry)) => Ok(entry.clone()),
            Some(Err(error)) => Err(self.unusable(error)),
            None => Err(CatalogError::UnknownRegistry { name: shorten(name), known: self.known_registries(name) }),
        }
    }

    /// The flavor with this name, which may be any text: a registered one, else one that ships.
    ///
    /// # Errors
    /// There is none, with the nearest name in the hint; or its entry is invalid.
    pub fn flavor(&self, name: &str) -> Result<FlavorEntry, CatalogError> {
        match self.flavors.get(name) {
            Some(Ok(entry)) => Ok(entry.clone()),
            Some(Err(error)) => Err(self.unusable(error)),
            None => {
                if let (Some(flavor), Ok(name)) = (self.builtins.named(name), Name::parse(name)) {
                    return Ok(FlavorEntry { name, digest: flavor.digest });
                }
                let registered = self.flavors.keys().map(String::as_str);
                let known = Known::new(name, registered.chain(self.builtins.all().iter().map(|flavor| flavor.name)));
                let known = known.absent(self.absent.then_some(self.path.as_path()));
                Err(CatalogError::UnknownFlavor { name: shorten(name), known, registry: None })
            }
        }
    }

    /// The flavor that a registry's hook names. A hook whose flavor is gone is an error, never the no-op.
    ///
    /// # Errors
    /// The flavor is not registered, or its entry is invalid.
    pub fn hook_flavor(&self, registry: &RegistryEntry, hook: &HookEntry) -> Result<FlavorEntry, CatalogError> {
        self.flavor(hook.flavor.as_str()).map_err(|error| match error {
            CatalogError::UnknownFlavor { name, known, .. } => {
                CatalogError::UnknownFlavor { name, known, registry: Some(registry.name.clone()) }
            }
            other => other,
        })
    }

    /// The registry that an image goes to: the one named explicitly, else the default one, else the only one that contains the image, else
    /// the only one there is. Whether the image lies inside is still to be checked.
    ///
    /// # Errors
    /// The registry is unknown or its entry invalid; or none was named, there are several, and not exactly one contains the image.
    pub fn select(&self, image: &ImageReference, explicit: Option<&str>) -> Result<RegistryEntry, CatalogError> {
        if let Some(name) = explicit {
            return self.registry(name);
        }
        if self.default_registry()?.is_some() {
            return self.default_entry();
        }
        match self.containing(image).as_slice() {
            [only] => self.registry(only),
            [] if self.registries.is_empty() => Err(CatalogError::NothingRegistered { known: self.known_registries("") }),
            // Where there is only one, it is meant, and the check says in which way the image lies outside.
            [] if self.registries.len() == 1 => match self.registries.keys().next() {
                Some(only) => self.registry(only),
                None => Err(CatalogError::NothingRegistered { known: self.known_registries("") }),
            },
            [] => {
                let places = self.registries.iter().filter_map(|(name, entry)| Some(format!("{name} ({})", entry.as_ref().ok()?.uri)));
                Err(CatalogError::NoneContains { image: image.to_string(), places: places.collect() })
            }
            several => {
                let names = several.iter().map(|name| (*name).to_owned()).collect();
                Err(CatalogError::SeveralContain { image: image.to_string(), names })
            }
        }
    }

    /// The name of the default registry, which need not be registered.
    ///
    /// # Errors
    /// What stands there is not a name.
    pub fn default_registry(&self) -> Result<Option<&Name>, CatalogError> {
        match &self.default {
            None => Ok(None),
            Some(Ok(name)) => Ok(Some(name)),
            Some(Err(error)) => Err(self.unusable(error)),
        }
    }

    /// The default registry.
    ///
    /// # Errors
    /// None is set, or the one that is set is not registered or its entry invalid.
    pub fn default_entry(&self) -> Result<RegistryEntry, CatalogError> {
        let Some(name) = self.default_registry()? else {
            return Err(CatalogError::NoDefault { known: self.known_registries("") });
        };
        self.registry(name.as_str()).map_err(|error| match error {
            CatalogError::UnknownRegistry { known, .. } => CatalogError::DanglingDefault { name: name.clone(), known },
            other => other,
        })
    }

    /// Every registry by name, sorted; an invalid one with the reason.
    pub fn registries(&self) -> impl Iterator<Item = (&str, Result<&RegistryEntry, &EntryError>)> {
        self.registries.iter().map(|(name, entry)| (name.as_str(), entry.as_ref()))
    }

    /// Every registered flavor by name, sorted; an invalid one with the reason.
    pub fn flavors(&self) -> impl Iterator<Item = (&str, Result<&FlavorEntry, &EntryError>)> {
        self.flavors.iter().map(|(name, entry)| (name.as_str(), entry.as_ref()))
    }

    /// The names of the registries whose URI contains an image.
    pub fn containing(&self, image: &ImageReference) -> Vec<&str> {
        let contains = |entry: &RegistryEntry| entry.uri.contains_repository(image.host(), image.repository());
        let names = self.registries.iter().filter(|(_, entry)| entry.as_ref().is_ok_and(contains));
        names.map(|(name, _)| name.as_str()).collect()
    }

    /// The names of the registries that ask a flavor, invalid ones included.
    pub fn users_of(&self, flavor: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self.uses.iter().filter(|(_, used)| used == flavor).map(|(registry, _)| registry.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn known_registries(&self, wanted: &str) -> Known {
        Known::new(wanted, self.registries.keys().map(String::as_str)).absent(self.absent.then_some(self.path.as_path()))
    }

    pub(super) fn unusable(&self, error: &EntryError) -> CatalogError {
        CatalogError::Entry { path: self.path.clone(), error: error.clone() }
    }
}
