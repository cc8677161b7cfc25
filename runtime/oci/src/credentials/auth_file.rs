//! Podman's `auth.json`, as containers-auth.json(5) describes it: like Docker's configuration, but an entry may be for a part of a registry.

use std::ffi::OsStr;
use std::path::PathBuf;

use pushgate_reference::Host;

use crate::credentials::file::{self, Section};
use crate::credentials::{CredentialError, Credentials, Found, Server, helper};

/// Looks up a registry in one such file; none if it has nothing for it.
///
/// Of the entries for `host/team/app`, `host/team` and `host` the most specific one counts. A helper is named for the whole host.
pub(super) fn credentials(
    path: &PathBuf,
    search_path: Option<&OsStr>,
    host: &Host,
    repository: Option<&str>,
) -> Result<Option<Found>, CredentialError> {
    if !path.is_absolute() {
        return Err(CredentialError::RelativeAuthFile { path: path.clone() });
    }
    let Some(file) = file::read(path)? else { return Ok(None) };
    let section = Section { path, members: &file.members, registry: host.as_str() };
    let servers = Server::from(host).names;
    if let Some(value) = section.own_helper(&servers)?
        && let Some(name) = section.helper_name(value)?
    {
        // Podman asks for Docker Hub by this name.
        let server = [host.to_string()];
        let found = helper::get(name, search_path, &server, path, host.as_str())?;
        let origin = format!("credential helper `{}`", found.program.display());
        return Ok(found.credentials.map(|credentials| Found { credentials, origin, warnings: Vec::new() }));
    }
    let keys: Vec<String> = parts(host, repository.unwrap_or_default()).into_iter().chain(servers).collect();
    let found = |credentials: Credentials| Found { credentials, origin: format!("`{}`", path.display()), warnings: file.warnings(path) };
    Ok(section.entry(&keys)?.map(found))
}

/// `host/team/app`, `host/team`: the parts of a registry in which a repository lies, the smallest first.
fn parts(host: &Host, repository: &str) -> Vec<String> {
    let ends = repository.match_indices('/').map(|(end, _)| end).chain([repository.len()]);
    let mut parts: Vec<String> =
        ends.filter_map(|end| repository.get(..end)).filter(|part| !part.is_empty()).map(|part| format!("{host}/{part}")).collect();
    parts.reverse();
    parts
}
