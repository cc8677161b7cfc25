//! What a flavor needed and did not get, through no fault of its own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pushgate_client::RegistryError;
use pushgate_egress::OutboundError;

use super::images::ImagesError;
use super::missing_grants::Grantee;
use crate::causes::with_causes;
use crate::decision::HookVerdict;
use crate::registry_access::AccessError;

/// Something that a flavor asked its host for, and that failed there. It is shown with all its causes.
#[derive(Debug, Clone)]
pub enum HostFailure {
    /// The images of the push cannot be read.
    Images(ImagesError),
    /// There is no client of the registry.
    Access(AccessError),
    /// The registry gave no answer that can be used.
    Registry(Arc<RegistryError>),
    /// The registry did not answer in time.
    NoAnswer {
        /// Its host.
        host: String,
        /// How long it was waited for.
        patience: Duration,
    },
    /// A request failed that the flavor sends to an origin which it was granted, or was not.
    Http {
        /// Why.
        error: Arc<OutboundError>,
        /// Who could be granted more.
        hook: Grantee,
    },
}

impl HostFailure {
    /// What failed, to be put after `gave up after`.
    pub const fn what(&self) -> &'static str {
        match self {
            Self::Images(_) => "the image could not be read",
            Self::Access(_) | Self::Registry(_) | Self::NoAnswer { .. } => "the registry could not be asked",
            Self::Http { .. } => "an HTTP request failed",
        }
    }

    /// What became of a hook that gave up for it.
    pub(super) fn verdict(&self) -> HookVerdict {
        match self {
            Self::Access(AccessError::Stopped(_)) => HookVerdict::Broke,
            Self::Http { error, .. } if error.blames_configuration() => HookVerdict::Misconfigured,
            _ => HookVerdict::Unavailable,
        }
    }
}

impl fmt::Display for HostFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Images(error) => formatter.write_str(&with_causes(error)),
            Self::Access(error) => formatter.write_str(&with_causes(error)),
            Self::Registry(error) => formatter.write_str(&with_causes(&**error)),
            Self::NoAnswer { host, patience } => {
                write!(formatter, "{host} did not answer a flavor's question within {} seconds", patience.as_secs_f32())
            }
            Self::Http { error, .. } => formatter.write_str(&with_causes(&**error)),
        }
    }
}
