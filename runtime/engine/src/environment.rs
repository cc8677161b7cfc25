//! Where an Engine may be.
//!
//! The order is that of Docker's own command: `DOCKER_HOST`, else the context that `DOCKER_CONTEXT` names, else the `currentContext` of
//! Docker's configuration. The first of them that is set is the only place that is tried: whoever names an Engine does not want another
//! one. Without any, or where the context is `default`, the usual sockets are tried, one after the other.

mod context;
mod candidate;
mod address;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use self::address::{Address, presentable};
use self::candidate::Candidate;
use self::context::DockerFolder;
use super::error::EngineError;

/// What the environment says about the Engine. The command line reads it once and hands it in.
///
/// A plain `tcp://` address is taken for the loopback only: elsewhere the registry's credentials would travel in clear, and who
/// sits between could put another image in the place of the one that was checked. Other hosts are reached with TLS, which is on
/// when `DOCKER_TLS_VERIFY` or `DOCKER_CERT_PATH` is set to something, with `https://`, or when a context has certificates. The
/// daemon's certificate is always verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineEnvironment {
    /// `DOCKER_HOST`. Where it is set, nothing else is tried.
    pub docker_host: Option<String>,
    /// `DOCKER_CONTEXT`: the name of a context, which counts where `DOCKER_HOST` is not set.
    pub docker_context: Option<String>,
    /// `DOCKER_CONFIG`: the folder of Docker's configuration and contexts. Without it, `.docker` in the home folder.
    pub docker_config: Option<PathBuf>,
    /// `DOCKER_TLS_VERIFY`: any value but the empty one turns TLS on.
    pub docker_tls_verify: Option<String>,
    /// `DOCKER_CERT_PATH`: the folder of ca.pem, cert.pem and key.pem. Without it, `.docker` in the home folder.
    pub docker_cert_path: Option<PathBuf>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`: a rootless Engine, or Podman, has its socket there.
    pub runtime_dir: Option<PathBuf>,
}

const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
const PODMAN_SOCKET: &str = "/run/podman/podman.sock";

/// The context that stands for no context.
const DEFAULT_CONTEXT: &str = "default";

impl EngineEnvironment {
    /// The environment as `variable` tells it. A value that is not UTF-8 is kept as far as it is.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| variable(name).map(|value| value.to_string_lossy().into_owned());
        let path = |name: &str| variable(name).map(PathBuf::from);
        Self {
            docker_host: text("DOCKER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            docker_config: path("DOCKER_CONFIG"),
            docker_tls_verify: text("DOCKER_TLS_VERIFY"),
            docker_cert_path: path("DOCKER_CERT_PATH"),
            home: path("HOME"),
            runtime_dir: path("XDG_RUNTIME_DIR"),
        }
    }

    /// The addresses to try, in this order.
    pub(super) fn candidates(&self) -> Result<Vec<Candidate>, EngineError> {
        if let Some(host) = self.docker_host.as_deref().filter(|host| !host.is_empty()) {
            let address = self.parse(host).map_err(|problem| EngineError::HostRefused {
                origin: "DOCKER_HOST".to_owned(),
                value: presentable(host),
                problem,
            })?;
            return Ok(vec![Candidate { address, origin: "DOCKER_HOST".to_owned() }]);
        }
        match self.context()? {
            Some(candidate) => Ok(vec![candidate]),
            None => Ok(self.usual_sockets()),
        }
    }

    fn parse(&self, host: &str) -> Result<Address, &'static str> {
        Address::parse(host, self.wants_tls(), || {
            self.certificate_folder().ok_or("TLS needs DOCKER_CERT_PATH, or a home folder with .docker in it")
        })
    }

    fn wants_tls(&self) -> bool {
        self.docker_tls_verify.as_deref().is_some_and(|value| !value.is_empty())
            || self.docker_cert_path.as_deref().is_some_and(|path| !path.as_os_str().is_empty())
    }

    fn certificate_folder(&self) -> Option<PathBuf> {
        let own = self.docker_cert_path.as_deref().filter(|path| !path.as_os_str().is_empty()).map(Path::to_owned);
        own.or_else(|| self.home.as_deref().map(|home| home.join(".docker")))
    }

    /// The Engine that a context names; none where no context is chosen, or the one that stands for none.
    fn context(&self) -> Result<Option<Candidate>, EngineError> {
        let named = self.docker_context.as_deref().filter(|name| !name.is_empty());
        if named == Some(DEFAULT_CONTEXT) {
            return Ok(None);
        }
        let Some(folder) = DockerFolder::locate(self.docker_config.as_deref(), self.home.as_deref())? else {
            return match named {
                None => Ok(None),
                Some(name) => Err(context::unusable(name, "DOCKER_CONTEXT", "there is no home folder in which it could be")),
            };
        };
        let (name, origin) = match named {
            Some(name) => (name.to_owned(), "DOCKER_CONTEXT".to_owned()),
            None => match folder.current_context()? {
                Some(name) if name != DEFAULT_CONTEXT => (name, format!("currentContext in {}", folder.config_file().display())),
                _ => return Ok(None),
            },
        };
        folder.context(&name, &origin).map(Some)
    }

    /// Docker's socket, the rootless one, and those of Podman, which speaks the Engine's API too.
    fn usual_sockets(&self) -> Vec<Candidate> {
        let unix = |path: PathBuf, origin: &str| Candidate { address: Address::Unix(path), origin: origin.to_owned() };
        let runtime_dir = self.runtime_dir.as_deref().filter(|folder| folder.is_absolute());
        let mut candidates = vec![unix(DEFAULT_SOCKET.into(), "the default")];
        if let Some(folder) = runtime_dir {
            candidates.push(unix(folder.join("docker.sock"), "rootless, XDG_RUNTIME_DIR"));
            candidates.push(unix(folder.join("podman/podman.sock"), "Podman, XDG_RUNTIME_DIR"));
        }
        candidates.push(unix(PODMAN_SOCKET.into(), "Podman"));
        candidates
    }
}

#[cfg(test)]
mod tests;
