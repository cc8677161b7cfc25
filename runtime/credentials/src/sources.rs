//! Where credentials may lie, in the order in which they are looked for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use pushgate_net::Authorities;
use pushgate_reference::Host;

use crate::auth_file::AuthFile;
use crate::auth_variable::AuthVariable;
use crate::aws::AwsSources;
use crate::docker_config::DockerConfig;
use crate::error::CredentialError;
use crate::helper;
use crate::place::DOCKER_AUTH_CONFIG;
use crate::secret::Found;

/// All the places where credentials may lie. Nothing is read before [`CredentialSources::credentials`].
///
/// 1. The file that `REGISTRY_AUTH_FILE` names, which is meant for this very command.
/// 2. `DOCKER_AUTH_CONFIG`, as for Docker. GitLab CI sets it for every job; there it comes after the next place, since a
///    `docker login` of the job is meant.
/// 3. Docker's configuration, with its helpers. Podman looks here last. pushgate pushes through Docker, so that both ways
///    out must be the same user, and what `registry login` stores there must count.
/// 4. Podman's own files, as containers-auth.json(5) lists them: `$XDG_RUNTIME_DIR/containers/auth.json`, without that
///    variable `/run/containers/UID/auth.json`; then `containers/auth.json` in `$XDG_CONFIG_HOME`, else in `~/.config`;
///    last `~/.dockercfg`.
///
/// The first place that has something for a registry counts; what one lacks is looked for in the next. A place that
/// cannot be read is an error and not passed over.
#[derive(Clone, Debug, Default)]
pub struct CredentialSources {
    named: Option<AuthFile>,
    variable: Option<AuthVariable>,
    /// Whether Docker's configuration counts before the variable.
    docker_first: bool,
    docker: DockerConfig,
    podman: Vec<AuthFile>,
    aws: AwsSources,
    authorities: Authorities,
}

/// One place.
enum Place<'a> {
    File(&'a AuthFile),
    Variable(&'a AuthVariable),
    Docker,
}

impl CredentialSources {
    /// The environment as `variable` tells it. An empty variable counts as unset.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let user = rustix::process::geteuid().as_raw();
        Self::with_runtime_folder(variable, &Path::new("/run/containers").join(user.to_string()))
    }

    /// The same with another folder for what Podman keeps where `XDG_RUNTIME_DIR` is not set.
    fn with_runtime_folder(variable: impl Fn(&str) -> Option<OsString>, runtime_folder: &Path) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let folder = |name: &str| set(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = folder("HOME");
        let runtime = folder("XDG_RUNTIME_DIR").map_or_else(|| runtime_folder.to_owned(), |folder| folder.join("containers"));
        let configuration = folder("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
        let folders = std::iter::once(runtime).chain(configuration.map(|folder| folder.join("containers")));
        let legacy = home.as_ref().map(|home| AuthFile { path: home.join(".dockercfg"), is_legacy: true });
        let mut docker = DockerConfig::locate(set("DOCKER_CONFIG").as_deref(), home.as_deref()).search_helpers_in(set("PATH").as_deref());
        docker.helpers.time_limit = set(helper::TIME_LIMIT_VARIABLE);
        Self {
            named: set("REGISTRY_AUTH_FILE").map(PathBuf::from).map(AuthFile::new),
            variable: set(DOCKER_AUTH_CONFIG).map(AuthVariable::new),
            docker_first: set("GITLAB_CI").is_some(),
            docker,
            podman: folders.map(|folder| AuthFile::new(folder.join("auth.json"))).chain(legacy).collect(),
            aws: AwsSources::from_environment(set),
            authorities: Authorities::from_environment(set),
        }
    }

    /// Gives helpers the time that a person needs, 60 seconds, where there is a terminal. `PUSHGATE_HELPER_TIMEOUT`
    /// counts before it.
    #[must_use]
    pub fn on_terminal(mut self, on_terminal: bool) -> Self {
        self.docker.helpers.on_terminal = on_terminal;
        self
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

    /// Looks up who one is to a registry, or to a part of it: `repository` is a repository, or what several have in
    /// common. This blocks, as long as the helpers that are asked take.
    ///
    /// # Errors
    /// If a file, a variable, the registry's entry in one, or its helper is of no use.
    pub fn credentials(&self, host: &Host, repository: Option<&str>) -> Result<Found, CredentialError> {
        let mut notes = Vec::new();
        // What Docker's configuration says of a registry that no place has.
        let mut nothing = None;
        for place in self.places() {
            let found = match place {
                Place::File(file) => file.credentials(&self.docker.helpers, host, repository)?,
                Place::Variable(variable) => {
                    let answer = variable.credentials(host, repository)?;
                    notes.extend(answer.note);
                    answer.found
                }
                Place::Docker => {
                    let found = self.docker.credentials(host)?;
                    if found.credentials.is_anonymous() { nothing.replace(found).and(None) } else { Some(found) }
                }
            };
            if let Some(found) = found {
                return Ok(Found { notes, ..found });
            }
        }
        Ok(Found { notes, ..nothing.unwrap_or_default() })
    }

    fn places(&self) -> Vec<Place<'_>> {
        let variable = self.variable.iter().map(Place::Variable);
        let (before, after): (Vec<_>, Vec<_>) =
            if self.docker_first { (Vec::new(), variable.collect()) } else { (variable.collect(), Vec::new()) };
        let named = self.named.iter().map(Place::File);
        named.chain(before).chain([Place::Docker]).chain(after).chain(self.podman.iter().map(Place::File)).collect()
    }
}

#[cfg(test)]
mod tests;
