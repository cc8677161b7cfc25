//! The sandbox: where flavors are loaded from.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::cache::Cache;
use crate::link::{link, runtime_failed};
use crate::room::Room;
use crate::text::excerpt;
use crate::ticker::Ticker;
use crate::{ComponentDigest, Flavor, LoadError, describe, engine, sniff};

/// How a [`Sandbox`] is set up.
#[derive(Debug, Clone, Default)]
pub struct SandboxOptions {
    /// Where compiled components are kept; `None` compiles every time.
    pub cache: Option<CacheOptions>,
    /// Where the memory of calls comes from.
    pub allocation: Allocation,
}

/// Where the memory of calls comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Allocation {
    /// From the system, for each call anew: for a program that asks a few flavors and ends.
    #[default]
    OnDemand,
    /// From a pool that is made once, in milliseconds, and holds 4 GiB of address space for each of 16 memories of a call: for a program
    /// that stays. A call is then two to ten times as fast.
    Pooling {
        /// Calls at the same time. One more waits until another has ended, before its own clock starts. At least one, at most 256.
        calls: u16,
    },
}

/// The most calls of a pool: what fits into the address space of a process, with room to spare.
const MAX_POOLED_CALLS: u16 = 256;

/// Where compiled components are kept. Both paths are absolute.
#[derive(Debug, Clone)]
pub struct CacheOptions {
    /// A folder of this user alone (mode 0700). It is made if it is not there; one that others can enter is not used.
    pub directory: PathBuf,
    /// The key that proves that an entry is ours, 32 bytes with mode 0600. It is made if it is not there, and must not lie where
    /// the cache does: whoever brings a cache folder from elsewhere must not bring the key with it.
    pub key_file: PathBuf,
}

/// Why a sandbox cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// A path of the options is not absolute.
    #[error("the path `{}` of the {role} is not absolute", path.display())]
    RelativePath {
        /// What the path is for.
        role: &'static str,
        /// The path.
        path: PathBuf,
    },
    /// A pool for no call, or for too many.
    #[error("a pool cannot serve {calls} calls at a time")]
    PoolSize {
        /// The number that was asked for.
        calls: u16,
    },
    /// The key lies in the cache folder.
    #[error("the key file `{}` lies in the cache folder", path.display())]
    KeyInCache {
        /// The path of the key.
        path: PathBuf,
    },
}

impl SandboxError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::PoolSize { .. } => format!("from 1 to {MAX_POOLED_CALLS} calls have room in a pool"),
            Self::RelativePath { .. } => "give a path that begins with `/`".to_owned(),
            Self::KeyInCache { .. } => "keep it in a folder of its own: whoever copies the cache must not copy the key".to_owned(),
        })
    }
}

/// The longest message of the compiler that is passed on.
const MESSAGE_BYTES: usize = 500;

/// Loads flavors. Cheap to make and to clone: nothing of the WebAssembly runtime exists before the first flavor is loaded.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    options: SandboxOptions,
    runtime: OnceLock<Runtime>,
}

struct Runtime {
    engine: Engine,
    ticker: Arc<Ticker>,
    cache: Option<Cache>,
    room: Room,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").field("options", &self.0.options).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// A sandbox. Neither the cache nor its key is touched yet.
    ///
    /// # Errors
    /// [`SandboxError`] for paths that could mean something else tomorrow, or that undo what the key is for.
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        if let Allocation::Pooling { calls } = options.allocation
            && !(1..=MAX_POOLED_CALLS).contains(&calls)
        {
            return Err(SandboxError::PoolSize { calls });
        }
        if let Some(CacheOptions { directory, key_file }) = &options.cache {
            for (role, path) in [("cache folder", directory), ("key file", key_file)] {
                if !path.is_absolute() {
                    return Err(SandboxError::RelativePath { role, path: path.clone() });
                }
            }
            if key_file.starts_with(directory) {
                return Err(SandboxError::KeyInCache { path: key_file.clone() });
            }
        }
        Ok(Self(Arc::new(Inner { options, runtime: OnceLock::new() })))
    }

    /// Loads the flavor whose component has this digest. `read` gives the component's bytes; it is called only when there is no
    /// compiled form of it. This compiles: for a large component it blocks for seconds.
    ///
    /// # Errors
    /// [`LoadError`] when the bytes cannot be read, do not have the digest, or are not a flavor of the supported contract.
    pub fn load(&self, digest: &ComponentDigest, read: impl FnOnce() -> io::Result<Vec<u8>>) -> Result<Flavor, LoadError> {
        self.load_with(digest, || {
            let bytes = read().map_err(|source| LoadError::Read { digest: *digest, source })?;
            let found = ComponentDigest::of(&bytes);
            if found != *digest {
                return Err(LoadError::DigestMismatch { expected: *digest, found });
            }
            Ok(Cow::Owned(bytes))
        })
    }

    /// Loads a flavor from its component's bytes. This compiles as [`load`](Self::load) does.
    ///
    /// # Errors
    /// [`LoadError`] when they are not a flavor of the supported contract.
    pub fn load_bytes(&self, bytes: &[u8]) -> Result<Flavor, LoadError> {
        sniff::check(bytes)?;
        self.load_with(&ComponentDigest::of(bytes), || Ok(Cow::Borrowed(bytes)))
    }

    /// How many flavors were loaded from the cache instead of being compiled.
    pub fn cache_hits(&self) -> u64 {
        self.0.runtime.get().and_then(|runtime| runtime.cache.as_ref()).map_or(0, Cache::hits)
    }

    fn load_with<'a>(
        &self,
        digest: &ComponentDigest,
        bytes: impl FnOnce() -> Result<Cow<'a, [u8]>, LoadError>,
    ) -> Result<Flavor, LoadError> {
        let Runtime { engine, ticker, cache, room } = self.runtime()?;
        let cached = cache.as_ref().and_then(|cache| cache.get(engine, digest));
        let linked = match &cached {
            Some(component) => link(engine, component)?,
            None => {
                let component = compile(engine, &bytes()?)?;
                let linked = link(engine, &component)?;
                if let Some(cache) = cache {
                    cache.put(digest, &component);
                }
                linked
            }
        };
        Ok(Flavor::new(*digest, linked, Arc::clone(ticker), room.clone()))
    }

    fn runtime(&self) -> Result<&Runtime, LoadError> {
        if let Some(runtime) = self.0.runtime.get() {
            return Ok(runtime);
        }
        let engine = engine::new(self.0.options.allocation).map_err(runtime_failed)?;
        let ticker = Arc::new(Ticker::new(&engine));
        let cache = self.0.options.cache.as_ref().and_then(|options| Cache::open(options, &engine));
        // Whoever comes first sets it; another one that was made meanwhile is dropped.
        Ok(self.0.runtime.get_or_init(|| Runtime { engine, ticker, cache, room: Room::new(self.0.options.allocation) }))
    }
}

/// Compiles a component, after its names have shown that it is worth it.
fn compile(engine: &Engine, bytes: &[u8]) -> Result<Component, LoadError> {
    describe::outline(bytes)?.check()?;
    Component::from_binary(engine, bytes).map_err(|error| LoadError::Invalid { message: excerpt(&format!("{error:#}"), MESSAGE_BYTES) })
}
