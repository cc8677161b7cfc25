//! The sandbox: where flavors are loaded from.

use std::fmt;
use std::io::{self, Seek as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::cache::{Cache, Rejected, map};
use crate::call_slots::CallSlots;
use crate::link::{link, runtime_failed};
use crate::options::{Compiler, SandboxError, SandboxOptions};
use crate::source::Source;
use crate::ticker::Ticker;
use crate::worker::Cancelled;
use crate::{ComponentDigest, ComponentSource, Flavor, LoadError, compile, engine, sniff, worker};

/// The most warnings that are kept for somebody who does not ask for them.
const MAX_WARNINGS: usize = 100;

/// Loads flavors. Cheap to make and to clone: nothing of the WebAssembly runtime exists before the first flavor is loaded.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
    warnings: Arc<Mutex<Vec<String>>>,
}

struct Inner {
    options: SandboxOptions,
    runtime: OnceLock<Runtime>,
}

struct Runtime {
    engine: Engine,
    ticker: Arc<Ticker>,
    cache: Option<Cache>,
    slots: CallSlots,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// A sandbox. Neither the cache nor its key is touched yet.
    ///
    /// # Errors
    /// [`SandboxError`] for paths that could mean something else tomorrow, or that undo what the key is for.
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        options.check()?;
        Ok(Self { inner: Arc::new(Inner { options, runtime: OnceLock::new() }), warnings: Arc::default() })
    }

    /// The same sandbox for somebody else: what goes wrong with the cache from here on is told to who asks this one.
    #[must_use]
    pub fn with_own_warnings(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), warnings: Arc::default() }
    }

    /// Loads the flavor whose component has this digest. `read` gives the component; it is called only when there is no
    /// compiled form of it. This compiles: for a large component it blocks for seconds.
    ///
    /// # Errors
    /// [`LoadError`] when the bytes cannot be read, do not have the digest, or are not a flavor of the supported contract.
    pub fn load<S: Into<ComponentSource>>(
        &self,
        digest: &ComponentDigest,
        read: impl FnOnce() -> io::Result<S>,
    ) -> Result<Flavor, LoadError> {
        match self.look(digest)? {
            Some(flavor) => Ok(flavor),
            None => self.compile(digest, read_source(digest, read)?, None),
        }
    }

    /// The same, without blocking the other tasks of the thread while it compiles. Dropping the future ends the compile: a worker process
    /// is dead when the drop returns.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn load_async<S: Into<ComponentSource> + Send + 'static>(
        &self,
        digest: &ComponentDigest,
        read: impl FnOnce() -> io::Result<S> + Send + 'static,
    ) -> Result<Flavor, LoadError> {
        if let Some(flavor) = self.look(digest)? {
            return Ok(flavor);
        }
        let no_descriptor = |error: io::Error| LoadError::Runtime { message: format!("a compile cannot be started: {error}") };
        let (guard, cancelled) = worker::cancellation().map_err(no_descriptor)?;
        let (sandbox, digest) = (self.clone(), *digest);
        let work = move || sandbox.compile(&digest, read_source(&digest, read)?, Some(&cancelled));
        let done = tokio::task::spawn_blocking(work).await;
        drop(guard);
        done.map_err(|error| LoadError::Runtime { message: error.to_string() })?
    }

    /// Loads a flavor from its component's bytes. This compiles as [`load`](Self::load) does.
    ///
    /// # Errors
    /// [`LoadError`] when they are not a flavor of the supported contract.
    pub fn load_bytes(&self, bytes: &[u8]) -> Result<Flavor, LoadError> {
        sniff::check(bytes)?;
        let digest = ComponentDigest::of(bytes);
        match self.look(&digest)? {
            Some(flavor) => Ok(flavor),
            None => self.compile(&digest, Source::Bytes(bytes.into()), None),
        }
    }

    /// How many flavors were loaded from the cache instead of being compiled.
    pub fn cache_hits(&self) -> u64 {
        self.inner.runtime.get().and_then(|runtime| runtime.cache.as_ref()).map_or(0, Cache::hits)
    }

    /// Whether compiled flavors are kept.
    pub fn has_cache(&self) -> bool {
        self.inner.runtime.get().is_some_and(|runtime| runtime.cache.is_some())
    }

    /// What went wrong with the cache since this was last asked, each once: an entry that did not count, a folder that cannot be used. None
    /// of it stops a load.
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn warn(&self, message: String) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.len() < MAX_WARNINGS && !warnings.contains(&message) {
            warnings.push(message);
        }
    }

    pub(crate) fn compiler(&self) -> &Compiler {
        &self.inner.options.compiler
    }

    /// Takes a flavor from the cache, if it has it.
    fn look(&self, digest: &ComponentDigest) -> Result<Option<Flavor>, LoadError> {
        let runtime = self.runtime()?;
        let Some(cache) = &runtime.cache else { return Ok(None) };
        match cache.load(&runtime.engine, digest) {
            Ok(component) => runtime.flavor(digest, &component).map(Some),
            Err(Rejected::Absent) => Ok(None),
            Err(rejected) => {
                let entry = cache.entry_path(digest);
                self.warn(format!("a compiled flavor in the cache, `{}`, is compiled again: {rejected}", entry.display()));
                Ok(None)
            }
        }
    }

    /// Compiles a flavor, unless somebody else does it first.
    fn compile(&self, digest: &ComponentDigest, source: Source<'_>, cancelled: Option<&Cancelled>) -> Result<Flavor, LoadError> {
        let runtime = self.runtime()?;
        let Runtime { engine, cache, .. } = runtime;
        let wanted = || cancelled.is_none_or(Cancelled::is_wanted);
        let lock = cache.as_ref().map(|cache| cache.lock(digest, worker::wait_limit(source.size()), wanted));
        // Whoever had the lock before has left what is wanted here. What does not count was told already.
        if let (Some(cache), Some(Some(_))) = (cache, &lock)
            && let Ok(component) = cache.load(engine, digest)
        {
            return runtime.flavor(digest, &component);
        }
        match &self.inner.options.compiler {
            Compiler::ThisProcess => {
                let bytes = source.bytes(digest)?;
                let component = compile::checked(&bytes, |bytes| Component::from_binary(engine, bytes))?;
                // What is not a flavor is not kept.
                let flavor = runtime.flavor(digest, &component)?;
                if let Some(cache) = cache {
                    let artifact = component.serialize().map_err(runtime_failed)?;
                    let _ = cache.put(digest, &artifact[..]).map_err(|message| self.warn(message));
                }
                Ok(flavor)
            }
            Compiler::Worker(worker) => {
                let component = source.file().map_err(|source| LoadError::Read { digest: *digest, source })?;
                let artifact = worker::compile(worker, digest, component, cancelled)?;
                let flavor = runtime.flavor(digest, &map(engine, &artifact).map_err(runtime_failed)?)?;
                let Some(cache) = cache else { return Ok(flavor) };
                let kept = (&artifact).rewind().map_err(|error| error.to_string()).and_then(|()| cache.put(digest, &artifact));
                match kept {
                    // From here on the memory that the nameless file takes is free.
                    Ok(entry) => runtime.flavor(digest, &cache.map(engine, &entry).map_err(runtime_failed)?),
                    Err(message) => {
                        self.warn(message);
                        Ok(flavor)
                    }
                }
            }
        }
    }

    fn runtime(&self) -> Result<&Runtime, LoadError> {
        if let Some(runtime) = self.inner.runtime.get() {
            return Ok(runtime);
        }
        let engine = engine::new(self.inner.options.allocation).map_err(runtime_failed)?;
        let ticker = Arc::new(Ticker::new(&engine));
        let opened = self.inner.options.cache.as_ref().map(|options| Cache::open(options, &engine));
        let cache = opened.and_then(|opened| opened.map_err(|message| self.warn(message)).ok());
        // Whoever comes first sets it; another one that was made meanwhile is dropped.
        Ok(self.inner.runtime.get_or_init(|| Runtime { engine, ticker, cache, slots: CallSlots::new(self.inner.options.allocation) }))
    }
}

impl Runtime {
    /// A compiled component whose imports and exports fit.
    fn flavor(&self, digest: &ComponentDigest, component: &Component) -> Result<Flavor, LoadError> {
        Ok(Flavor::new(*digest, link(&self.engine, component)?, Arc::clone(&self.ticker), self.slots.clone()))
    }
}

fn read_source<S: Into<ComponentSource>>(
    digest: &ComponentDigest,
    read: impl FnOnce() -> io::Result<S>,
) -> Result<Source<'static>, LoadError> {
    read().map(|source| source.into().into()).map_err(|source| LoadError::Read { digest: *digest, source })
}
