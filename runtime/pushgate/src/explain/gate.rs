//! The catalog, hooks, and what is kept in files.

use super::Explain;
use crate::catalog::CatalogError;
use crate::credential_binding::CredentialBindingError;
use crate::exit::Kind;
use crate::flavors::StoreError;
use crate::flavors::component_file::ComponentFileError;
use crate::grant::ParseGrantError;
use crate::hook_limits::ParseLimitError;
use crate::name::ParseNameError;
use crate::paths::PathsError;
use crate::settings::SettingsError;

impl Explain for ParseGrantError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for CredentialBindingError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotGranted { .. } => Kind::Configuration,
            _ => Kind::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for ParseLimitError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for ParseNameError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for SettingsError {
    fn kind(&self) -> Kind {
        if self.is_refusal_by_schema() { Kind::Configuration } else { Kind::Usage }
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for CatalogError {
    fn kind(&self) -> Kind {
        match self {
            // The name lies outside of everything that is registered.
            Self::NoneContains { .. } => Kind::RefusedByScope,
            _ => Kind::Configuration,
        }
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for PathsError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for StoreError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for ComponentFileError {
    fn kind(&self) -> Kind {
        if self.is_missing() { Kind::Usage } else { Kind::FlavorBroke }
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}
