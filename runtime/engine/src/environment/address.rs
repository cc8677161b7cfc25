//! The addresses of an Engine, as `DOCKER_HOST` and contexts write them.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::text::bounded;

/// Where an Engine listens.
pub(super) enum Address {
    Unix(PathBuf),
    Tcp { host: String, port: u16, tls_folder: Option<PathBuf> },
}

const PLAIN_PORT: u16 = 2375;
const TLS_PORT: u16 = 2376;

impl Address {
    /// Reads an address. `tls` says whether `tcp://` means TLS, `certificates` where its files are.
    pub(super) fn parse(host: &str, tls: bool, certificates: impl FnOnce() -> Result<PathBuf, &'static str>) -> Result<Self, &'static str> {
        let (scheme, rest) = host.split_once("://").ok_or("it has no scheme, such as unix:// or tcp://")?;
        match scheme {
            "unix" if rest.starts_with('/') && !rest.contains('\0') => Ok(Self::Unix(rest.into())),
            "unix" => Err("the path of the socket is not absolute"),
            "tcp" | "http" => Self::parse_tcp(rest, tls && scheme == "tcp", certificates),
            "https" => Self::parse_tcp(rest, true, certificates),
            "ssh" => Err("pushgate does not speak to an Engine over ssh"),
            "npipe" => Err("named pipes are Windows', which is not supported"),
            "fd" => Err("fd:// is an address for the daemon, not for its clients"),
            _ => Err("its scheme is none of unix, tcp, http and https"),
        }
    }

    fn parse_tcp(rest: &str, tls: bool, certificates: impl FnOnce() -> Result<PathBuf, &'static str>) -> Result<Self, &'static str> {
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
        let tls_folder = if tls { Some(certificates()?) } else { None };
        Ok(Self::Tcp { host: host.to_owned(), port, tls_folder })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(formatter, "unix://{}", path.display()),
            Self::Tcp { host, port, tls_folder } => {
                let scheme = if tls_folder.is_some() { "https" } else { "tcp" };
                if host.contains(':') {
                    write!(formatter, "{scheme}://[{host}]:{port}")
                } else {
                    write!(formatter, "{scheme}://{host}:{port}")
                }
            }
        }
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
pub(super) fn presentable(host: &str) -> String {
    let shown = match (host.split_once("://"), host.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        (None, Some((_, rest))) => format!("…@{rest}"),
        _ => host.to_owned(),
    };
    format!("`{}`", bounded(&shown, 256))
}
