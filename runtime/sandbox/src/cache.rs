//! Compiled components on disk.
//!
//! An entry is machine code: loading one that somebody else wrote is running it. So an entry counts only when it lies in a folder
//! of this user alone, is a private file of this user itself, and ends in a MAC over its name and content under a key that lies elsewhere. All of it is
//! proven on one open descriptor, and that descriptor is what is then mapped.
//!
//! Nothing that goes wrong here stops a push: the component is compiled again.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::cache_key::CacheKey;
use crate::cache_lock::EntryLock;
use crate::digest::hex;
use crate::{CacheOptions, ComponentDigest, cache_prune, ownership};

/// Tells these MACs and names from any other use of the hash.
const CONTEXT: &[u8] = b"pushgate compiled component 1\0";
const MAC_BYTES: usize = 32;
const BUFFER_BYTES: usize = 128 << 10;

/// A folder of compiled components that is proven to be ours.
pub(crate) struct Cache {
    path: PathBuf,
    directory: OwnedFd,
    key: CacheKey,
    /// The hash of all that a compiled component depends on besides its source: wasmtime's version, its settings, the processor.
    compatibility: [u8; 32],
    hits: AtomicU64,
    mapped: AtomicU64,
}

/// Why an entry does not count.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Rejected {
    #[error("there is no entry")]
    Absent,
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    #[error("it was not written by this program, or was changed since")]
    Forged,
    #[error("the runtime refuses it: {0}")]
    Refused(String),
}

impl Cache {
    /// Opens the folder.
    ///
    /// # Errors
    /// Why there will be no cache.
    pub(crate) fn open(options: &CacheOptions, engine: &Engine) -> Result<Self, String> {
        let unusable =
            |path: &Path, error: io::Error| format!("compiled flavors are not cached: `{}` cannot be used: {error}", path.display());
        let directory = open_directory(&options.directory).map_err(|error| unusable(&options.directory, error))?;
        let key = CacheKey::load(&options.key_file).map_err(|error| unusable(&options.key_file, error))?;
        let mut hasher = Hasher(blake3::Hasher::new());
        std::hash::Hash::hash(&engine.precompile_compatibility_hash(), &mut hasher);
        let compatibility = *hasher.0.finalize().as_bytes();
        let (path, directory) = (options.directory.clone(), directory.into());
        Ok(Self { path, directory, key, compatibility, hits: AtomicU64::new(0), mapped: AtomicU64::new(0) })
    }

    /// How many components were taken from the cache.
    pub(crate) fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// How often the runtime was given machine code.
    #[cfg(test)]
    pub(crate) fn mapped(&self) -> u64 {
        self.mapped.load(Ordering::Relaxed)
    }

    /// Where the compiled form of a component lies, whether it is there or not.
    pub(crate) fn entry_path(&self, digest: &ComponentDigest) -> PathBuf {
        self.path.join(self.entry(digest))
    }

    /// The lock of whoever compiles a component. Without one, two may do the same work.
    pub(crate) fn lock(&self, digest: &ComponentDigest, wait: Duration, wanted: impl Fn() -> bool) -> Option<EntryLock> {
        let path = self.path.join(format!("{}{}", self.entry(digest), cache_prune::LOCK));
        EntryLock::acquire(&path, wait, wanted).map_err(|error| tracing::debug!(lock = %path.display(), "not locked: {error}")).ok()
    }

    /// Keeps the compiled form of a component, in place of any that is there, and gives it back as it now lies in the cache.
    ///
    /// # Errors
    /// Why it cannot be kept, which stops nothing.
    pub(crate) fn put(&self, digest: &ComponentDigest, mut artifact: impl Read) -> Result<File, String> {
        let mut store = || -> io::Result<File> {
            let mut file = tempfile::Builder::new().prefix(cache_prune::NEW).tempfile_in(&self.path)?;
            let mut mac = self.mac(digest);
            copy(&mut artifact, |part| {
                mac.update(part);
                file.write_all(part)
            })?;
            file.write_all(mac.finalize().as_bytes())?;
            // Without a sync: an entry that a crash cuts short does not count.
            Ok(file.persist(self.entry_path(digest))?)
        };
        let stored = store().map_err(|error| format!("a compiled flavor cannot be cached in `{}`: {error}", self.path.display()));
        cache_prune::prune(&self.path);
        stored
    }

