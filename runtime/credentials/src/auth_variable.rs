//! `DOCKER_AUTH_CONFIG`: the content of a file with `auths` in a variable, as GitLab CI sets it and Docker reads it
//! since version 28.2.
//!
//! Its `auths` alone count, as for Docker; where GitLab's runner reads helpers from it too, a note says that they are
//! ignored. As for the runner, an entry may be for a part of a registry.

use std::ffi::OsString;

use pushgate_reference::Host;
use serde_json::{Map, Value};

use crate::error::CredentialError;
use crate::file;
use crate::place::{CredentialPlace, DOCKER_AUTH_CONFIG};
use crate::secret::{Found, Secret};
use crate::section::Section;
use crate::server::keys;

const PLACE: CredentialPlace = CredentialPlace::Variable(DOCKER_AUTH_CONFIG);

/// The variable, set. Nothing of it is looked at before it is asked.
#[derive(Clone, Debug)]
pub(crate) struct AuthVariable(Result<Secret, NotText>);

/// The value is not UTF-8.
#[derive(Clone, Debug)]
struct NotText;

/// What the variable has for a registry.
pub(crate) struct VariableEntry {
    pub(crate) found: Option<Found>,
    /// That it holds more than counts.
    pub(crate) note: Option<String>,
}

impl AuthVariable {
    pub(crate) fn new(value: OsString) -> Self {
        Self(value.into_string().map(Secret::new).map_err(|_| NotText))
    }

    /// Looks up a registry.
    pub(crate) fn credentials(&self, host: &Host, repository: Option<&str>) -> Result<VariableEntry, CredentialError> {
        let members = self.members()?;
        let section = Section { place: &PLACE, members: &members, registry: host.as_str() };
        let entry = section.entry(&keys(host, repository))?;
        Ok(VariableEntry { found: entry.map(|credentials| file::found(credentials, &PLACE, Vec::new())), note: note(&members) })
    }

    fn members(&self) -> Result<Map<String, Value>, CredentialError> {
        let malformed = |problem: &str| CredentialError::Malformed { place: PLACE, problem: problem.to_owned() };
        let value = self.0.as_ref().map_err(|NotText| malformed("not UTF-8"))?.expose();
        if value.starts_with('/') {
            return Err(malformed("it is a path; in GitLab, the type of the variable must not be `File`"));
        }
        file::parse(value.as_bytes(), || PLACE)
    }
}

fn note(members: &Map<String, Value>) -> Option<String> {
    if members.keys().all(|name| name == "auths") {
        return None;
    }
    // Only names that are known are shown: in what is not as it should be, a key may be anything.
    let known: Vec<&str> = ["credHelpers", "credsStore"].into_iter().filter(|name| members.contains_key(*name)).collect();
    let among = if known.is_empty() { String::new() } else { format!(", `{}` among them", known.join("` and `")) };
    Some(format!("only `auths` of {PLACE} counts; its other members are ignored{among}"))
}
