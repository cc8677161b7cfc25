//! Podman's `auth.json`, as containers-auth.json(5) describes it: like Docker's configuration, but an entry may be for a part of a registry.

use std::path::PathBuf;

use pushgate_reference::Host;
use serde_json::{Map, Value};

use crate::error::CredentialError;
use crate::file;
use crate::helper::Helpers;
use crate::place::CredentialPlace;
use crate::secret::Found;
use crate::section::Section;
use crate::server::{Server, keys};

/// One such file. Nothing is read before it is asked.
#[derive(Clone, Debug)]
pub(crate) struct AuthFile {
    pub(crate) path: PathBuf,
    /// Whether it has the form of `.dockercfg`, which is the object that is `auths` elsewhere.
    pub(crate) is_legacy: bool,
}

impl AuthFile {
    /// A file in the form of today.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, is_legacy: false }
    }

    /// Looks up a registry; none if the file has nothing for it.
    ///
    /// Of the entries for `host/team/app`, `host/team` and `host` the most specific one counts. A helper is named for
    /// the whole host.
    pub(crate) fn credentials(&self, helpers: &Helpers, host: &Host, repository: Option<&str>) -> Result<Option<Found>, CredentialError> {
        if !self.path.is_absolute() {
            return Err(CredentialError::RelativeAuthFile { path: self.path.clone() });
        }
        let Some(mut file) = file::read(&self.path)? else { return Ok(None) };
        if self.is_legacy {
            file.members = Map::from_iter([("auths".to_owned(), Value::Object(file.members))]);
        }
        let place = CredentialPlace::File(self.path.clone());
        let section = Section { place: &place, members: &file.members, registry: host.as_str() };
        if let Some(helper) = section.own_helper(helpers, &Server::from(host).names)? {
            let origin = helper.origin();
            // Podman asks for Docker Hub by this name.
            let credentials = helper.get(host.as_str())?;
            return Ok(credentials.map(|credentials| Found { credentials, origin, warnings: Vec::new(), notes: Vec::new() }));
        }
        Ok(section.entry(&keys(host, repository))?.map(|credentials| file::found(credentials, &place, file.warnings(&place))))
    }
}
