//! Flavors that can be called. Each is loaded once, and kept by the digest of its component for the life of the process.

mod progress;
mod store;
mod error;
pub mod component_file;

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use pushgate_sandbox::worker::Worker;
use pushgate_sandbox::{CacheOptions, Compiler, ComponentDigest, Flavor, Sandbox, SandboxOptions};
use tokio::sync::OnceCell;

use crate::builtin::Builtins;
use crate::decision::Warning;
use crate::paths::{Paths, PathsError};

pub use error::{FlavorError, NamedFlavorError};
pub use progress::CompileProgress;
pub use store::{ComponentStore, StoreError};

/// How long a flavor may take to load before its progress is reported.
const SILENT: Duration = Duration::from_millis(300);

/// Where a flavor's component is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Component {
    /// In the component store, under this digest.
    Stored(ComponentDigest),
    /// In a file, of a hook that is not registered.
    File(PathBuf),
}

/// The flavors of a process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Flavors(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    paths: Paths,
    builtins: Builtins,
    sandbox: OnceLock<Sandbox>,
    /// Those that were loaded, or are being loaded. One that cannot be loaded is tried again by the next who asks.
    loaded: Mutex<HashMap<ComponentDigest, Arc<OnceCell<Flavor>>>>,
    progress: Arc<dyn CompileProgress>,
}

impl Flavors {
    /// The flavors in the folders of `paths`, and those that ship. Nothing is read yet; `progress` hears of a compile that takes long.
    pub fn new(paths: Paths, builtins: Builtins, progress: Arc<dyn CompileProgress>) -> Self {
        Self(Arc::new(Inner { paths, builtins, sandbox: OnceLock::new(), loaded: Mutex::default(), progress }))
    }

    /// The component store.
    ///
    /// # Errors
    /// The environment names no data folder.
    pub fn store(&self) -> Result<ComponentStore, PathsError> {
        Ok(ComponentStore::new(self.0.paths.data()?, self.0.builtins))
    }

    /// The sandbox, made on the first call.
    ///
    /// # Errors
    /// The sandbox cannot be set up on this machine.
    pub fn sandbox(&self) -> Result<&Sandbox, FlavorError> {
        if let Some(sandbox) = self.0.sandbox.get() {
            return Ok(sandbox);
        }
        let paths = &self.0.paths;
        // Without folders of its own, a flavor that is given by its path is compiled each time.
        let cache = match (paths.cache(), paths.data()) {
            (Ok(cache), Ok(data)) => Some(CacheOptions { directory: cache.join("compiled"), key_file: data.join("cache.key") }),
            _ => None,
        };
        let this_program = Worker::this_program().map_err(|error| FlavorError::ThisProgram(Arc::new(error)))?;
        let sandbox = Sandbox::new(SandboxOptions { cache, compiler: Compiler::Worker(this_program), ..SandboxOptions::default() })?;
        Ok(self.0.sandbox.get_or_init(|| sandbox))
    }

    /// The flavor in the store or in a file, and the digest of its component. What went wrong with what is only kept to be faster becomes a
    /// warning.
    ///
    /// # Errors
    /// The component is missing or is not a flavor.
    pub async fn get(
        &self,
        label: &str,
        component: &Component,
        warnings: &mut Vec<Warning>,
    ) -> Result<(ComponentDigest, Flavor), NamedFlavorError> {
        self.get_unnamed(label, component, warnings).await.map_err(|error| NamedFlavorError { flavor: label.to_owned(), error })
    }

    async fn get_unnamed(
        &self,
        label: &str,
        component: &Component,
        warnings: &mut Vec<Warning>,
    ) -> Result<(ComponentDigest, Flavor), FlavorError> {
        match component {
            Component::Stored(digest) => {
                let (store, wanted) = (self.store()?, *digest);
                let open = move || store.open(&wanted).map_err(io::Error::other);
                Ok((*digest, self.load(label, digest, open, warnings).await?))
            }
            Component::File(path) => {
                let component = component_file::open(path)?;
                let digest = component.digest()?;
                Ok((digest, self.load(label, &digest, move || Ok(component.into_file()), warnings).await?))
            }
        }
    }

    /// The flavor in an open file, whose bytes have this digest. Reports progress if loading takes long.
    ///
    /// # Errors
    /// The file does not hold what the digest says, or it is not a flavor.
    pub async fn load(
        &self,
        label: &str,
        digest: &ComponentDigest,
        open: impl FnOnce() -> io::Result<File> + Send + 'static,
        warnings: &mut Vec<Warning>,
    ) -> Result<Flavor, FlavorError> {
        let cell = Arc::clone(self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner).entry(*digest).or_default());
        cell.get_or_try_init(|| self.load_anew(label, digest, open, warnings)).await.cloned()
    }

    async fn load_anew(
        &self,
        label: &str,
        digest: &ComponentDigest,
        open: impl FnOnce() -> io::Result<File> + Send + 'static,
        warnings: &mut Vec<Warning>,
    ) -> Result<Flavor, FlavorError> {
        let sandbox = self.sandbox()?.with_own_warnings();
        let size = Arc::new(AtomicU64::new(0));
        let opened = Arc::clone(&size);
        let read = move || {
            let file = open()?;
            opened.store(file.metadata()?.len(), Ordering::Relaxed);
            Ok(file)
        };
        let mut loading = pin!(sandbox.load_async(digest, read));
        let loaded = match tokio::time::timeout(SILENT, &mut loading).await {
            Ok(loaded) => loaded,
            Err(_) => {
                self.0.progress.compiling(label, size.load(Ordering::Relaxed), sandbox.has_cache());
                loading.await
            }
        };
        let unusable = |message| Warning { hook: None, code: Some("cache.unusable".to_owned()), message, hint: None };
        warnings.extend(sandbox.take_warnings().into_iter().map(unusable));
        Ok(loaded?)
    }
}
