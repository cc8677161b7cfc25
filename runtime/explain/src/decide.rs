//! Why the gate lets no push through.

use pushgate_gate::decide::{CompareError, DecideError, HostFailure, ImagesError, MissingGrants, SchemaError};
use pushgate_gate::flavors::{FlavorError, NamedFlavorError};
use pushgate_gate::registry_access::AccessError;
use pushgate_source::SourceError;

use super::Explain;
use super::grants::{granting, missing_flags};
use super::registries::of_outbound;
use crate::Kind;

impl Explain for DecideError {
    fn kind(&self) -> Kind {
        match self {
            Self::Flavor(error) => error.kind(),
            Self::MissingGrants(missing) => missing.kind(),
            Self::Settings { error, .. } => error.kind(),
            Self::Refused { .. } => Kind::RefusedByFlavor,
            Self::Misconfigured { .. } => Kind::Configuration,
            Self::Images(error) => error.kind(),
            Self::GaveUp { failure, .. } => kind_of(failure),
            Self::GaveUpOnAnswer { .. } => Kind::RegistryFailed,
            Self::NothingFailed { .. } | Self::Broke { .. } => Kind::FlavorBroke,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Flavor(error) => Explain::hint(error),
            Self::MissingGrants(missing) => Explain::hint(&**missing),
            Self::Settings { flavor, error } if error.blames_settings() => Some(describe_settings(flavor)),
            Self::Settings { error, .. } => Explain::hint(error),
            Self::Misconfigured { flavor, .. } => {
                Some(format!("`pushgate flavor describe {flavor}` shows what it is for, and the settings that it takes"))
            }
            Self::Images(error) => Explain::hint(error),
            Self::GaveUp { failure, .. } => hint_of(failure),
            Self::Broke { error, .. } => error.hint(),
            Self::Refused { .. } | Self::GaveUpOnAnswer { .. } | Self::NothingFailed { .. } => None,
        }
    }
}

/// Where to find the settings that a flavor takes.
pub fn describe_settings(flavor: &str) -> String {
    format!("`pushgate flavor describe {flavor}` shows the settings that it takes")
}

/// Who has to act where a flavor needed something that failed.
pub(super) fn kind_of(failure: &HostFailure) -> Kind {
    match failure {
        HostFailure::Images(error) => error.kind(),
        HostFailure::Access(error) => error.kind(),
        HostFailure::Http { error, .. } => error.kind(),
        HostFailure::Registry(_) | HostFailure::NoAnswer { .. } => Kind::RegistryFailed,
    }
}

/// What may help there.
pub(super) fn hint_of(failure: &HostFailure) -> Option<String> {
    match failure {
        HostFailure::Images(error) => Explain::hint(error),
        HostFailure::Access(error) => Explain::hint(error),
        HostFailure::Registry(error) => error.hint(),
        HostFailure::NoAnswer { .. } => None,
        HostFailure::Http { error, hook } => of_outbound(error, |flag| granting(hook, &[flag])),
    }
}

impl Explain for ImagesError {
    fn kind(&self) -> Kind {
        Kind::SourceFailed
    }

    fn hint(&self) -> Option<String> {
        self.cause.downcast_ref::<SourceError>().and_then(Explain::hint)
    }
}

impl Explain for MissingGrants {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn hint(&self) -> Option<String> {
        let flags = missing_flags(self);
        let grant = if self.hook.registry.is_some() { granting(&self.hook, &flags) } else { flags.join(" ") };
        Some(format!("grant it with {grant}"))
    }
}

impl Explain for CompareError {
    fn kind(&self) -> Kind {
        match self {
            Self::Sandbox(error) => error.kind(),
            Self::Schema(error) => error.kind(),
            Self::Stopped(_) => Kind::Defect,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Sandbox(error) => Explain::hint(error),
            Self::Schema(error) => error.hint(),
            Self::Stopped(_) => None,
        }
    }
}

impl Explain for SchemaError {
    fn kind(&self) -> Kind {
        Kind::FlavorBroke
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Broke { error, .. } => error.hint(),
            Self::NotASchema { .. } => None,
        }
    }
}

impl Explain for NamedFlavorError {
    fn kind(&self) -> Kind {
        self.error.kind()
    }

    fn hint(&self) -> Option<String> {
        self.error.hint()
    }
}

impl Explain for FlavorError {
    fn kind(&self) -> Kind {
        match self {
            Self::Paths(error) => error.kind(),
            Self::File(error) => error.kind(),
            Self::Sandbox(error) => error.kind(),
            Self::ThisProgram(_) => Kind::Defect,
            Self::Load(error) => error.kind(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Paths(error) => error.hint(),
            Self::File(error) => error.hint(),
            Self::Sandbox(error) => error.hint(),
            Self::ThisProgram(_) => None,
            Self::Load(error) => error.hint(),
        }
    }
}

impl Explain for AccessError {
    fn kind(&self) -> Kind {
        match self {
            Self::Credentials(_) | Self::Client(_) => Kind::RegistryFailed,
            Self::Stopped(_) => Kind::Defect,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Credentials(error) => error.hint(),
            Self::Client(error) => error.hint(),
            Self::Stopped(_) => None,
        }
    }
}
