//! What an operator grants a hook: `registry`, or `http=ORIGIN[,private]`.
//!
//! An origin is `scheme://host[:port]` and nothing more. It is compared whole: `https://api.example.com` gives neither `a.api.example.com`, nor
//! `http://api.example.com`, nor another port. There is no wildcard. Naively matched by prefix or suffix, `api.example.com.evil.io` or
//! `xapi.example.com` would pass; parsed hosts can't be confused that way.

use std::fmt;

use pushgate_reference::Origin;

use crate::name::shorten;

/// One thing that a hook may do besides answering.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Grant {
    /// Read-only questions to the registry that the image goes to, inside its URI.
    Registry,
    /// Requests to one origin.
    Http {
        /// The only origin that this grant opens.
        origin: Origin,
        /// Whether the origin may resolve to a private address. Link-local and metadata addresses stay closed.
        private: bool,
    },
}

/// A text that is not a grant, or a list of grants that repeats itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseGrantError {
    /// Neither `registry` nor `http=…`.
    #[error("`{text}` is not a grant")]
    Unknown {
        /// The text, shortened.
        text: String,
    },
    /// `http=` without a proper origin.
    #[error("`{text}` does not grant an origin: {reason}")]
    Origin {
        /// The text, shortened.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The same capability or origin twice: with different options it would be unclear which of them holds.
    #[error("`{grant}` is granted twice")]
    Repeated {
        /// The second one.
        grant: String,
    },
}

impl Grant {
    /// Parses one grant.
    ///
    /// # Errors
    /// Anything but `registry` and `http=ORIGIN[,private]`.
    pub fn parse(text: &str) -> Result<Self, ParseGrantError> {
        if text == "registry" {
            return Ok(Self::Registry);
        }
        let Some(rest) = text.strip_prefix("http=") else {
            return Err(ParseGrantError::Unknown { text: shorten(text) });
        };
        let (origin, private) = match rest.split_once(',') {
            None => (rest, false),
            Some((origin, "private")) => (origin, true),
            Some((_, option)) => {
                let reason = format!("`{}` is not an option, there is only `private`", shorten(option));
                return Err(ParseGrantError::Origin { text: shorten(text), reason });
            }
        };
        match Origin::parse(origin) {
            Ok(origin) => Ok(Self::Http { origin, private }),
            Err(error) => Err(ParseGrantError::Origin { text: shorten(text), reason: error.to_string() }),
        }
    }

    /// Parses a list of grants.
    ///
    /// # Errors
    /// As [`Grant::parse`]; and a capability or origin that is granted twice.
    pub fn parse_all(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Vec<Self>, ParseGrantError> {
        let mut grants: Vec<Self> = Vec::new();
        for text in texts {
            let grant = Self::parse(text.as_ref())?;
            if grants.iter().any(|other| other.opens_the_same(&grant)) {
                return Err(ParseGrantError::Repeated { grant: grant.to_string() });
            }
            grants.push(grant);
        }
        Ok(grants)
    }

    fn opens_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Registry, Self::Registry) => true,
            (Self::Http { origin: one, .. }, Self::Http { origin: two, .. }) => one == two,
            _ => false,
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry => formatter.write_str("registry"),
            Self::Http { origin, private: false } => write!(formatter, "http={origin}"),
            Self::Http { origin, private: true } => write!(formatter, "http={origin},private"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_canonical() {
        let table = [
            ("registry", "registry"),
            ("http=https://api.example.com", "http=https://api.example.com"),
            ("http=https://API.Example.com:443", "http=https://api.example.com"),
            ("http=http://api.example.com:443", "http=http://api.example.com:443"),
            ("http=http://api.example.com:80,private", "http=http://api.example.com,private"),
            ("http=https://10.0.0.1:8443,private", "http=https://10.0.0.1:8443,private"),
            ("http=http://[::1]:80", "http=http://[::1]"),
            ("http=http://localhost:9000", "http=http://localhost:9000"),
        ];
        for (text, canonical) in table {
            let grant = Grant::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(grant.to_string(), canonical);
            assert_eq!(Grant::parse(canonical).unwrap(), grant);
        }
    }

    #[test]
    fn what_is_not_a_grant() {
        for text in [
            "",
            "*",
            "Registry",
            "registry,private",
            "http",
            "http=",
            "http*",
            "http=*",
            "http=*.com",
            "http=https://*.example.com",
            "http=https://*",
            "http=api.example.com",
            "http=//api.example.com",
            "http=ftp://api.example.com",
            "http=HTTPS://api.example.com",
            "http=https://",
            "http=https:///x",
            "http=https://api.example.com/",
            "http=https://api.example.com/v1",
            "http=https://api.example.com?x",
            "http=https://api.example.com#x",
            "http=https://user@api.example.com",
            "http=https://api.example.com.",
            "http=https://api.example.com:0443",
            "http=https://api.example.com:",
            "http=https://api.example.com:70000",
            "http=https://api.example.com ",
            "http=https://api.example.com,public",
            "http=https://api.example.com,private,private",
            "http=https://127.1",
            "http=https://2130706433",
            "http=https://[::ffff:169.254.169.254]",
            "http=https://[fe80::1%eth0]",
            "http=https://аpi.example.com", // a Cyrillic first letter
        ] {
            Grant::parse(text).expect_err(text);
        }
    }

    #[test]
    fn a_grant_given_twice_is_an_error() {
        let error = Grant::parse_all(["registry", "registry"]).unwrap_err();
        assert_eq!(error.to_string(), "`registry` is granted twice");
        let error = Grant::parse_all(["http=https://a.example", "http=https://a.example:443,private"]).unwrap_err();
        assert_eq!(error.to_string(), "`http=https://a.example,private` is granted twice");
        assert_eq!(Grant::parse_all(["registry", "http=https://a.example", "http=http://a.example"]).unwrap().len(), 3);
    }

    #[test]
    fn the_port_is_always_known() {
        let port = |text: &str| match Grant::parse(text).unwrap() {
            Grant::Http { origin, .. } => origin.port(),
            Grant::Registry => unreachable!(),
        };
        assert_eq!(port("http=https://a.example"), 443);
        assert_eq!(port("http=http://a.example"), 80);
        assert_eq!(port("http=http://a.example:8080"), 8080);
    }
}
