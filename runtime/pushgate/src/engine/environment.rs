//! Where an Engine may be.

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{EngineError, bounded};
use super::tls::TlsToDaemon;
use super::transport::Transport;

/// What the environment says about the Engine. The command line reads it once and hands it in.
///
/// A plain `tcp://` address is taken for the loopback only: elsewhere the registry's credentials would travel in clear, and who
/// sits between could put another image in the place of the one that was checked. Other hosts are reached with TLS, which is on
/// when `DOCKER_TLS_VERIFY` or `DOCKER_CERT_PATH` is set to something, or with `https://`. The daemon's certificate is always
/// verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineEnvironment {
    /// `DOCKER_HOST`. Where it is set, nothing else is tried.
    pub docker_host: Option<String>,
    /// `DOCKER_TLS_VERIFY`: any value but the empty one turns TLS on.
    pub docker_tls_verify: Option<String>,
    /// `DOCKER_CERT_PATH`: the folder of ca.pem, cert.pem and key.pem. Without it, `.docker` in the home folder.
    pub docker_cert_path: Option<PathBuf>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`: a rootless Engine has its socket there.
    pub runtime_dir: Option<PathBuf>,
}

/// One address that will be tried.
pub(super) struct Candidate {
    address: Address,
    origin: &'static str,
}

enum Address {
    Unix(PathBuf),
    Tcp { host: String, port: u16, tls_folder: Option<PathBuf> },
}

const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
const PLAIN_PORT: u16 = 2375;
const TLS_PORT: u16 = 2376;

impl EngineEnvironment {
    /// The environment as `variable` tells it. A value that is not UTF-8 is kept as far as it is.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| variable(name).map(|value| value.to_string_lossy().into_owned());
        let path = |name: &str| variable(name).map(PathBuf::from);
        Self {
            docker_host: text("DOCKER_HOST"),
            docker_tls_verify: text("DOCKER_TLS_VERIFY"),
            docker_cert_path: path("DOCKER_CERT_PATH"),
            home: path("HOME"),
            runtime_dir: path("XDG_RUNTIME_DIR"),
        }
    }

    /// The addresses to try, in this order.
    pub(super) fn candidates(&self) -> Result<Vec<Candidate>, EngineError> {
        if let Some(host) = self.docker_host.as_deref().filter(|host| !host.is_empty()) {
            let address = self.parse(host).map_err(|problem| EngineError::HostRefused { value: presentable(host), problem })?;
            return Ok(vec![Candidate { address, origin: "DOCKER_HOST" }]);
        }
        let mut candidates = vec![Candidate { address: Address::Unix(DEFAULT_SOCKET.into()), origin: "the default" }];
        if let Some(folder) = self.runtime_dir.as_deref().filter(|folder| folder.is_absolute()) {
            candidates.push(Candidate { address: Address::Unix(folder.join("docker.sock")), origin: "rootless, XDG_RUNTIME_DIR" });
        }
        Ok(candidates)
    }

    fn parse(&self, host: &str) -> Result<Address, &'static str> {
        let (scheme, rest) = host.split_once("://").ok_or("it has no scheme, such as unix:// or tcp://")?;
        match scheme {
            "unix" if rest.starts_with('/') && !rest.contains('\0') => Ok(Address::Unix(rest.into())),
            "unix" => Err("the path of the socket is not absolute"),
            "tcp" | "http" => self.parse_tcp(rest, self.wants_tls() && scheme == "tcp"),
            "https" => self.parse_tcp(rest, true),
            "ssh" => Err("pushgate does not speak to an Engine over ssh"),
            "npipe" => Err("named pipes are Windows', which is not supported"),
            "fd" => Err("fd:// is an address for the daemon, not for its clients"),
            _ => Err("its scheme is none of unix, tcp, http and https"),
        }
    }

    fn wants_tls(&self) -> bool {
        self.docker_tls_verify.as_deref().is_some_and(|value| !value.is_empty())
            || self.docker_cert_path.as_deref().is_some_and(|path| !path.as_os_str().is_empty())
    }

    fn parse_tcp(&self, rest: &str, tls: bool) -> Result<Address, &'static str> {
        if rest.contains('@') {
            return Err("it holds a user name or a password");
        }
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#', '\\']) {
            return Err("it has a path");
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => rest.split_once(']').ok_or("the bracket of its address is not closed")?,
            None => authority.split_at_checked(authority.find(':').unwrap_or(authority.len())).unwrap_or((authority, "")),
        };
        let port = match port.strip_prefix(':') {
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|port| *port != 0).ok_or("its port is not one")?
            }
            None if port.is_empty() => {
                if tls {
                    TLS_PORT
                } else {
                    PLAIN_PORT
                }
            }
            _ => return Err("its port is not one"),
        };
        let loopback = is_loopback(host).ok_or("its host is neither a name nor an address")?;
        if !tls && !loopback {
            return Err("without TLS, another machine would get the registry's credentials in clear");
        }
        let tls_folder = if tls { Some(self.certificate_folder()?) } else { None };
        Ok(Address::Tcp { host: host.to_owned(), port, tls_folder })
    }

    fn certificate_folder(&self) -> Result<PathBuf, &'static str> {
        let own = self.docker_cert_path.as_deref().filter(|path| !path.as_os_str().is_empty()).map(Path::to_owned);
        own.or_else(|| self.home.as_deref().map(|home| home.join(".docker")))
            .ok_or("TLS needs DOCKER_CERT_PATH, or a home folder with .docker in it")
    }
}

/// Whether a host is the loopback, or `None` for what is no host. Only the canonical forms of addresses are addresses.
fn is_loopback(host: &str) -> Option<bool> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(address.is_loopback());
    }
    let name = !host.is_empty()
        && host.len() <= 253
        && host.split('.').all(|label| !label.is_empty())
        && host.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_'));
    name.then_some(host == "localhost")
}

/// The address without what may be a secret in it.
fn presentable(host: &str) -> String {
    let shown = match (host.split_once("://"), host.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        (None, Some((_, rest))) => format!("…@{rest}"),
        _ => host.to_owned(),
    };
    format!("`{}`", bounded(&shown, 256))
}

impl Candidate {
    pub(super) fn transport(&self) -> Result<Transport, EngineError> {
        Ok(match &self.address {
            Address::Unix(path) => Transport::Unix(path.clone()),
            Address::Tcp { host, port, tls_folder } => Transport::Tcp {
                host: host.clone(),
                port: *port,
                tls: tls_folder.as_deref().map(TlsToDaemon::read).transpose()?.map(Arc::new),
            },
        })
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Address::Unix(path) => write!(formatter, "unix://{}", path.display())?,
            Address::Tcp { host, port, tls_folder } => {
                let scheme = if tls_folder.is_some() { "https" } else { "tcp" };
                if host.contains(':') {
                    write!(formatter, "{scheme}://[{host}]:{port}")?
                } else {
                    write!(formatter, "{scheme}://{host}:{port}")?
                }
            }
        }
        write!(formatter, " ({})", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_host(host: &str) -> EngineEnvironment {
        EngineEnvironment { docker_host: Some(host.to_owned()), ..EngineEnvironment::default() }
    }

    fn addresses(environment: &EngineEnvironment) -> Vec<String> {
        environment.candidates().unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn docker_host_is_the_only_candidate() {
        for (host, expected) in [
            ("unix:///tmp/x.sock", "unix:///tmp/x.sock (DOCKER_HOST)"),
            ("tcp://127.0.0.1:1", "tcp://127.0.0.1:1 (DOCKER_HOST)"),
            ("tcp://localhost", "tcp://localhost:2375 (DOCKER_HOST)"),
            ("http://[::1]:99/", "tcp://[::1]:99 (DOCKER_HOST)"),
            ("tcp://127.9.9.9:65535", "tcp://127.9.9.9:65535 (DOCKER_HOST)"),
        ] {
            assert_eq!(addresses(&with_host(host)), [expected], "{host}");
        }
    }

    #[test]
    fn without_docker_host_the_usual_sockets_are_tried() {
        assert_eq!(addresses(&EngineEnvironment::default()), ["unix:///var/run/docker.sock (the default)"]);
        let environment =
            EngineEnvironment { docker_host: Some(String::new()), runtime_dir: Some("/run/user/7".into()), ..EngineEnvironment::default() };
        assert_eq!(
            addresses(&environment),
            ["unix:///var/run/docker.sock (the default)", "unix:///run/user/7/docker.sock (rootless, XDG_RUNTIME_DIR)"]
        );
        let environment = EngineEnvironment { runtime_dir: Some("relative".into()), ..EngineEnvironment::default() };
        assert_eq!(addresses(&environment).len(), 1, "nothing is looked for in the working directory");
    }

    #[test]
    fn what_is_never_tried_is_refused_by_name() {
        for (host, problem) in [
            ("ssh://me@host", "ssh"),
            ("npipe:////./pipe/docker_engine", "named pipes"),
            ("fd://", "fd://"),
            ("ftp://x", "scheme"),
            ("/var/run/docker.sock", "no scheme"),
            ("127.0.0.1:2375", "no scheme"),
            ("unix://docker.sock", "not absolute"),
            ("unix://", "not absolute"),
            ("tcp://", "neither a name"),
            ("tcp://127.0.0.1:0", "port"),
            ("tcp://127.0.0.1:65536", "port"),
            ("tcp://127.0.0.1:", "port"),
            ("tcp://127.0.0.1:+1", "port"),
            ("tcp://127.0.0.1:1/base", "path"),
            ("tcp://127.0.0.1:1?x", "path"),
            ("tcp://[::1:1", "bracket"),
            ("tcp://a b:1", "neither a name"),
            ("tcp://docker:2375", "in clear"),
            ("http://192.168.1.1:2375", "in clear"),
            ("tcp://127.1:2375", "in clear"),
            ("tcp://localhost.evil.example:2375", "in clear"),
        ] {
            match with_host(host).candidates() {
                Err(error @ EngineError::HostRefused { .. }) => {
                    assert!(error.to_string().contains(problem), "{host}: {error}");
                    assert!(error.hint().is_some());
                    assert!(!error.blames_registry());
                }
                Err(other) => panic!("{host}: {other}"),
                Ok(_) => panic!("{host} was taken"),
            }
        }
    }

    #[test]
    fn a_password_in_docker_host_is_not_repeated() {
        for host in ["tcp://user:S3CRET@127.0.0.1:1", "ssh://user:S3CRET@host", "user:S3CRET@host", "tcp://a:S3C@RET@b"] {
            let error = with_host(host).candidates().err().unwrap();
            assert!(!error.to_string().contains("S3C") && !error.to_string().contains("RET@b"), "{error}");
        }
    }

    #[test]
    fn tls_is_for_tcp_and_has_its_folder() {
        let verify =
            |host: &str| EngineEnvironment { docker_tls_verify: Some("1".into()), home: Some("/home/me".into()), ..with_host(host) };
        assert_eq!(addresses(&verify("tcp://docker")), ["https://docker:2376 (DOCKER_HOST)"]);
        assert_eq!(addresses(&verify("tcp://10.0.0.1:1")), ["https://10.0.0.1:1 (DOCKER_HOST)"]);
        assert_eq!(addresses(&verify("unix:///x")), ["unix:///x (DOCKER_HOST)"]);
        assert!(verify("http://10.0.0.1:1").candidates().is_err(), "http says that it is not TLS");
        let without_folder = EngineEnvironment { home: None, ..verify("https://docker") };
        assert!(without_folder.candidates().err().unwrap().to_string().contains("DOCKER_CERT_PATH"));
        let empty = EngineEnvironment {
            docker_tls_verify: Some(String::new()),
            docker_cert_path: Some(PathBuf::new()),
            ..with_host("tcp://docker")
        };
        assert!(empty.candidates().is_err());
    }
}
