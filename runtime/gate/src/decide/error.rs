//! Why a push is not let through.

use pushgate_sandbox::CallError;

use super::compare::CompareError;
use super::host_failure::HostFailure;
use super::images::ImagesError;
use super::missing_grants::MissingGrants;
use crate::decision::HookVerdict;
use crate::flavors::NamedFlavorError;

/// Why the hooks do not let a push through: one of them refused, or gave no answer that counts.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DecideError {
    /// A flavor cannot be called.
    #[error(transparent)]
    Flavor(#[from] NamedFlavorError),
    /// A flavor asks for more than it was granted.
    #[error(transparent)]
    MissingGrants(Box<MissingGrants>),
    /// The settings are not what the flavor's schema wants, or the two cannot be compared.
    #[error("{}", error.in_flavor(flavor))]
    Settings {
        /// The flavor.
        flavor: String,
        /// Why.
        error: CompareError,
    },
    /// At least one flavor refused; the reasons of each stand in the [`Decision`](crate::decision::Decision).
    #[error("{}", refused(flavors, message.as_deref()))]
    Refused {
        /// The flavors that refused, in the order in which they were asked.
        flavors: Vec<String>,
        /// The reason of a flavor that gives one without violations, where it is the only one that refused.
        message: Option<String>,
    },
    /// A flavor says that its settings, or the registry's URI, make no sense.
    #[error("the flavor {flavor} is misconfigured: {message}")]
    Misconfigured {
        /// The flavor.
        flavor: String,
        /// What it says.
        message: String,
    },
    /// A flavor looked at the images of the push, and they cannot be read.
    #[error(transparent)]
    Images(ImagesError),
    /// A flavor gave up after something that it needed failed in the host.
    #[error("the flavor {flavor} gave up after {}: {failure}; the flavor says: {message}", failure.what())]
    GaveUp {
        /// The flavor.
        flavor: String,
        /// What failed.
        failure: HostFailure,
        /// What the flavor says. It comes last: it may be long, and say again what failed.
        message: String,
    },
    /// A flavor gave up for what a server answered.
    #[error("the flavor {flavor} gave up after {origin} answered {status}: {message}")]
    GaveUpOnAnswer {
        /// The flavor.
        flavor: String,
        /// The server: `https://api.example.com`.
        origin: String,
        /// The status of its response.
        status: u16,
        /// What the flavor says.
        message: String,
    },
    /// A flavor gave up, and nothing that the host knows of failed.
    #[error("the flavor {flavor} says that something is unavailable, but nothing that it was given failed: {message}")]
    NothingFailed {
        /// The flavor.
        flavor: String,
        /// What it says.
        message: String,
    },
    /// A flavor trapped, met a limit or gave a bad answer.
    #[error("{}", error.in_flavor(flavor))]
    Broke {
        /// The flavor.
        flavor: String,
        /// How.
        error: CallError,
    },
}

impl DecideError {
    /// What became of the hook that the push was not let through for.
    pub fn verdict(&self) -> HookVerdict {
        match self {
            Self::Refused { .. } => HookVerdict::Refused,
            Self::MissingGrants(_) | Self::Misconfigured { .. } => HookVerdict::Misconfigured,
            Self::Settings { error, .. } if error.blames_settings() => HookVerdict::Misconfigured,
            Self::Images(_) | Self::GaveUpOnAnswer { .. } => HookVerdict::Unavailable,
            Self::GaveUp { failure, .. } => failure.verdict(),
            Self::Flavor(_) | Self::Settings { .. } | Self::NothingFailed { .. } | Self::Broke { .. } => HookVerdict::Broke,
        }
    }
}

fn refused(flavors: &[String], message: Option<&str>) -> String {
    let s = if flavors.len() == 1 { "" } else { "s" };
    let message = message.map(|message| format!(": {message}")).unwrap_or_default();
    format!("refused by the flavor{s} {}{message}", flavors.join(", "))
}
