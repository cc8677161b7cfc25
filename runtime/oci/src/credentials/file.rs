//! A file with `auths` and `credHelpers`, as Docker and Podman write it: bounded, strict, and never repeated in an error.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pushgate_files::{FileProblem, Links};
use serde_json::{Map, Value};

use crate::credentials::helper::{Helper, Helpers};
use crate::credentials::{CredentialError, CredentialPlace, Credentials, Found, Secret};
use crate::strict_json::{self, DocumentError};

/// The most bytes that a file may have: 1 MiB.
pub(super) const MAX_FILE: u64 = 1024 * 1024;

/// What was read of the file.
pub(super) struct File {
    pub(super) members: Map<String, Value>,
    /// Its permissions.
    mode: u32,
}

/// Reads the file; none if there is no file.
pub(super) fn read(path: &Path) -> Result<Option<File>, CredentialError> {
    Ok(read_bytes(path)?.map(|(_, file)| file))
}

/// The same with the bytes of the file.
pub(super) fn read_bytes(path: &Path) -> Result<Option<(Vec<u8>, File)>, CredentialError> {
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
pub(super) fn parse(bytes: &[u8], place: impl FnOnce() -> CredentialPlace) -> Result<Map<String, Value>, CredentialError> {
    strict_json::parse(bytes, MAX_FILE).map_err(|error| CredentialError::Malformed {
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

/// The file, as far as it concerns one registry.
pub(super) struct Section<'a> {
    pub(super) place: &'a CredentialPlace,
    pub(super) members: &'a Map<String, Value>,
    pub(super) registry: &'a str,
}

impl File {
    /// A warning if others can read the credentials in the file.
    pub(super) fn warnings(&self, place: &CredentialPlace) -> Vec<String> {
        if self.mode & 0o077 == 0 {
            return Vec::new();
        }
        vec![format!("{place} holds credentials and can be read by other users: `chmod 600` it")]
    }
}

impl<'a> Section<'a> {
    fn error(&self, problem: &'static str) -> CredentialError {
        CredentialError::Entry { place: self.place.clone(), registry: self.registry.to_owned(), problem }
    }

    /// What an object of the file holds under one of the names. The case of a host does not count.
    fn look_up(&self, member: &str, wrong: &'static str, names: &[String]) -> Result<Option<&'a Value>, CredentialError> {
        let object = match self.members.get(member) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(self.error(wrong)),
        };
        let find = |name: &String| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        Ok(names.iter().find_map(find).map(|(_, value)| value))
    }

    /// The helper that knows this registry: its own, else the one for all.
    pub(super) fn helper<'h>(&'h self, helpers: &'h Helpers, names: &[String]) -> Result<Option<Helper<'h>>, CredentialError> {
        match self.own(names)? {
            Some(value) => self.find(helpers, "credHelpers", value),
            None => self.members.get("credsStore").map_or(Ok(None), |value| self.find(helpers, "credsStore", value)),
        }
    }

    /// The helper that is named for this registry alone.
    pub(super) fn own_helper<'h>(&'h self, helpers: &'h Helpers, names: &[String]) -> Result<Option<Helper<'h>>, CredentialError> {
        self.own(names)?.map_or(Ok(None), |value| self.find(helpers, "credHelpers", value))
    }

    fn own(&self, names: &[String]) -> Result<Option<&'a Value>, CredentialError> {
        self.look_up("credHelpers", "`credHelpers` is not an object", names)
    }

    fn find<'h>(&'h self, helpers: &'h Helpers, member: &'static str, value: &Value) -> Result<Option<Helper<'h>>, CredentialError> {
        match value {
            Value::Null => Ok(None),
            Value::String(name) if name.is_empty() => Ok(None),
            Value::String(name) => Helper::find(name, helpers, self, member).map(Some),
            _ => Err(self.error("the name of the credential helper is not a string")),
        }
    }

    /// The registry's entry in `auths`.
    pub(super) fn entry(&self, names: &[String]) -> Result<Option<Credentials>, CredentialError> {
        let entry = match self.look_up("auths", "`auths` is not an object", names)? {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(entry)) => entry,
            Some(_) => return Err(self.error("it is not an object")),
        };
        let text = |name: &str, wrong| match entry.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.error(wrong)),
        };
        if let Some(token) = text("identitytoken", "`identitytoken` is not a string")? {
            return Ok(Some(Credentials::IdentityToken(Secret::new(token.to_owned()))));
        }
        let (username, password) = if let Some(encoded) = text("auth", "`auth` is not a string")? {
            // Docker pads with NUL bytes, and takes them off again.
            let decoded = STANDARD.decode(encoded.trim()).map_err(|_| self.error("`auth` is not base64"))?;
            let decoded = String::from_utf8(decoded).map_err(|_| self.error("`auth` is not UTF-8 once decoded"))?;
            let (username, password) = decoded.split_once(':').ok_or_else(|| self.error("`auth` holds no `username:password`"))?;
            (username.to_owned(), password.trim_end_matches('\0').to_owned())
        } else {
            let username = text("username", "`username` is not a string")?;
            let password = text("password", "`password` is not a string")?;
            match (username, password) {
                // `docker login` leaves an empty entry where a helper holds the rest.
                (None, None) => return Ok(None),
                (Some(username), Some(password)) => (username.to_owned(), password.to_owned()),
                _ => return Err(self.error("it has a username without a password, or the reverse")),
            }
        };
        user(username, password).map(Some).ok_or_else(|| self.error("the username is empty or holds a colon"))
    }
}

/// Credentials that were found in a place.
pub(super) fn found(credentials: Credentials, place: &CredentialPlace, warnings: Vec<String>) -> Found {
    Found { credentials, origin: place.to_string(), warnings, notes: Vec::new() }
}

/// A pair as credentials. Docker's name for an identity token in place of a password is the username `<token>`.
pub(super) fn user(username: String, password: String) -> Option<Credentials> {
    if username == "<token>" {
        return Some(Credentials::IdentityToken(Secret::new(password)));
    }
    let usable = !username.is_empty() && !username.contains(':') && !username.chars().any(char::is_control);
    usable.then(|| Credentials::Basic { username, password: Secret::new(password) })
}
