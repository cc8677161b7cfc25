//! What the hooks of a registry answered about a push: the decision, as a value.

use std::time::Duration;

use pushgate_sandbox::Violation;

/// The decision about one push. It is filled in while the hooks are asked, so that one that is cut short says how far it got.
#[derive(Debug, Default)]
pub struct Decision {
    /// One entry for each hook of the registry, in order; empty when nothing was asked.
    pub hooks: Vec<HookReport>,
    /// What the hooks told the person who pushes, beside warnings.
    pub messages: Vec<Message>,
    /// What deserves attention without stopping the push.
    pub warnings: Vec<Warning>,
    /// How long the hooks took, the source's reading included where a hook asked for it.
    pub asking: Option<Duration>,
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
    /// Its settings, the registry's URI or its grants do not fit: the operator acts.
    Misconfigured,
    /// The image that it asked for cannot be read, or the registry or a server that it asked failed.
    Unavailable,
    /// There was no usable answer: a defect of the flavor.
    Broke,
    /// An earlier hook ended the push.
    NotAsked,
}

impl HookVerdict {
    /// Every verdict.
    pub const ALL: [Self; 7] =
        [Self::Approved, Self::Refused, Self::Warned, Self::Misconfigured, Self::Unavailable, Self::Broke, Self::NotAsked];

    /// The word for it, in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Warned => "warned",
            Self::Misconfigured => "misconfigured",
            Self::Unavailable => "unavailable",
            Self::Broke => "broke",
            Self::NotAsked => "not_asked",
        }
    }
}

/// Something that a flavor says to the person who pushes: a log message of the level `info`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The flavor that said it.
    pub hook: String,
    /// What it said.
    pub message: String,
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
