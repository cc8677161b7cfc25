//! Registries, and who one is to them.

use pushgate_client::{PushError, RegistryError};
use pushgate_credentials::CredentialError;

use super::Explain;
use crate::Kind;

impl Explain for CredentialError {
    fn kind(&self) -> Kind {
        Kind::RegistryFailed
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for RegistryError {
    fn kind(&self) -> Kind {
        Kind::RegistryFailed
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for PushError {
    fn kind(&self) -> Kind {
        match self {
            Self::Source(_) => Kind::SourceFailed,
            Self::Registry(_) => Kind::RegistryFailed,
            Self::Unconfirmed(_) => Kind::Unconfirmed,
        }
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}
