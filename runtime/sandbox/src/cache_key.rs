//! The secret that proves that an entry of the cache is ours.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use pushgate_files::Links;

use crate::ownership::{self, PRIVATE_FILE};

/// 32 random bytes in a file that only this user can read.
pub(crate) struct CacheKey([u8; 32]);

impl CacheKey {
    /// Reads the key, or makes it if there is none. Whoever comes first makes it for all.
    ///
    /// # Errors
    /// The file cannot be read or made, belongs to somebody else, can be read by others, or does not hold 32 bytes.
    pub(crate) fn load(path: &Path) -> io::Result<Self> {
        match Self::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Self::create(path)?;
                Self::read(path)
            }
            outcome => outcome,
        }
    }

    fn read(path: &Path) -> io::Result<Self> {
        let opened = pushgate_files::open(path, Links::Refused)?;
        ownership::prove_private_file(&opened.file)?;
        let wrong_length = |_too_large| io::Error::new(io::ErrorKind::InvalidData, "it does not hold 32 bytes");
        let bytes = opened.read(32).map_err(wrong_length)?;
        let key = bytes.try_into().map_err(|_wrong_length| io::Error::new(io::ErrorKind::InvalidData, "it does not hold 32 bytes"))?;
        Ok(Self(key))
    }

    fn create(path: &Path) -> io::Result<()> {
        let directory = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
        let mut file = tempfile::Builder::new().permissions(fs::Permissions::from_mode(PRIVATE_FILE)).tempfile_in(directory)?;
        file.write_all(&key)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Ok(_file) => File::open(directory)?.sync_all(),
            // Somebody else was first: theirs is the key.
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error.error),
        }
    }

    /// A keyed BLAKE3 state, told apart from other uses by a context.
    pub(crate) fn hasher(&self) -> blake3::Hasher {
        blake3::Hasher::new_keyed(&self.0)
    }
}

use std::os::unix::fs::PermissionsExt;
