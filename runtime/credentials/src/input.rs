//! What a person typed.

use crate::error::CredentialError;
use crate::secret::{Credentials, Secret};

/// The most bytes of a secret. More than any registry takes in a header.
const MAX_SECRET: usize = 32 * 1024;

impl Credentials {
    /// What a person typed. The username `<token>` stands for an identity token, as it does for credential helpers.
    ///
    /// # Errors
    /// If no registry could be shown them.
    pub fn from_input(username: &str, secret: Secret) -> Result<Self, CredentialError> {
        let problem = |problem| Err(CredentialError::NotStorable { problem });
        if secret.expose().is_empty() {
            return problem("the password is empty");
        }
        if secret.expose().len() > MAX_SECRET {
            return problem("the password has more than 32 KiB");
        }
        if secret.expose().contains(['\0', '\r', '\n']) {
            return problem("the password holds a line break or a NUL");
        }
        match Self::of_pair(username.to_owned(), secret.expose().to_owned()) {
            Some(credentials) => Ok(credentials),
            None => problem("the username is empty, or holds a colon or a control character"),
        }
    }
}
