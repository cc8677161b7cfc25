//! Where credentials are looked for.

use std::fmt;
use std::path::PathBuf;

/// The variable that holds what a file with `auths` holds.
pub(crate) const DOCKER_AUTH_CONFIG: &str = "DOCKER_AUTH_CONFIG";

/// Where credentials are looked for: a file, or a variable that holds what such a file holds. Its display is fit for a
/// person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialPlace {
    /// A file.
    File(PathBuf),
    /// The name of an environment variable. Its value is never shown.
    Variable(&'static str),
}

impl fmt::Display for CredentialPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "`{}`", path.display()),
            Self::Variable(name) => write!(formatter, "the environment variable {name}"),
        }
    }
}
