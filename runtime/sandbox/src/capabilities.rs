//! What a flavor may ask for beyond the push itself, and whether it gets it.
//!
//! The bindings of every line of the contract come here before they do anything, so none of them can go round it.

use std::convert::Infallible;
use std::fmt;

/// Something that a flavor may ask for beyond the push itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Read-only questions to the registry that the image goes to.
    Registry,
    /// Requests to origins that the operator granted.
    Http,
}

impl Capability {
    /// The capability that an interface of the contract stands for.
    pub(crate) fn of_interface(interface: &str) -> Option<Self> {
        match interface {
            "registry" => Some(Self::Registry),
            "http" => Some(Self::Http),
            _ => None,
        }
    }

    /// The name, as the contract has it: `registry` or `http`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Http => "http",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The answer to every question without a grant, the same as for one outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotGranted;

/// What was granted for one call. This version has no way to grant anything, and the types say so: nothing can be returned but
/// [`NotGranted`].
#[derive(Debug, Default)]
pub(crate) struct Grants(());

impl Grants {
    /// The registry that the image goes to, if its questions were granted.
    pub(crate) fn registry(&self) -> Result<Infallible, NotGranted> {
        Err(NotGranted)
    }

    /// The origin of a URL, if requests to it were granted.
    pub(crate) fn http(&self) -> Result<Infallible, NotGranted> {
        Err(NotGranted)
    }
}
