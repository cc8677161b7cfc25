//! The canonical host of a registry.
//!
//! Docker compares hosts byte by byte, DNS and sockets do not: `REGISTRY.example.com`, `0x7f.1` and `[0:0::1]` each have another
//! spelling that reaches the same machine. One registry has one [`Host`] here; spellings that only some programs understand are
//! refused instead of translated.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::grammar::{DOCKER_HUB, DOCKER_HUB_REGISTRIES, DOCKER_INDEX, LOCALHOST, is_domain_name};
use crate::shown::shown;

mod punycode;

/// A registry's host in canonical form, with its port if one was given: `registry.example.com`, `localhost:5000`, `[::1]:5000`.
///
/// Lower case, no trailing dot, addresses in their one canonical form. A port is kept as it is: `:443` is another registry than no
/// port, as it is for Docker's names and credentials. `index.docker.io`, `registry-1.docker.io` and `registry.hub.docker.com` are `docker.io`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host {
    authority: String,
    hostname: String,
    port: Option<u16>,
}

/// Why a text is not the host of a registry. The values in it are escaped, bounded and without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// It is not `host[:port]` at all.
    #[error("`{host}` is not a host name or address with an optional port")]
    Syntax {
        /// The host.
        host: String,
    },
    /// One word without a port, which Docker reads as a part of a Docker Hub name.
    #[error("the host `{host}` is a single word without a port")]
    SingleWord {
        /// The host.
        host: String,
    },
    /// A label of more than 63 bytes, or more than 253 in all (RFC 1035, section 2.3.4).
    #[error("the host `{host}` is too long: a label has at most 63 bytes, all of it 253")]
    TooLong {
        /// The host.
        host: String,
    },
    /// A label that says it is internationalised, and is not (RFC 3492).
    #[error("the label `{label}` of host `{host}` is not valid Punycode")]
    Punycode {
        /// The host.
        host: String,
        /// The label.
        label: String,
    },
    /// It ends in a number, so that programs take it for an IPv4 address, but not all for the same one.
    #[error("`{host}` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros")]
    Ipv4 {
        /// The host.
        host: String,
    },
    /// What stands in the brackets is not an IPv6 address (RFC 4291, section 2.2), or has a zone.
    #[error("`{host}` is not an IPv6 address in brackets")]
    Ipv6 {
        /// The host.
        host: String,
    },
    /// An IPv6 address that stands for an IPv4 address (RFC 4291, section 2.5.5).
    #[error("the IPv6 address `{host}` hides an IPv4 address")]
    HiddenIpv4 {
        /// The host.
        host: String,
    },
    /// Not a port from 1 to 65535 without leading zeros.
    #[error("`{port}` is not a port from 1 to 65535 without leading zeros")]
    Port {
        /// What stands after the colon.
        port: String,
    },
}

impl Host {
    /// Parses `host[:port]` and makes it canonical.
    ///
    /// # Errors
    /// [`HostError`] for all that has no canonical form.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        // Looked for first, so that no error shows a piece of a password.
        if text.contains('@') {
            return Err(HostError::Syntax { host: shown(text) });
        }
        let (hostname, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, port) = rest.split_once(']').ok_or_else(|| HostError::Ipv6 { host: shown(text) })?;
                let port = match port.strip_prefix(':') {
                    None if port.is_empty() => None,
                    None => return Err(HostError::Syntax { host: shown(text) }),
                    port => port,
                };
                (canonical_ipv6(address)?, parse_port(port)?)
            }
            None => {
                let (name, port) = match text.split_once(':') {
                    Some((name, port)) => (name, Some(port)),
                    None => (text, None),
                };
                (canonical_name(name, port.is_some())?, parse_port(port)?)
            }
        };
        // Only the bare name: with a port, Docker does not take it for Docker Hub.
        let is_hub = hostname == DOCKER_INDEX || DOCKER_HUB_REGISTRIES.contains(&hostname.as_str());
        let hostname = if is_hub && port.is_none() { DOCKER_HUB.to_owned() } else { hostname };
        let bracketed = if hostname.contains(':') { format!("[{hostname}]") } else { hostname.clone() };
        let authority = match port {
            Some(port) => format!("{bracketed}:{port}"),
            None => bracketed,
        };
        Ok(Self { authority, hostname, port })
    }

    /// `host` or `host:port`, an IPv6 address in brackets.
    pub fn as_str(&self) -> &str {
        &self.authority
    }

    /// The name or address, without port and without brackets.
    pub fn hostname(&self) -> &str {
        &self.hostname
    }

    /// The port, if one was given. There is no default: that is the client's matter.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether this is `localhost`, an address in 127.0.0.0/8, or `::1`.
    ///
    /// Testing for the prefix `127.` would accept `127.evil.io`, and `localhost` `localhost.evil.io`.
    pub fn is_loopback(&self) -> bool {
        self.hostname == LOCALHOST || self.hostname.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether this is Docker Hub, whose registry and credentials go by other names.
    pub fn is_docker_hub(&self) -> bool {
        self.authority == DOCKER_HUB
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.authority)
    }
}

