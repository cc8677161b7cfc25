//! The component store: every registered component, named by the digest of its bytes. Those that ship need not lie in it.
//!
//! ```text
//! DATA/components/sha256/<64 hexadecimal digits>.wasm      mode 0600, in folders of mode 0700
//! DATA/components/lock
//! ```
//!
//! A component is never changed in place: a flavor that is replaced gets another file, and a push that reads the old one keeps its bytes. The
//! reader checks the digest, since what lies here may have been damaged; [`ComponentStore::put`] mends a damaged file.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use pushgate_files::Links;
use pushgate_files::own::{self, FileError, Lock};
use pushgate_sandbox::{ComponentDigest, MAX_COMPONENT_BYTES};

use crate::builtin::Builtins;

/// The components of one data folder.
#[derive(Debug, Clone)]
pub struct ComponentStore {
    data: PathBuf,
    builtins: Builtins,
}

/// A component that can't be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store does not have it, though the catalog names it.
    #[error("the component {digest} is not in the store `{}`", folder.display())]
    Missing {
        /// The component.
        digest: ComponentDigest,
        /// The folder where it should lie.
        folder: PathBuf,
    },
    /// A flavor that ships can't be unpacked into a file.
    #[error("the flavor {flavor}, which ships with pushgate, cannot be unpacked")]
    Unpacked {
        /// Its name.
        flavor: &'static str,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file or folder of the store can't be used.
    #[error(transparent)]
    File(#[from] FileError),
}

/// For whoever takes a reader of bytes. Text and cause stay the same.
impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Missing { .. } => io::ErrorKind::NotFound,
            StoreError::Unpacked { cause, .. } => cause.kind(),
            StoreError::File(FileError::System { source, .. }) => source.kind(),
            StoreError::File(_) => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

impl ComponentStore {
    /// The store in a data folder. Touches nothing.
    pub fn new(data: &Path, builtins: Builtins) -> Self {
        Self { data: data.to_owned(), builtins }
    }

    /// Where a component lies, whether it is there or not.
    pub fn path(&self, digest: &ComponentDigest) -> PathBuf {
        self.folder().join(format!("{}.wasm", digest.hex()))
    }

    /// Stores a component and returns its digest. One that is there already is left alone, unless it is damaged.
    ///
    /// # Errors
    /// The folder can't be created, or is another user's, or others may write it; the bytes can't be written.
    pub fn put(&self, bytes: &[u8]) -> Result<ComponentDigest, StoreError> {
        let digest = ComponentDigest::of(bytes);
        let components = self.data.join("components");
        own::create_own_folder(&self.data, Links::Followed)?;
        own::create_own_folder(&components, Links::Refused)?;
        own::create_own_folder(&self.folder(), Links::Refused)?;
        let _lock = Lock::acquire(&components.join("lock"))?;
        let path = self.path(&digest);
        let is_there = own::read(&path, bytes.len() as u64, Links::Refused).is_ok_and(|file| file.is_some_and(|file| file.bytes == bytes));
        if !is_there {
            own::replace(&path, bytes)?;
        }
        Ok(digest)
    }

    /// Reads a component. The caller compares the digest.
    ///
    /// # Errors
    /// It is not there, is not a regular file, or is larger than a component may be.
    pub fn read(&self, digest: &ComponentDigest) -> Result<Vec<u8>, StoreError> {
        if let Some(flavor) = self.builtins.with_digest(digest) {
            return flavor.component().map_err(|cause| StoreError::Unpacked { flavor: flavor.name, cause });
        }
        match own::read(&self.path(digest), MAX_COMPONENT_BYTES, Links::Refused)? {
            Some(file) => Ok(file.bytes),
            None => Err(StoreError::Missing { digest: *digest, folder: self.folder() }),
        }
    }

    /// Opens a component. Whoever reads it compares the digest.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn open(&self, digest: &ComponentDigest) -> Result<File, StoreError> {
        if let Some(flavor) = self.builtins.with_digest(digest) {
            return flavor.open().map_err(|cause| StoreError::Unpacked { flavor: flavor.name, cause });
        }
        match own::open(&self.path(digest), MAX_COMPONENT_BYTES, Links::Refused)? {
            Some(opened) => Ok(opened.file),
            None => Err(StoreError::Missing { digest: *digest, folder: self.folder() }),
        }
    }

    fn folder(&self) -> PathBuf {
        self.data.join("components/sha256")
    }
}

#[cfg(test)]
mod tests;
