//! Docker's configuration file: `config.json` in the folder that `DOCKER_CONFIG` names, else in `~/.docker`.
//!
//! Used of it are `credHelpers`, `credsStore` and `auths`, in that order, as Docker does. What is wrong with one registry's entry is
//! that registry's problem only; no other registry's entry is ever tried in its place.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pushgate_reference::Host;
use serde_json::{Map, Value};

use crate::credentials::{CredentialError, Credentials, Found, Secret, helper};
use crate::strict_json::{self, DocumentError};

/// The most bytes that the file may have: 1 MiB.
const MAX_FILE: u64 = 1024 * 1024;

/// The name that `docker login` gives to Docker Hub.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// Where Docker's configuration file is. Nothing is read before [`DockerConfig::credentials`].
#[derive(Clone, Debug, Default)]
pub struct DockerConfig {
    folder: Option<PathBuf>,
    search_path: Option<Box<OsStr>>,
}

impl DockerConfig {
    /// Takes the values of `DOCKER_CONFIG` and of the home folder. An empty one counts as unset.
    #[must_use]
    pub fn locate(docker_config: Option<&OsStr>, home: Option<&Path>) -> Self {
        let named = docker_config.filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = named.or_else(|| home.filter(|home| home.is_absolute()).map(|home| home.join(".docker")));
        Self { folder, search_path: None }
    }

    /// Takes the value of `PATH`, in which credential helpers are looked up. Relative folders in it are skipped.
    #[must_use]
    pub fn search_helpers_in(mut self, path: Option<&OsStr>) -> Self {
        self.search_path = path.map(Into::into);
        self
    }

    /// The file, if there is a folder for it.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("config.json"))
    }

    /// Looks up who one is to a registry. This blocks, for at most 10 seconds where a helper is asked.
    ///
    /// A missing file, or one without anything for the registry, means [`Credentials::Anonymous`].
    ///
    /// # Errors
    /// If the file, the registry's entry, or its helper is of no use.
    pub fn credentials(&self, host: &Host) -> Result<Found, CredentialError> {
        let anonymous = |origin: String| Found { credentials: Credentials::Anonymous, origin, warnings: Vec::new() };
        let Some(path) = self.path() else {
            return Ok(anonymous("none: there is no home folder".to_owned()));
        };
        if !path.is_absolute() {
            return Err(CredentialError::RelativeFolder { path: self.folder.clone().unwrap_or_default() });
        }
        let Some(File { members, mode }) = read(&path)? else {
            return Ok(anonymous(format!("none: `{}` does not exist", path.display())));
        };
        let section = Section { path: &path, members: &members, registry: host.as_str() };
        let names = names(host);
        if let Some(name) = section.helper(&names)? {
            let found = helper::get(name, self.search_path.as_deref(), &names, &path, host.as_str())?;
            let origin = format!("credential helper `{}`", found.program.display());
            return Ok(match found.credentials {
                Some(credentials) => Found { credentials, origin, warnings: Vec::new() },
                None => anonymous(format!("none: {origin} has nothing for {host}")),
            });
        }
        let Some(credentials) = section.entry(&names)? else {
            return Ok(anonymous(format!("none: `{}` has nothing for {host}", path.display())));
        };
        let warnings = if mode & 0o077 == 0 {
            Vec::new()
        } else {
            vec![format!("`{}` holds credentials and can be read by other users: `chmod 600` it", path.display())]
        };
        Ok(Found { credentials, origin: format!("`{}`", path.display()), warnings })
    }
}

/// The names under which a registry may stand, the most likely first.
fn names(host: &Host) -> Vec<String> {
    if host.is_docker_hub() {
        return [DOCKER_HUB, "docker.io", "index.docker.io", "https://index.docker.io", "https://docker.io"].map(str::to_owned).to_vec();
    }
    let forms = ["", "/", "/v1", "/v1/", "/v2", "/v2/"];
    let with_scheme = forms.iter().map(|end| format!("https://{host}{end}"));
    std::iter::once(host.to_string()).chain(with_scheme).collect()
}

/// What was read of the file.
struct File {
    members: Map<String, Value>,
    /// Its permissions.
    mode: u32,
}

/// Reads the file; none if there is no file.
fn read(path: &Path) -> Result<Option<File>, CredentialError> {
    let unreadable = |source| CredentialError::Unreadable { path: path.to_owned(), source };
    // Opening a FIFO must not wait for a writer.
    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = match fs::File::options().read(true).custom_flags(nonblocking).open(path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(unreadable(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let members = strict_json::parse(&bytes, MAX_FILE).map_err(|error| CredentialError::Malformed {
        path: path.to_owned(),
        // In a file that is not what it should be, a key may be anything, a password included.
        problem: match error {
            DocumentError::RepeatedKey { line, column, .. } => {
                format!("a key stands twice (case does not count), at line {line}, column {column}")
            }
            other => other.to_string(),
        },
    })?;
    Ok(Some(File { members, mode: metadata.mode() }))
}

/// The file, as far as it concerns one registry.
struct Section<'a> {
    path: &'a Path,
    members: &'a Map<String, Value>,
    registry: &'a str,
}

impl<'a> Section<'a> {
    fn error(&self, problem: &'static str) -> CredentialError {
        CredentialError::Entry { path: self.path.to_owned(), registry: self.registry.to_owned(), problem }
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

    /// The name of the helper that knows this registry.
    fn helper(&self, names: &[String]) -> Result<Option<&'a str>, CredentialError> {
        let own = self.look_up("credHelpers", "`credHelpers` is not an object", names)?;
        match own.or_else(|| self.members.get("credsStore")) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(name)) if name.is_empty() => Ok(None),
            Some(Value::String(name)) => Ok(Some(name)),
            Some(_) => Err(self.error("the name of the credential helper is not a string")),
        }
    }

    /// The registry's entry in `auths`.
    fn entry(&self, names: &[String]) -> Result<Option<Credentials>, CredentialError> {
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

/// A pair as credentials. Docker's name for an identity token in place of a password is the username `<token>`.
pub(super) fn user(username: String, password: String) -> Option<Credentials> {
    if username == "<token>" {
        return Some(Credentials::IdentityToken(Secret::new(password)));
    }
    let usable = !username.is_empty() && !username.contains(':') && !username.chars().any(char::is_control);
    usable.then(|| Credentials::Basic { username, password: Secret::new(password) })
}
