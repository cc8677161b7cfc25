//! What a push or a check reports, on success and on failure alike.
//!
//! The line of the push fills it in as it goes, so that a failure in any step still says which image and registry it was about
//! and what the hooks asked so far had answered.

pub mod fields;

use std::time::Duration;

use pushgate_gate::decision::{Decision, Warning};
use pushgate_oci::{Digest, UncheckedLayer};

/// The record of one push or check.
#[derive(Debug, Default)]
pub struct Report {
    /// The canonical reference, once the image's name was understood.
    pub image: Option<String>,
    /// The registry, once it was found.
    pub registry: Option<RegistryReport>,
    /// What the hooks answered and said. Warnings of the steps before and after stand in it too, in their order.
    pub decision: Decision,
    /// Layers that `--verify` did not look into; each has a warning too.
    pub unchecked: Vec<UncheckedLayer>,
    /// What became of the registry's side; absent in a check and before the push began.
    pub remote: Option<Remote>,
    /// The digest of the manifest that the registry serves.
    pub digest: Option<Digest>,
    /// How long the name and the destination took.
    pub check: Option<Duration>,
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
        self.decision.warnings.extend(layers.iter().map(warning));
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
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Unchanged, Self::Updated, Self::Unknown];

    /// The word in the JSON output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Updated => "updated",
            Self::Unknown => "unknown",
        }
    }

    /// What it means, in words; for the reference.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Unchanged => "the tag is what it was before: it pointed to these bytes already, or the push failed before it changed",
            Self::Updated => "the tag points to these bytes now",
            Self::Unknown => "the tag may have changed: the answer to the last request was lost, or could not be confirmed",
        }
    }
}
