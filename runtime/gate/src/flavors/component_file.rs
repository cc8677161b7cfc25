//! Reads a component that a person named by its path.
//!
//! One descriptor is opened, proven to be a regular file, and read up to the size that a component may have; so neither a device nor a
//! FIFO, nor a file that grows, holds the reader up. Symbolic links are followed: build tools put them there, and whoever typed the
//! path may name any file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use pushgate_files::{FileProblem, Kind, Links};
use pushgate_sandbox::{ComponentDigest, MAX_COMPONENT_BYTES};

/// Why a component's file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ComponentFileError {
    /// It cannot be opened or read.
    #[error("cannot read the component {}", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A folder, a device, a FIFO or a socket.
    #[error("{} is {found}, not a regular file", path.display())]
    NotAFile {
        /// What it is.
        found: Kind,
        /// The path as given.
        path: PathBuf,
    },
    /// Larger than any flavor.
    #[error("{} exceeds the limit of {} MiB for a component", path.display(), MAX_COMPONENT_BYTES >> 20)]
    TooLarge {
        /// The path as given.
        path: PathBuf,
    },
}

impl ComponentFileError {
    /// Whether there is no such file, which is the caller's mistake and not the flavor's.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Unreadable { cause, .. } if cause.kind() == io::ErrorKind::NotFound)
    }
}

/// A component's file that is open: whatever takes its name from here on, this is what is read.
#[derive(Debug)]
pub struct ComponentFile {
    path: PathBuf,
    file: File,
}

impl ComponentFile {
    /// Its digest. It is read for that, and not kept.
    ///
    /// # Errors
    /// See [`ComponentFileError`].
    pub fn digest(&self) -> Result<ComponentDigest, ComponentFileError> {
        let mut file = &self.file;
        let read = file.rewind().and_then(|()| ComponentDigest::of_reader(file.take(MAX_COMPONENT_BYTES + 1)));
        match read.map_err(|cause| ComponentFileError::Unreadable { path: self.path.clone(), cause })? {
            (_, size) if size > MAX_COMPONENT_BYTES => Err(ComponentFileError::TooLarge { path: self.path.clone() }),
            (digest, _) => Ok(digest),
        }
    }

    /// Its bytes.
    ///
    /// # Errors
    /// See [`ComponentFileError`].
    pub fn read(&self) -> Result<Vec<u8>, ComponentFileError> {
        let (mut file, mut bytes) = (&self.file, Vec::new());
        let read = file.rewind().and_then(|()| file.take(MAX_COMPONENT_BYTES + 1).read_to_end(&mut bytes));
        read.map_err(|cause| ComponentFileError::Unreadable { path: self.path.clone(), cause })?;
        if bytes.len() as u64 > MAX_COMPONENT_BYTES {
            return Err(ComponentFileError::TooLarge { path: self.path.clone() });
        }
        Ok(bytes)
    }

    /// The file itself.
    pub fn into_file(self) -> File {
        self.file
    }
}

/// Opens the component at `path`.
///
/// # Errors
/// See [`ComponentFileError`].
pub fn open(path: &Path) -> Result<ComponentFile, ComponentFileError> {
    match pushgate_files::open(path, Links::Followed) {
        Ok(opened) => Ok(ComponentFile { path: path.to_owned(), file: opened.file }),
        Err(FileProblem::NotRegular(found)) => Err(ComponentFileError::NotAFile { path: path.to_owned(), found }),
        Err(problem) => Err(ComponentFileError::Unreadable { path: path.to_owned(), cause: problem.into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> Result<Vec<u8>, ComponentFileError> {
        open(path)?.read()
    }

    #[test]
    fn what_is_no_regular_file_is_refused_without_waiting() {
        for path in ["/dev/zero", "/", "/dev/null"] {
            assert!(matches!(read(Path::new(path)), Err(ComponentFileError::NotAFile { .. })), "{path}");
        }
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo.wasm");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        assert!(matches!(read(&fifo), Err(ComponentFileError::NotAFile { .. })));
    }

    #[test]
    fn a_gigantic_sparse_file_is_refused_by_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.wasm");
        std::fs::File::create(&path).unwrap().set_len(2 << 30).unwrap();
        assert!(matches!(read(&path), Err(ComponentFileError::TooLarge { .. })));
    }

    #[test]
    fn a_file_that_grows_while_it_is_read_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("growing.wasm");
        let file = File::create(&path).unwrap();
        let component = open(&path).unwrap();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Sparse, so that it costs nothing to be faster than the reader.
                for size in 1.. {
                    if done.load(std::sync::atomic::Ordering::Relaxed) || size > 4_096 {
                        break;
                    }
                    file.set_len(size << 20).unwrap();
                }
            });
            while file_size(&path) <= MAX_COMPONENT_BYTES {
                std::thread::yield_now();
            }
            let (read, digest) = (component.read(), component.digest());
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert!(matches!(read, Err(ComponentFileError::TooLarge { .. })), "{read:?}");
            assert!(matches!(digest, Err(ComponentFileError::TooLarge { .. })), "{digest:?}");
        });
    }

    fn file_size(path: &Path) -> u64 {
        std::fs::metadata(path).unwrap().len()
    }

    #[test]
    fn a_missing_file_and_a_loop_of_links_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loop.wasm");
        std::os::unix::fs::symlink(&path, &path).unwrap();
        for path in [path, folder.path().join("missing.wasm")] {
            let error = read(&path).unwrap_err();
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
    }
}
