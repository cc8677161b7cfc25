//! What there is to show.

use std::sync::Arc;

use pushgate_credentials::{CredentialError, Credentials};

/// Who one is to a registry.
pub(crate) struct Identity {
    /// The registry, as it stands in a reference.
    pub(crate) host: String,
    /// What is shown when it asks.
    pub(crate) credentials: Credentials,
    /// Why there are no credentials, if they could not be looked up.
    pub(crate) missing: Option<Arc<CredentialError>>,
}
