//! What is shown to a registry.

use std::fmt;

/// A password or token. It cannot be displayed, and its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

    /// A pair as credentials. Docker's name for an identity token in place of a password is the username `<token>`.
    pub(crate) fn of_pair(username: String, password: String) -> Option<Self> {
        if username == "<token>" {
            return Some(Self::IdentityToken(Secret::new(password)));
        }
        let usable = !username.is_empty() && !username.contains(':') && !username.chars().any(char::is_control);
        usable.then(|| Self::Basic { username, password: Secret::new(password) })
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
