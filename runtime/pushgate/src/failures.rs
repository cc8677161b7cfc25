//! Which kind of failure each module's errors are. The one place that decides about exit codes.

use pushgate_client::{PushError, RegistryError};
use pushgate_credentials::CredentialError;
use pushgate_oci::ParsePlatformError;
use pushgate_reference::{OutOfScope, ParseReferenceError, ParseUriError};
use pushgate_sandbox::{LoadError, SandboxError, SettingsError as SchemaError};

use crate::catalog::CatalogError;
use crate::credential_binding::CredentialBindingError;
use crate::engine::EngineError;
use crate::exit::{Failure, Kind};
use crate::flavor_test::ProjectError;
use crate::flavors::StoreError;
use crate::flavors::component_file::ComponentFileError;
use crate::grant::ParseGrantError;
use crate::hook_limits::ParseLimitError;
use crate::name::ParseNameError;
use crate::paths::PathsError;
use crate::settings::SettingsError;
use crate::source::{ParseSourceError, SourceError, SourceOptionError};
use crate::zenml::ZenmlError;

/// `impl From<Error> for Failure`, with the error's own hint.
macro_rules! kinds {
    ($($error:ty => $kind:expr),+ $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                let kind: fn(&$error) -> Kind = $kind;
                Failure::from_error(kind(&error), &error).with_hint(error.hint())
            }
        })+
    };
}

kinds! {
    ParseReferenceError => |_| Kind::RefusedByScope,
    OutOfScope => |_| Kind::RefusedByScope,
    ParseUriError => |_| Kind::Usage,
    ParseSourceError => |_| Kind::Usage,
    ParsePlatformError => |_| Kind::Usage,
    SourceOptionError => |_| Kind::Usage,
    ParseGrantError => |_| Kind::Usage,
    CredentialBindingError => |error| match error {
        CredentialBindingError::NotGranted { .. } => Kind::Configuration,
        _ => Kind::Usage,
    },
    ProjectError => |_| Kind::Usage,
    ParseLimitError => |_| Kind::Usage,
    ParseNameError => |_| Kind::Usage,
    SettingsError => |error| if error.is_refusal_by_schema() { Kind::Configuration } else { Kind::Usage },
    ZenmlError => |_| Kind::Usage,
    CatalogError => |error| match error {
        // The name lies outside of everything that is registered.
        CatalogError::NoneContains { .. } => Kind::RefusedByScope,
        _ => Kind::Configuration,
    },
    PathsError => |_| Kind::Configuration,
    StoreError => |_| Kind::Configuration,
    SandboxError => |_| Kind::Configuration,
    // A component that the store has lost or that was damaged there is not its author's fault.
    LoadError => |error| match error {
        LoadError::Read { .. } | LoadError::DigestMismatch { .. } => Kind::Configuration,
        _ => Kind::FlavorBroke,
    },
    SchemaError => |error| if error.blames_settings() { Kind::Configuration } else { Kind::FlavorBroke },
    ComponentFileError => |error| if error.is_missing() { Kind::Usage } else { Kind::FlavorBroke },
    SourceError => |_| Kind::SourceFailed,
    EngineError => |error| if error.blames_registry() { Kind::RegistryFailed } else { Kind::SourceFailed },
    CredentialError => |_| Kind::RegistryFailed,
    RegistryError => |_| Kind::RegistryFailed,
    PushError => |error| match error {
        PushError::Source(_) => Kind::SourceFailed,
        PushError::Registry(_) => Kind::RegistryFailed,
        PushError::Unconfirmed(_) => Kind::Unconfirmed,
    },
}

impl Failure {
    /// The same failure with the flavor that it is about.
    #[must_use]
    pub fn in_flavor(mut self, flavor: &str) -> Self {
        self.message = match self.message.strip_prefix("the flavor ") {
            Some(rest) => format!("the flavor {flavor} {rest}"),
            None => format!("the flavor {flavor}: {}", self.message),
        };
        self
    }

    /// The same failure with the file that it is about.
    #[must_use]
    pub fn in_file(mut self, file: &std::path::Path) -> Self {
        self.message = format!("{}: {}", file.display(), self.message);
        self
    }
}
