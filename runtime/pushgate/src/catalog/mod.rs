//! The catalog: which flavors and registries are registered.
//!
//! ```toml
//! version = 1
//! default-registry = "prod"
//!
//! [flavors.tag-policy]                    # those that ship need no entry
//! digest = "sha256:…"                     # the component lies in the component store
//!
//! [registries.prod]
//! uri = "registry.example.com/team"
//! transport = "plain-http"                # or "tls"; by default TLS, and plain HTTP on loopback
//! ca-file = "/etc/ssl/registry.pem"       # an absolute path
//! client-certificate = "/etc/ssl/me.pem"  # shown to a registry that asks for one
//! client-key = "/etc/ssl/me.key"
//! token-servers = ["https://auth.example.com"]
//!
//! [[registries.prod.hooks]]               # asked in this order, each flavor once
//! flavor = "require-labels"
//! settings = { labels = ["org.opencontainers.image.source"] }
//! grants = ["registry", "http=https://api.example.com"]
//! credentials = ["https://api.example.com=bearer"]
//! limits = { memory = "128MiB", calls = 100 }
//! mode = "warn"                           # its refusals warn; "enforce" is the default
//! ```
//!
//! A person may write this file as well as the program: comments and order survive what [`Catalog::edit`] does. A file that does not exist is an
//! empty catalog. One that can't be read as a catalog is an error with line and column, and is never changed. An entry that is invalid is
//! unusable alone. Symbolic links are followed, and an edit replaces the file that they lead to; owner and mode count for that file.

mod edit;
mod entry;
mod error;
mod fault;
pub mod fields;
mod parse;
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pushgate_reference::ImageReference;

use crate::files::{self, Links};
use crate::name::{Name, shorten};
use crate::shipped;

pub use edit::{Change, Edit, Replacement};
pub use entry::{Connection, FlavorEntry, HookEntry, RegistryEntry, Transport};
pub use error::{CatalogError, EntryError, Known, Position};
pub(crate) use fault::Lines;
pub(crate) use values::settings_file;

/// The largest catalog, in bytes.
pub const MAX_CATALOG_BYTES: u64 = 16 << 20;

/// Entries by name, sorted. An invalid one may have an invalid name.
type Entries<T> = BTreeMap<String, Result<T, EntryError>>;

/// A catalog that was read once.
#[derive(Debug, Clone)]
pub struct Catalog {
    path: PathBuf,
    /// There is no such file.
    absent: bool,
    default: Option<Result<Name, EntryError>>,
    flavors: Entries<FlavorEntry>,
    registries: Entries<RegistryEntry>,
    /// Registry and flavor of every hook, those of invalid registries too.
    uses: Vec<(String, String)>,
}

impl Catalog {
    /// Reads a catalog. One that does not exist is empty.
    ///
    /// # Errors
    /// A file that can't be read, is not a catalog, belongs to another user, or can be written by others.
    pub fn load(path: &Path) -> Result<Self, CatalogError> {
        Ok(read(path)?.1)
    }

    /// Reads the bytes of a catalog. The path is for its messages alone.
    ///
    /// # Errors
    /// What is not a catalog.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, CatalogError> {
        parse::catalog(path, bytes)
    }

    /// Changes a catalog: locks it, reads it again, lets `change` work on it, and writes it whole. Nothing is written if `change` fails or
    /// changes nothing. A catalog that does not exist is created, and so is its folder.
    ///
    /// # Errors
    /// As [`Catalog::load`]; another process that holds the lock for ten seconds; a file that can't be written; whatever `change` returns.
    pub fn edit<T, E: From<CatalogError>>(path: &Path, change: impl FnOnce(&mut Edit) -> Result<T, E>) -> Result<T, E> {
        edit::edit(path, change)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is no such file, so that nothing is registered.
    pub const fn is_absent(&self) -> bool {
        self.absent
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
                if let (Some(flavor), Ok(name)) = (shipped::named(name), Name::parse(name)) {
                    return Ok(FlavorEntry { name, digest: flavor.digest });
                }
                let registered = self.flavors.keys().map(String::as_str);
                let known = Known::new(name, registered.chain(shipped::ALL.iter().map(|flavor| flavor.name)));
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

    fn unusable(&self, error: &EntryError) -> CatalogError {
        CatalogError::Entry { path: self.path.clone(), error: error.clone() }
    }
}

/// Reads a catalog and its text; no text if the file does not exist.
fn read(path: &Path) -> Result<(Option<String>, Catalog), CatalogError> {
    let Some(file) = files::read(path, MAX_CATALOG_BYTES, Links::Followed)? else {
        let catalog = Catalog { absent: true, ..parse::catalog(path, edit::EMPTY.as_bytes())? };
        return Ok((None, catalog));
    };
    let bytes = file.only_ours(path)?.bytes;
    let catalog = parse::catalog(path, &bytes)?;
    // The parser has accepted it, so nothing is lost.
    Ok((Some(String::from_utf8_lossy(&bytes).into_owned()), catalog))
}

#[cfg(test)]
mod tests;
