//! What a flavor may ask for beyond the push itself.

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
    /// Every capability.
    pub const ALL: [Self; 2] = [Self::Registry, Self::Http];

    /// The capability that an interface of the contract stands for.
    pub(crate) fn of_interface(interface: &str) -> Option<Self> {
        match interface {
            "registry" => Some(Self::Registry),
            "http" => Some(Self::Http),
            _ => None,
        }
    }

    /// The name, as the contract has it: `registry` or `http`.
    pub const fn as_str(self) -> &'static str {
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
