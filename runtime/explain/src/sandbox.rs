//! The sandbox, and the components in it.

use pushgate_sandbox::{LoadError, SandboxError, SettingsError};

use super::Explain;
use crate::Kind;

impl Explain for SandboxError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for LoadError {
    fn kind(&self) -> Kind {
        match self {
            // A component that the store has lost or that was damaged there is not its author's fault.
            Self::Read { .. } | Self::DigestMismatch { .. } => Kind::Configuration,
            _ => Kind::FlavorBroke,
        }
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for SettingsError {
    fn kind(&self) -> Kind {
        if self.blames_settings() { Kind::Configuration } else { Kind::FlavorBroke }
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}
