//! Compiled components on disk.
//!
//! An entry is machine code: loading one that somebody else wrote is running it. So an entry counts only when it lies in a folder
//! of this user alone, is a private file of this user itself, and ends in a MAC over its name and content under a key that lies elsewhere. All of it is
//! proven on one open descriptor, and that descriptor is what is then mapped.
//!
//! Nothing that goes wrong here stops a push: the component is compiled again.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{Mode, OFlags};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::cache_key::CacheKey;
use crate::digest::hex;
use crate::{CacheOptions, ComponentDigest, ownership};

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
    /// Opens the folder, or says in a warning why there will be no cache.
    pub(crate) fn open(options: &CacheOptions, engine: &Engine) -> Option<Self> {
        let warn = |path: &Path, error: io::Error| {
            tracing::warn!(path = %path.display(), "compiled flavors are not cached: {error}");
        };
        let directory = open_directory(&options.directory).map_err(|error| warn(&options.directory, error)).ok()?;
        let key = CacheKey::load(&options.key_file).map_err(|error| warn(&options.key_file, error)).ok()?;
        let mut hasher = Hasher(blake3::Hasher::new());
        std::hash::Hash::hash(&engine.precompile_compatibility_hash(), &mut hasher);
        let compatibility = *hasher.0.finalize().as_bytes();
        Some(Self { path: options.directory.clone(), directory: directory.into(), key, compatibility, hits: AtomicU64::new(0) })
    }

    /// How many components were taken from the cache.
    pub(crate) fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// The compiled form of a component, if there is one that counts.
    pub(crate) fn get(&self, engine: &Engine, digest: &ComponentDigest) -> Option<Component> {
        match self.load(engine, digest) {
            Ok(component) => {
                self.hits.fetch_add(1, Ordering::Relaxed);
                tracing::debug!(%digest, "a compiled flavor was taken from the cache");
                Some(component)
            }
            Err(Rejected::Absent) => None,
            Err(rejected) => {
                let entry = self.path.join(self.entry(digest));
                tracing::warn!(entry = %entry.display(), "a compiled flavor in the cache is compiled again: {rejected}");
                None
            }
        }
    }

    /// Keeps the compiled form of a component, in place of any that is there. That it cannot be kept is no error.
    pub(crate) fn put(&self, digest: &ComponentDigest, component: &Component) {
        if let Err(error) = self.store(digest, component) {
            tracing::warn!(directory = %self.path.display(), "a compiled flavor cannot be cached: {error}");
        }
    }

    fn store(&self, digest: &ComponentDigest, component: &Component) -> io::Result<()> {
        let artifact = component.serialize().map_err(|error| io::Error::other(error.to_string()))?;
        let mac = self.mac(digest).update(&artifact).finalize();
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&self.path)?;
        file.write_all(&artifact)?;
        file.write_all(mac.as_bytes())?;
        // Without a sync: an entry that a crash cuts short does not count.
        file.persist(self.path.join(self.entry(digest)))?;
        Ok(())
    }

    pub(crate) fn load(&self, engine: &Engine, digest: &ComponentDigest) -> Result<Component, Rejected> {
        let mut file = self.open_entry(digest)?;
        ownership::prove_private_file(&file)?;
        let mut mac = self.mac(digest);
        let artifact_bytes = file.metadata()?.len().checked_sub(MAC_BYTES as u64).ok_or(Rejected::Forged)?;
        let mut artifact = (&file).take(artifact_bytes);
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let count = artifact.read(&mut buffer)?;
            match buffer.get(..count) {
                Some(part) if count > 0 => mac.update(part),
                _ => break,
            };
        }
        let mut found = [0; MAC_BYTES];
        file.read_exact(&mut found)?;
        // The comparison takes the same time wherever the first difference is.
        if mac.finalize() != found {
            return Err(Rejected::Forged);
        }
        file.rewind()?;
        map(engine, &file).map_err(|error| Rejected::Refused(format!("{error:#}")))
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
        format!("{}.cwasm", hex(name.as_bytes()))
    }

    /// A MAC that has taken in everything but the content. All parts have a fixed length, so nothing can be taken for another part.
    fn mac(&self, digest: &ComponentDigest) -> blake3::Hasher {
        let mut hasher = self.key.hasher();
        hasher.update(CONTEXT).update(&self.compatibility).update(digest.as_bytes());
        hasher
    }
}

/// Maps a file whose content is proven to be ours, through its open descriptor.
#[allow(unsafe_code)]
fn map(engine: &Engine, file: &File) -> wasmtime::Result<Component> {
    // The runtime takes a path. This one names the descriptor, not whatever now has the name that it was opened by.
    let path = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
    let path = format!("{path}/{}", file.as_raw_fd());
    // SAFETY: `deserialize_file` runs what it is given as machine code, so it must be the unchanged output of `Component::serialize`.
    // The caller has shown with a MAC that this program wrote the file's content, and on the same descriptor that only this user
    // can write to it. This program never writes to an entry that has its name: it replaces it.
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
