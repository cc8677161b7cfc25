//! Exit codes: each kind of failure has another owner, so each has a code of its own.
//!
//! This table is a promise to scripts. `docs/reference/exit-codes.md` repeats it, and a test compares the two.

use pushgate_gate::causes::with_causes;

/// Why a command failed, told apart by who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A defect of pushgate itself, a panic included. Ours to mend.
    Defect,
    /// The command line is wrong, an invalid `--uri` included. The caller acts.
    Usage,
    /// Not a valid image reference, or outside the registry. The caller acts.
    RefusedByScope,
    /// A flavor refused the push. The author of the image acts.
    RefusedByFlavor,
    /// A flavor is not a component, traps, exceeds a limit or gives a bad answer. The flavor's author acts.
    FlavorBroke,
    /// No such image, no Docker Engine, an unreadable layout. The caller acts.
    SourceFailed,
    /// Credentials, network or faults of the registry, before anything changed there. The operator acts.
    RegistryFailed,
    /// Unknown registry or flavor, a missing grant, bad settings, a damaged catalog. The operator acts.
    Configuration,
    /// The registry now holds something that differs from what was checked, or that could not be confirmed.
    Unconfirmed,
    /// Ctrl-C.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl Kind {
    /// Every kind, in the order of the codes.
    pub const ALL: [Self; 11] = [
        Self::Defect,
        Self::Usage,
        Self::RefusedByScope,
        Self::RefusedByFlavor,
        Self::FlavorBroke,
        Self::SourceFailed,
        Self::RegistryFailed,
        Self::Configuration,
        Self::Unconfirmed,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The exit code of the process.
    pub const fn code(self) -> u8 {
        match self {
            Self::Defect => 1,
            Self::Usage => 2,
            Self::RefusedByScope => 3,
            Self::RefusedByFlavor => 4,
            Self::FlavorBroke => 5,
            Self::SourceFailed => 6,
            Self::RegistryFailed => 7,
            Self::Configuration => 8,
            Self::Unconfirmed => 9,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The word in the `kind` member of the JSON output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Defect => "defect",
            Self::Usage => "usage",
            Self::RefusedByScope => "refused_by_scope",
            Self::RefusedByFlavor => "refused_by_flavor",
            Self::FlavorBroke => "flavor_broke",
            Self::SourceFailed => "source_failed",
            Self::RegistryFailed => "registry_failed",
            Self::Configuration => "configuration",
            Self::Unconfirmed => "unconfirmed",
            Self::Interrupted | Self::Terminated => "interrupted",
        }
    }

    /// What it means, in words; for the reference.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Defect => "a defect of pushgate, a panic included",
            Self::Usage => "the command line is wrong, an invalid `--uri` included",
            Self::RefusedByScope => "not a valid image reference, or outside the registry",
            Self::RefusedByFlavor => "a flavor refused the push",
            Self::FlavorBroke => {
                "a flavor is not a component, speaks another contract, trapped, met a limit or gave a bad answer; a case of `flavor test` failed"
            }
            Self::SourceFailed => "no such image, no Docker Engine, an unreadable layout; also when a flavor gave up for that",
            Self::RegistryFailed => {
                "credentials, network or faults of the registry, before anything changed there; also when a flavor gave up because a question or \
                 request failed, or for what a server answered"
            }
            Self::Configuration => "unknown registry or flavor, a missing grant, settings that the flavor refuses, a damaged catalog",
            Self::Unconfirmed => {
                "the registry now holds something that differs from what was checked, or that could not be confirmed: do not retry blindly"
            }
            Self::Interrupted => "Ctrl-C",
            Self::Terminated => "SIGTERM",
        }
    }

    /// Who has to act; for the reference.
    pub const fn owner(self) -> &'static str {
        match self {
            Self::Defect => "the authors of pushgate",
            Self::Usage | Self::RefusedByScope | Self::SourceFailed => "the caller",
            Self::RefusedByFlavor => "the author of the image",
            Self::FlavorBroke => "the flavor's author",
            Self::RegistryFailed | Self::Configuration | Self::Unconfirmed => "the operator",
            Self::Interrupted | Self::Terminated => "-",
        }
    }

    /// Whether the gate said no, as against something not working.
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::RefusedByScope | Self::RefusedByFlavor)
    }
}

/// A command that did not succeed: what the person, or the script, is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Who has to act.
    pub kind: Kind,
    /// What happened: a lowercase sentence that names the value and the place. Not yet escaped for a terminal.
    pub message: String,
    /// The remedy, where there is one.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure without a remedy.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// The same failure with a remedy.
    #[must_use]
    pub fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// A failure from an error whose causes are told after it, each once.
    pub fn from_error(kind: Kind, error: &dyn std::error::Error) -> Self {
        Self::new(kind, with_causes(error))
    }
}
