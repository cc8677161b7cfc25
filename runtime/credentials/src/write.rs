//! Writing Docker's configuration: whole, for this user alone, and not over what somebody else just wrote.

use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use pushgate_files::{ForeignOwner, Links, LockProblem, Regular, Stamp, foreign_owner, lock_folder, remove_left, with_suffix, write_new};

use crate::error::CredentialError;
use crate::file;
use crate::place::CredentialPlace;

/// How long is waited for another pushgate. A write takes milliseconds.
const LOCK_WAIT: Duration = Duration::from_secs(10);
/// The new file lies beside the old one.
const NEW: &str = ".pushgate-new";
/// How often is begun anew where Docker, which knows no lock, wrote in between.
const ATTEMPTS: usize = 5;

/// Changes the text of a file, and says whether it differs now. A missing file counts as an empty object. A text that
/// stays as it is stays in its file, which is this user's alone afterwards too.
///
/// The new text goes to a file of its own beside the old one, with mode 0600, and takes its name in one step: whoever is interrupted leaves the
/// old one. Another pushgate waits: the lock is on the folder, so that no lock file is left behind.
pub(crate) fn edit(path: &Path, change: impl Fn(&str) -> Option<String>) -> Result<bool, CredentialError> {
    let path = target(path)?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let unwritable = |path: &Path| {
        let path = path.to_owned();
        move |source| CredentialError::Unwritable { path, source }
    };
    DirBuilder::new().mode(0o700).recursive(true).create(&folder).map_err(unwritable(&folder))?;
    let _lock = lock(&folder, &path, LOCK_WAIT)?;
    for _ in 0..ATTEMPTS {
        let before = fs::metadata(&path).ok();
        if let Some(ForeignOwner { owner, user }) = before.as_ref().and_then(foreign_owner) {
            return Err(CredentialError::ForeignOwner { path, owner, user });
        }
        let text = match file::read_bytes(&path)? {
            Some((bytes, _)) => String::from_utf8(bytes).map_err(|error| unwritable(&path)(io::Error::other(error.utf8_error())))?,
            None => "{}\n".to_owned(),
        };
        let changed = change(&text).filter(|changed| serde_json::from_str::<serde::de::IgnoredAny>(changed).is_ok());
        let changed = changed.ok_or_else(|| CredentialError::Malformed {
            place: CredentialPlace::File(path.clone()),
            problem: "`auths` is not an object".to_owned(),
        })?;
        if changed == text {
            return narrow(&path).map(|()| false).map_err(unwritable(&path));
        }
        let new = with_suffix(&path, NEW);
        let written = remove_left(&new).and_then(|()| write_new(&new, changed.as_bytes())).and_then(|()| {
            if same(before.as_ref(), fs::metadata(&path).ok().as_ref()) { fs::rename(&new, &path).map(|()| true) } else { Ok(false) }
        });
        match written {
            Ok(true) => return Ok(true),
            Ok(false) => continue,
            Err(error) => {
                // The error that matters is the first one.
                let _ = fs::remove_file(&new);
                return Err(unwritable(&path)(error));
            }
        }
    }
    let _ = fs::remove_file(with_suffix(&path, NEW));
    Err(CredentialError::Busy { path, holder: None })
}

/// Takes the permissions of others from a file that is there. It is opened first, so that no other file that takes its
/// name is meant.
fn narrow(path: &Path) -> io::Result<()> {
    let Regular { file, metadata } = match pushgate_files::open(path, Links::Followed) {
        Err(problem) if problem.is_missing() => return Ok(()),
        opened => opened?,
    };
    let mode = metadata.mode();
    if mode & 0o077 == 0 { Ok(()) } else { file.set_permissions(Permissions::from_mode(mode & 0o700)) }
}

/// The file that a symbolic link leads to, which is the one to replace.
fn target(path: &Path) -> Result<PathBuf, CredentialError> {
    match fs::canonicalize(path) {
        Ok(target) => Ok(target),
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => Ok(path.to_owned()),
        Err(source) => Err(CredentialError::Unwritable { path: path.to_owned(), source }),
    }
}

fn lock(folder: &Path, path: &Path, wait: Duration) -> Result<File, CredentialError> {
    lock_folder(folder, wait).map_err(|problem| match problem {
        LockProblem::Held(holder) => CredentialError::Busy { path: path.to_owned(), holder },
        LockProblem::System(source) => CredentialError::Unwritable { path: folder.to_owned(), source },
    })
}

/// Whether nobody wrote the file in between.
fn same(before: Option<&Metadata>, now: Option<&Metadata>) -> bool {
    before.map(Stamp::of) == now.map(Stamp::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_the_lock_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let held = lock(folder.path(), &path, Duration::ZERO).unwrap();
        let error = lock(folder.path(), &path, Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` is being written by process {}", path.display(), std::process::id()));
        drop(held);
        lock(folder.path(), &path, Duration::ZERO).unwrap();
    }
}
