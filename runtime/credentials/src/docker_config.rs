//! Docker's configuration file: `config.json` in the folder that `DOCKER_CONFIG` names, else in `~/.docker`.
//!
//! Used of it are `credHelpers`, `credsStore` and `auths`, in that order, as Docker does. What is wrong with one registry's entry is
//! that registry's problem only; no other registry's entry is ever tried in its place.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::error::CredentialError;
use crate::file;
use crate::helper::Helpers;
use crate::place::CredentialPlace;
use crate::secret::{Credentials, Found};
use crate::section::Section;
use crate::server::Server;

/// Where Docker's configuration file is. Nothing is read before [`DockerConfig::credentials`].
#[derive(Clone, Debug, Default)]
pub struct DockerConfig {
    folder: Option<PathBuf>,
    pub(crate) helpers: Helpers,
}

impl DockerConfig {
    /// Takes the values of `DOCKER_CONFIG` and of the home folder. An empty one counts as unset.
    #[must_use]
    pub fn locate(docker_config: Option<&OsStr>, home: Option<&Path>) -> Self {
        let named = docker_config.filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = named.or_else(|| home.filter(|home| home.is_absolute()).map(|home| home.join(".docker")));
        Self { folder, helpers: Helpers::default() }
    }

    /// Takes the value of `PATH`, in which credential helpers are looked up. Relative folders in it are skipped.
    #[must_use]
    pub fn search_helpers_in(mut self, path: Option<&OsStr>) -> Self {
        self.helpers.search_path = path.map(Into::into);
        self
    }

    /// The file, if there is a folder for it.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("config.json"))
    }

    pub(crate) fn absolute_path(&self) -> Result<Option<PathBuf>, CredentialError> {
        match self.path() {
            Some(path) if !path.is_absolute() => Err(CredentialError::RelativeFolder { path: self.folder.clone().unwrap_or_default() }),
            path => Ok(path),
        }
    }

    /// Looks up who one is to a registry, or to an origin. This blocks, as long as a helper that is asked takes: 10
    /// seconds at most, unless another limit is set.
    ///
    /// A missing file, or one without anything for it, means [`Credentials::Anonymous`].
    ///
    /// # Errors
    /// If the file, the registry's entry, or its helper is of no use.
    pub fn credentials(&self, server: impl Into<Server>) -> Result<Found, CredentialError> {
        let server = server.into();
        let anonymous = |origin: String| Found { credentials: Credentials::Anonymous, origin, warnings: Vec::new(), notes: Vec::new() };
        let Some(path) = self.absolute_path()? else {
            return Ok(anonymous("none: there is no home folder".to_owned()));
        };
        let Some(file) = file::read(&path)? else {
            return Ok(anonymous(format!("none: `{}` does not exist", path.display())));
        };
        let place = CredentialPlace::File(path);
        let section = Section { place: &place, members: &file.members, registry: &server.shown };
        if let Some(helper) = section.helper(&self.helpers, &server.names)? {
            let origin = helper.origin();
            return Ok(match helper.find_credentials(&server)? {
                Some(credentials) => Found { credentials, origin, warnings: Vec::new(), notes: Vec::new() },
                None => anonymous(format!("none: {origin} has nothing for {}", server.shown)),
            });
        }
        match section.entry(&server.names)? {
            Some(credentials) => Ok(file::found(credentials, &place, file.warnings(&place))),
            None => Ok(anonymous(format!("none: {place} has nothing for {}", server.shown))),
        }
    }
}