    /// The compiled form of a component, if there is one that counts.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn load(&self, engine: &Engine, digest: &ComponentDigest) -> Result<Component, Rejected> {
        let mut file = self.open_entry(digest)?;
        ownership::prove_private_file(&file)?;
        let mut mac = self.mac(digest);
        let artifact_bytes = file.metadata()?.len().checked_sub(MAC_BYTES as u64).ok_or(Rejected::Forged)?;
        copy((&file).take(artifact_bytes), |part| {
            mac.update(part);
            Ok(())
        })?;
        let mut found = [0; MAC_BYTES];
        file.read_exact(&mut found)?;
        // The comparison takes the same time wherever the first difference is.
        if mac.finalize() != found {
            return Err(Rejected::Forged);
        }
        let component = self.map(engine, &file).map_err(|error| Rejected::Refused(format!("{error:#}")))?;
        self.hits.fetch_add(1, Ordering::Relaxed);
        cache_prune::used(&file);
        tracing::debug!(%digest, "a compiled flavor was taken from the cache");
        Ok(component)
    }

    /// Gives the runtime a file whose content is proven to be ours.
    pub(crate) fn map(&self, engine: &Engine, file: &File) -> wasmtime::Result<Component> {
        self.mapped.fetch_add(1, Ordering::Relaxed);
        map(engine, file)
    }

    fn open_entry(&self, digest: &ComponentDigest) -> Result<File, Rejected> {
        // Not blocking, because opening a named pipe would wait for its other end.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        match rustix::fs::openat(&self.directory, self.entry(digest), flags, Mode::empty()) {
            Ok(descriptor) => Ok(descriptor.into()),
            Err(rustix::io::Errno::NOENT) => Err(Rejected::Absent),
            Err(error) => Err(Rejected::Unreadable(error.into())),
        }
    }

    /// The name of an entry: it differs for every component and for every way to compile it.
    fn entry(&self, digest: &ComponentDigest) -> String {
        let name = blake3::Hasher::new().update(CONTEXT).update(&self.compatibility).update(digest.as_bytes()).finalize();
        format!("{}{}", hex(name.as_bytes()), cache_prune::ENTRY)
    }

    /// A MAC that has taken in everything but the content. All parts have a fixed length, so nothing can be taken for another part.
    fn mac(&self, digest: &ComponentDigest) -> blake3::Hasher {
        let mut hasher = self.key.hasher();
        hasher.update(CONTEXT).update(&self.compatibility).update(digest.as_bytes());
        hasher
    }
}

/// Gives all of it to `take`, in parts.
fn copy(mut from: impl Read, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => take(buffer.get(..count).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Maps a file whose content is proven to be ours, through its open descriptor.
#[allow(unsafe_code)]
pub(crate) fn map(engine: &Engine, file: &File) -> wasmtime::Result<Component> {
    // The runtime takes a path. This one names the descriptor, not whatever now has the name that it was opened by.
    let path = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
    let path = format!("{path}/{}", file.as_raw_fd());
    // SAFETY: `deserialize_file` runs what it is given as machine code, so it must be the unchanged output of `Component::serialize`.
    // The caller has shown with a MAC that this program wrote the file's content, and on the same descriptor that only this user
    // can write to it; or it has just had it written by a worker of this program, which is gone, into a file that had no name or got
    // one from us. This program never writes to an entry that has its name: it replaces it.
    unsafe { Component::deserialize_file(engine, path) }
}

fn open_directory(path: &Path) -> io::Result<File> {
    fs::DirBuilder::new().recursive(true).mode(ownership::PRIVATE_DIRECTORY).create(path)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    ownership::prove_private_directory(&directory)?;
    Ok(directory)
}

/// Lets BLAKE3 take in what wasmtime gives only as [`std::hash::Hash`].
struct Hasher(blake3::Hasher);

impl std::hash::Hasher for Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = *self.0.finalize().as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}
