//! How a sandbox is set up.

use std::path::PathBuf;

use crate::worker_program::Worker;

/// How a [`Sandbox`](crate::Sandbox) is set up.
#[derive(Debug, Clone, Default)]
pub struct SandboxOptions {
    /// Where compiled components are kept; `None` compiles every time.
    pub cache: Option<CacheOptions>,
    /// Who compiles them.
    pub compiler: Compiler,
    /// Where the memory of calls comes from.
    pub allocation: Allocation,
}

/// Who compiles a component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Compiler {
    /// This process. Only for components that you trust, and for tests: one that was written to harm makes a compiler take gigabytes and
    /// minutes, or abort, and the process with it.
    #[default]
    ThisProcess,
    /// A process of its own, with limits on memory, computing and time that grow with the component's size.
    Worker(Worker),
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
        /// Calls at the same time. One more waits until another has ended, before its own clock starts. At least one, at most [`MAX_POOLED_CALLS`].
        calls: u16,
    },
}

/// The most calls of a pool: what fits into the address space of a process, with room to spare.
pub const MAX_POOLED_CALLS: u16 = 256;

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

impl SandboxOptions {
    /// Whether a sandbox can be set up so.
    ///
    /// # Errors
    /// [`SandboxError`] for paths that could mean something else tomorrow, or that undo what the key is for.
    pub(crate) fn check(&self) -> Result<(), SandboxError> {
        if let Allocation::Pooling { calls } = self.allocation
            && !(1..=MAX_POOLED_CALLS).contains(&calls)
        {
            return Err(SandboxError::PoolSize { calls });
        }
        if let Some(CacheOptions { directory, key_file }) = &self.cache {
            for (role, path) in [("cache folder", directory), ("key file", key_file)] {
                if !path.is_absolute() {
                    return Err(SandboxError::RelativePath { role, path: path.clone() });
                }
            }
            if key_file.starts_with(directory) {
                return Err(SandboxError::KeyInCache { path: key_file.clone() });
            }
        }
        Ok(())
    }
}
