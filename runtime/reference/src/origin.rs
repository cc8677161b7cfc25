//! What a connection, a grant and a credential belong to.
//!
//! An origin is `scheme://host[:port]` and nothing more, and is compared whole: `https://api.example.com` is neither `a.api.example.com`, nor
//! `http://api.example.com`, nor another port. Naively matched by prefix or suffix, `api.example.com.evil.io` or `xapi.example.com` would pass;
//! parsed hosts can't be confused that way.

use std::fmt;
use std::net::IpAddr;

use crate::grammar::LOCALHOST;
use crate::host::{Host, HostError};
use crate::shown::shown;

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`, port 80: in clear.
    Http,
    /// `https`, port 443: over TLS, with verified certificates.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port of an origin that names none.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// `scheme://host[:port]`, canonical: the port is always known, and shown only if it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    hostname: String,
    port: u16,
}

/// Why a text is not an origin: a fragment, to be put after what it was to be the origin of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseOriginError {
    /// Another scheme.
    #[error("the scheme `{scheme}` is neither http nor https")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// No scheme.
    #[error("it does not begin with https:// or http://")]
    NoScheme,
    /// Nothing after the scheme.
    #[error("the host is missing")]
    NoHost,
    /// A `*`.
    #[error("a wildcard is not an origin")]
    Wildcard,
    /// What may be a user and a password.
    #[error("an origin holds no user")]
    User,
    /// A path, a query or a fragment.
    #[error("an origin ends after the host and the port")]
    Path,
    /// The host has no canonical form.
    #[error(transparent)]
    Host(#[from] HostError),
}

impl Origin {
    /// The origin of a host, which has the scheme's own port if it names none.
    pub fn new(scheme: Scheme, host: &Host) -> Self {
        Self::from_parts(scheme, host.hostname().to_owned(), host.port().unwrap_or(scheme.default_port()))
    }

    /// The origin of a host that somebody else's grammar allows: of a URL, or of a proxy's. An IPv6 address stands without brackets.
    pub const fn from_parts(scheme: Scheme, hostname: String, port: u16) -> Self {
        Self { scheme, hostname, port }
    }

    /// Parses `scheme://host[:port]`. There is no wildcard.
    ///
    /// # Errors
    /// [`ParseOriginError`] for all that is more, less, or has no canonical form.
    pub fn parse(text: &str) -> Result<Self, ParseOriginError> {
        let (scheme, authority) = match text.split_once("://") {
            Some(("http", authority)) => (Scheme::Http, authority),
            Some(("https", authority)) => (Scheme::Https, authority),
            Some((scheme, _)) => return Err(ParseOriginError::Scheme { scheme: shown(scheme) }),
            None => return Err(ParseOriginError::NoScheme),
        };
        if authority.is_empty() {
            Err(ParseOriginError::NoHost)
        } else if authority.contains('*') {
            Err(ParseOriginError::Wildcard)
        } else if authority.contains('@') {
            Err(ParseOriginError::User)
        } else if authority.contains(['/', '\\', '?', '#']) {
            Err(ParseOriginError::Path)
        } else {
            let host = Host::parse(authority)?;
            // Shown without its port, it must be a host too.
            match authority.strip_suffix(&format!(":{}", scheme.default_port())) {
                Some(bare) if host.port() == Some(scheme.default_port()) => Ok(Self::new(scheme, &Host::parse(bare)?)),
                _ => Ok(Self::new(scheme, &host)),
            }
        }
    }

    /// The scheme.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The name or address, without port and without brackets.
    pub fn hostname(&self) -> &str {
        &self.hostname
    }

    /// The port, the scheme's own where none is named.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The value of the `Host` field: the host, with its port if that is not the scheme's own.
    pub fn authority(&self) -> String {
        if self.port == self.scheme.default_port() { self.bracketed() } else { self.host_and_port() }
    }

    /// The authority with its port, whether the scheme has another one or not.
    pub fn host_and_port(&self) -> String {
        format!("{}:{}", self.bracketed(), self.port)
    }

    fn bracketed(&self) -> String {
        if self.hostname.contains(':') { format!("[{}]", self.hostname) } else { self.hostname.clone() }
    }

    /// Whether it is this machine: `localhost`, an address in 127.0.0.0/8, or `::1`.
    pub fn is_loopback(&self) -> bool {
        self.hostname == LOCALHOST || self.hostname.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The absolute URL of a path, which is built from checked names.
    pub fn url(&self, path: &str) -> String {
        format!("{self}{path}")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme, self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_canonical() {
        for (text, canonical, port) in [
            ("https://API.Example.com:443", "https://api.example.com", 443),
            ("http://api.example.com:443", "http://api.example.com:443", 443),
            ("http://api.example.com:80", "http://api.example.com", 80),
            ("http://[::1]:80", "http://[::1]", 80),
            ("http://[0::1]:81", "http://[::1]:81", 81),
        ] {
            let origin = Origin::parse(text).unwrap();
            assert_eq!((origin.to_string().as_str(), origin.port()), (canonical, port));
            assert_eq!(Origin::parse(canonical).unwrap(), origin);
        }
    }

    #[test]
    fn what_is_not_an_origin_says_why() {
        for (text, problem) in [
            ("ftp://a.example", "the scheme `ftp` is neither http nor https"),
            ("HTTPS://a.example", "the scheme `HTTPS` is neither http nor https"),
            ("a.example", "it does not begin with https:// or http://"),
            ("https://", "the host is missing"),
            ("https://*.example.com", "a wildcard is not an origin"),
            ("https://user@a.example", "an origin holds no user"),
            ("https://a.example/", "an origin ends after the host and the port"),
            ("https://a.example\\", "an origin ends after the host and the port"),
        ] {
            assert_eq!(Origin::parse(text).unwrap_err().to_string(), problem);
        }
        assert!(matches!(Origin::parse("https://127.1"), Err(ParseOriginError::Host(_))));
    }

    #[test]
    fn what_is_shown_can_be_parsed_again() {
        assert!(Origin::parse("https://registry:444").is_ok());
        assert!(Origin::parse("https://registry:443").is_err(), "without a port, a single word is no host");
    }
}
