//! Where credentials may lie, in the order in which they are looked for.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use pushgate_reference::Host;

use crate::client::Authorities;
use crate::credentials::{AwsSources, CredentialError, DockerConfig, Found, auth_file};

/// All the places where credentials may lie. Nothing is read before [`CredentialSources::credentials`].
///
/// 1. The file that `REGISTRY_AUTH_FILE` names: whoever sets it means it.
/// 2. Docker's configuration, with its helpers. Podman looks here last. pushgate pushes through Docker, so that both ways out must be the
///    same user, and what `registry login` stores there must count.
/// 3. Podman's own files: `$XDG_RUNTIME_DIR/containers/auth.json`, then `containers/auth.json` in `$XDG_CONFIG_HOME`, else in `~/.config`.
///
/// The first place that has something for a registry counts. A place that cannot be read is an error and not passed over.
#[derive(Clone, Debug, Default)]
pub struct CredentialSources {
    named: Option<PathBuf>,
    docker: DockerConfig,
    podman: Vec<PathBuf>,
    search_path: Option<OsString>,
    aws: AwsSources,
    authorities: Authorities,
}

impl CredentialSources {
    /// The environment as `variable` tells it. An empty variable counts as unset.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let folder = |name: &str| set(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = folder("HOME");
        let configuration = folder("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
        let search_path = set("PATH");
        Self {
            named: set("REGISTRY_AUTH_FILE").map(PathBuf::from),
            docker: DockerConfig::locate(set("DOCKER_CONFIG").as_deref(), home.as_deref()).search_helpers_in(search_path.as_deref()),
            podman: folder("XDG_RUNTIME_DIR").into_iter().chain(configuration).map(|folder| folder.join("containers/auth.json")).collect(),
            aws: AwsSources::from_environment(set),
            authorities: Authorities::from_environment(set),
            search_path,
        }
    }

    /// Docker's configuration, where `registry login` stores credentials.
    #[must_use]
    pub fn docker(&self) -> &DockerConfig {
        &self.docker
    }

    /// Where keys of AWS may lie.
    #[must_use]
    pub fn aws(&self) -> &AwsSources {
        &self.aws
    }

    /// Whose certificates prove who a server is, before it is shown credentials.
    #[must_use]
    pub fn authorities(&self) -> &Authorities {
        &self.authorities
    }

    /// Looks up who one is to a registry, or to a part of it: `repository` is a repository, or what several have in common. This blocks, for at
    /// most 10 seconds for each helper that is asked.
    ///
    /// # Errors
    /// If a file, the registry's entry in it, or its helper is of no use.
    pub fn credentials(&self, host: &Host, repository: Option<&str>) -> Result<Found, CredentialError> {
        let in_file = |path: &PathBuf| auth_file::credentials(path, self.helpers(), host, repository);
        if let Some(path) = &self.named
            && let Some(found) = in_file(path)?
        {
            return Ok(found);
        }
        let found = self.docker.credentials(host)?;
        if !found.credentials.is_anonymous() {
            return Ok(found);
        }
        for path in &self.podman {
            if let Some(found) = in_file(path)? {
                return Ok(found);
            }
        }
        Ok(found)
    }

    fn helpers(&self) -> Option<&OsStr> {
        self.search_path.as_deref()
    }
}

#[cfg(test)]
mod tests;