/// A host name in lower case, or an IPv4 address.
///
/// `2130706433`, `127.1` and `0x7f.0.0.1` pass for names, and many resolvers take each of them for 127.0.0.1.
fn canonical_name(name: &str, has_port: bool) -> Result<String, HostError> {
    if !is_domain_name(name) {
        return Err(HostError::Syntax { host: shown(name) });
    }
    let name = name.to_ascii_lowercase();
    if name.len() > 253 || name.split('.').any(|label| label.len() > 63) {
        return Err(HostError::TooLong { host: shown(&name) });
    }
    if ends_in_a_number(&name) {
        // Rust's parser takes four decimal numbers without leading zeros and nothing else.
        return match name.parse::<Ipv4Addr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) => Err(HostError::Ipv4 { host: shown(&name) }),
        };
    }
    for label in name.split('.') {
        if label.strip_prefix("xn--").is_some_and(|encoded| !punycode::is_valid(encoded)) {
            return Err(HostError::Punycode { host: shown(&name), label: shown(label) });
        }
    }
    if !name.contains('.') && !has_port && name != LOCALHOST {
        return Err(HostError::SingleWord { host: shown(&name) });
    }
    Ok(name)
}

/// Whether a name in lower case is one that a URL parser takes for an IPv4 address: the "ends in a number checker" of WHATWG's URL Standard,
/// section 3.5. The last label decides: digits alone, or hexadecimal digits, perhaps none, after `0x`. So `a.0xg` is a name.
fn ends_in_a_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_hexadecimal = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    last.bytes().all(|byte| byte.is_ascii_digit()) || last.strip_prefix("0x").is_some_and(is_hexadecimal)
}

/// An IPv6 address in the form of RFC 5952.
///
/// `::ffff:127.0.0.1` and `::127.0.0.1` reach, or seem to reach, an IPv4 host by another name, past every rule about IPv4 hosts.
fn canonical_ipv6(text: &str) -> Result<String, HostError> {
    let address: Ipv6Addr = text.parse().map_err(|_| HostError::Ipv6 { host: shown(text) })?;
    let bits = address.to_bits();
    if address.to_ipv4_mapped().is_some() || (bits >> 32 == 0 && bits > 1) {
        return Err(HostError::HiddenIpv4 { host: shown(text) });
    }
    Ok(address.to_string())
}

/// Leading zeros and ports beyond 65535 are refused: `:0443` and `:443` would be two names of one registry, and some programs take
/// `:65979` for `:443`.
fn parse_port(port: Option<&str>) -> Result<Option<u16>, HostError> {
    let Some(port) = port else { return Ok(None) };
    let is_canonical = !port.starts_with(['0', '+']);
    match port.parse::<u16>() {
        Ok(number) if is_canonical => Ok(Some(number)),
        _ => Err(HostError::Port { port: shown(port) }),
    }
}

#[cfg(test)]
mod tests;
