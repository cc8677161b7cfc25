//! A file with `auths` and `credHelpers`, as Docker and Podman write it: bounded, strict, and never repeated in an error.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use pushgate_files::{FileProblem, Links};
use pushgate_json::{DocumentError, parse_object};
use serde_json::{Map, Value};

use crate::error::CredentialError;
use crate::place::CredentialPlace;
use crate::secret::{Credentials, Found};

/// The most bytes that a file may have: 1 MiB.
pub(crate) const MAX_FILE: u64 = 1024 * 1024;

/// What was read of the file.
pub(crate) struct File {
    pub(crate) members: Map<String, Value>,
    /// Its permissions.
    mode: u32,
}

/// Reads the file; none if there is no file.
pub(crate) fn read(path: &Path) -> Result<Option<File>, CredentialError> {
    Ok(read_bytes(path)?.map(|(_, file)| file))
}

/// The same with the bytes of the file.
pub(crate) fn read_bytes(path: &Path) -> Result<Option<(Vec<u8>, File)>, CredentialError> {
    let unreadable = |problem: FileProblem| CredentialError::Unreadable { path: path.to_owned(), source: problem.into() };
    let file = match pushgate_files::open(path, Links::Followed) {
        Err(problem) if problem.is_missing() => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    let bytes = file.read(MAX_FILE).map_err(unreadable)?;
    let members = parse(&bytes, || CredentialPlace::File(path.to_owned()))?;
    Ok(Some((bytes, File { members, mode: file.metadata.mode() })))
}

/// The members of the JSON object that a file or a variable holds.
pub(crate) fn parse(bytes: &[u8], place: impl FnOnce() -> CredentialPlace) -> Result<Map<String, Value>, CredentialError> {
    parse_object(bytes, MAX_FILE).map_err(|error| CredentialError::Malformed {
        place: place(),
        // In what is not as it should be, a key may be anything, a password included.
        problem: match error {
            DocumentError::RepeatedKey { line, column, .. } => {
                format!("a key stands twice (case does not count), at line {line}, column {column}")
            }
            other => other.to_string(),
        },
    })
}

impl File {
    /// A warning if others can read the credentials in the file.
    pub(crate) fn warnings(&self, place: &CredentialPlace) -> Vec<String> {
        if self.mode & 0o077 == 0 {
            return Vec::new();
        }
        vec![format!("{place} holds credentials and can be read by other users: `chmod 600` it")]
    }
}

/// Credentials that were found in a place.
pub(crate) fn found(credentials: Credentials, place: &CredentialPlace, warnings: Vec<String>) -> Found {
    Found { credentials, origin: place.to_string(), warnings, notes: Vec::new() }
}
