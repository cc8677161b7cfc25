//! Who one is to a registry, and where that was found.

mod error;

// Where they are looked up.
mod auth_file;
mod auth_variable;
mod aws;
mod docker_config;
mod file;
mod helper;
mod server;
mod sources;

// Where they are kept.
mod store;
mod write;

use std::fmt;

pub use aws::AwsSources;
pub use docker_config::DockerConfig;
pub use error::{CredentialError, CredentialPlace};
pub use helper::end_helpers;
pub use server::Server;
pub use sources::CredentialSources;
pub use store::Kept;

/// A password or token. It cannot be displayed, and its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret itself. Whoever calls this must not let it reach a log, an error or an output.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// What is shown to a registry that asks who one is.
#[derive(Clone, Debug, Default)]
pub enum Credentials {
    /// Nothing.
    #[default]
    Anonymous,
    /// A user's name and password, or what takes the place of one.
    Basic {
        /// Without a colon.
        username: String,
        /// May hold anything.
        password: Secret,
    },
    /// A refresh token, which a token server turns into tokens for single repositories.
    IdentityToken(Secret),
}

impl Credentials {
    /// Whether there are none.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        matches!(self, Self::Anonymous)
    }
}

/// Credentials with the place where they were found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// [`Credentials::Anonymous`] if there are none for this registry.
    pub credentials: Credentials,
    /// The file, the variable or the helper, never what it holds. Also says where was looked when there are none.
    pub origin: String,
    /// What is dangerous about the place, for example that others can read the file.
    pub warnings: Vec<String>,
    /// What was ignored on the way.
    pub notes: Vec<String>,
}

#[cfg(test)]
mod tests;
