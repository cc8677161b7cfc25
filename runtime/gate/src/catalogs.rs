//! The catalog of a process: read when it is first needed, and replaced whole.
//!
//! A lookup returns the catalog as it was read, and its caller finishes with that one: a decision that is under way when the catalog changes is one
//! of the old catalog from its beginning to its end.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use crate::builtin::Builtins;
use crate::catalog::{Catalog, CatalogError, Edit};
use crate::paths::{Paths, PathsError};

/// The catalog of a process, in its generations. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Catalogs(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    paths: Paths,
    builtins: Builtins,
    is_trusted_by_user: bool,
    current: RwLock<Option<Arc<Catalog>>>,
}

impl Catalogs {
    /// The catalog that `paths` names, which is not read yet, beside the flavors that ship. `is_trusted` says that the user trusts it wherever it lies.
    pub fn new(paths: Paths, builtins: Builtins, is_trusted: bool) -> Self {
        Self(Arc::new(Inner { paths, builtins, is_trusted_by_user: is_trusted, current: RwLock::default() }))
    }

    /// The file. It need not exist.
    ///
    /// # Errors
    /// The environment does not say where it is.
    pub fn path(&self) -> Result<&Path, PathsError> {
        self.0.paths.catalog()
    }

    /// Whether the catalog may decide where credentials go and how: it is the user's own, or the user trusts it. What that means is in
    /// [`trust`](crate::trust).
    pub fn is_trusted(&self) -> bool {
        self.0.is_trusted_by_user || self.0.paths.is_catalog_own()
    }

    /// The catalog as it was read last; it is read on the first call.
    ///
    /// # Errors
    /// It cannot be read, does not parse, or others may write it.
    pub fn current(&self) -> Result<Arc<Catalog>, CatalogError> {
        let current = self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        current.map_or_else(|| self.reload(), Ok)
    }

    /// The flavors that ship.
    pub fn builtins(&self) -> Builtins {
        self.0.builtins
    }

    /// Changes the file: see [`Catalog::edit`]. The catalog that was read stays as it was until it is read again.
    ///
    /// # Errors
    /// As [`Catalog::edit`]; or the environment does not say where the file is.
    pub fn edit<T, E: From<CatalogError>>(&self, change: impl FnOnce(&mut Edit) -> Result<T, E>) -> Result<T, E> {
        Catalog::edit(self.path().map_err(CatalogError::from)?, self.0.builtins, change)
    }

    /// Reads the catalog again. What was looked up before stays as it was; if it cannot be read now, so does the catalog.
    ///
    /// # Errors
    /// As [`Catalogs::current`].
    pub fn reload(&self) -> Result<Arc<Catalog>, CatalogError> {
        let catalog = Arc::new(Catalog::load(self.path()?, self.0.builtins)?);
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&catalog));
        Ok(catalog)
    }
}
