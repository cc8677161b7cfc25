//! Docker's configuration file: `config.json` in the folder that `DOCKER_CONFIG` names, else in `~/.docker`.
//!
//! Used of it are `credHelpers`, `credsStore` and `auths`, in that order, as Docker does. What is wrong with one registry's entry is
//! that registry's problem only; no other registry's entry is ever tried in its place.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::credentials::file::{self, Section};
use crate::credentials::{CredentialError, Credentials, Found, Server, helper};

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

    pub(super) fn absolute_path(&self) -> Result<Option<PathBuf>, CredentialError> {
        match self.path() {
            Some(path) if !path.is_absolute() => Err(CredentialError::RelativeFolder { path: self.folder.clone().unwrap_or_default() }),
            path => Ok(path),
        }
    }

    pub(super) fn search_path(&self) -> Option<&OsStr> {
        self.search_path.as_deref()
    }

    /// Looks up who one is to a registry, or to an origin. This blocks, for at most 10 seconds where a helper is asked.
    ///
    /// A missing file, or one without anything for it, means [`Credentials::Anonymous`].
    ///
    /// # Errors
    /// If the file, the registry's entry, or its helper is of no use.
    pub fn credentials(&self, server: impl Into<Server>) -> Result<Found, CredentialError> {
        let server = server.into();
        let anonymous = |origin: String| Found { credentials: Credentials::Anonymous, origin, warnings: Vec::new() };
        let Some(path) = self.absolute_path()? else {
            return Ok(anonymous("none: there is no home folder".to_owned()));
        };
        let Some(file) = file::read(&path)? else {
            return Ok(anonymous(format!("none: `{}` does not exist", path.display())));
        };
        let section = Section { path: &path, members: &file.members, registry: &server.shown };
        if let Some(name) = section.helper(&server.names)? {
            let found = helper::get(name, self.search_path.as_deref(), &server.names, &path, &server.shown)?;
            let origin = format!("credential helper `{}`", found.program.display());
            return Ok(match found.credentials {
                Some(credentials) => Found { credentials, origin, warnings: Vec::new() },
                None => anonymous(format!("none: {origin} has nothing for {}", server.shown)),
            });
        }
        let Some(credentials) = section.entry(&server.names)? else {
            return Ok(anonymous(format!("none: `{}` has nothing for {}", path.display(), server.shown)));
        };
        let warnings = file.warnings(&path);
        Ok(Found { credentials, origin: format!("`{}`", path.display()), warnings })
    }
}
