//! New files, for this user alone.

use std::ffi::OsString;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Removes what an interrupted writer left under the name of a new file, if there is anything.
///
/// # Errors
/// What the system refuses.
pub fn remove_left(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a new file with mode 0600, whatever the umask, and flushes it to the disk: it can then take another's name in one step. Nothing may have
/// its own name: see [`remove_left`].
///
/// # Errors
/// What the system refuses.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The path with something appended to its last component.
#[must_use]
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn a_new_file_is_its_owners_alone_and_replaces_what_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = with_suffix(&folder.path().join("config.json"), ".new");
        assert!(path.ends_with("config.json.new"));
        fs::write(&path, "left by somebody who was interrupted").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        remove_left(&path).unwrap();
        write_new(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }
}
