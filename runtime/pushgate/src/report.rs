//! What a push or a check tells afterwards, on success and on failure alike.
//!
//! The line of the push fills it in as it goes, so that a failure in any step still says which image and registry it was about
//! and what the hooks asked so far had answered.

use std::time::Duration;

use pushgate_oci::{Digest, UncheckedLayer};
use pushgate_sandbox::Violation;

/// The record of one push or check.
#[derive(Debug, Default)]
pub struct Report {
    /// The canonical reference, once the image's name was understood.
    pub image: Option<String>,
    /// The registry, once it was found.
    pub registry: Option<RegistryReport>,
    /// One entry for each hook of the registry, in order; empty when nothing was asked.
    pub hooks: Vec<HookReport>,
    /// What deserves attention without stopping the push.
    pub warnings: Vec<Warning>,
    /// Layers that `--verify` did not look into; each has a warning too.
    pub unchecked: Vec<UncheckedLayer>,
    /// What became of the registry's side; absent in a check and before the push began.
    pub remote: Option<Remote>,
    /// The digest of the manifest that the registry serves.
    pub digest: Option<Digest>,
    /// How long the name and the destination took.
    pub check: Option<Duration>,
    /// How long the hooks took, the source's reading included where a hook asked for it.
    pub asking: Option<Duration>,
    /// How long the transfer and its confirmation took.
    pub pushing: Option<Duration>,
}

impl Report {
    /// Takes in the layers that `--verify` did not look into.
    pub fn unchecked(&mut self, layers: Vec<UncheckedLayer>) {
        let warning = |layer: &UncheckedLayer| Warning {
            hook: None,
            code: Some("layer.not-looked-into".to_owned()),
            message: format!("layer {} was not looked into: {}", layer.digest, layer.reason),
            hint: Some("its bytes have its digest; whether they hold what the image's config says is not known".to_owned()),
        };
        self.warnings.extend(layers.iter().map(warning));
        self.unchecked.extend(layers);
    }
}

/// Which registry it was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryReport {
    /// Its name in the catalog; none with `--uri`.
    pub name: Option<String>,
    /// Its canonical URI.
    pub uri: String,
}

/// What became of one hook.
#[derive(Debug, Clone)]
pub struct HookReport {
    /// The flavor's name, or the path it was given by.
    pub flavor: String,
    /// The digest of its component, where it could be read.
    pub digest: Option<String>,
    /// What it answered.
    pub verdict: HookVerdict,
    /// Its reasons, where it refused or warned.
    pub violations: Vec<Violation>,
}

/// What a hook answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookVerdict {
    /// The push may go on.
    Approved,
    /// The image breaks the flavor's rules.
    Refused,
    /// The image breaks the flavor's rules, and the hook only warns.
    Warned,
    /// There was no usable answer.
    Broke,
    /// An earlier hook broke.
    NotAsked,
}

impl HookVerdict {
    /// The word in the JSON output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Warned => "warned",
            Self::Broke => "broke",
            Self::NotAsked => "not_asked",
        }
    }
}

/// Something that a person should know although the push goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The flavor that said it; none when pushgate itself says it.
    pub hook: Option<String>,
    /// Stable and machine-readable; a message that a flavor logged has none.
    pub code: Option<String>,
    /// What to know.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What a push did to the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remote {
    /// The tag already pointed at these bytes.
    Unchanged,
    /// The tag points at these bytes now.
    Updated,
    /// It could not be confirmed.
    Unknown,
}

impl Remote {
    /// The word in the JSON output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Updated => "updated",
            Self::Unknown => "unknown",
        }
    }
}
