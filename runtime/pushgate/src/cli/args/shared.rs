//! Flags that more than one command takes.

use clap::{Args, ValueEnum};
use pushgate_gate::hook_mode::HookMode;

/// What a flavor is given where it is asked: beside `--uri`, or as a hook of a registry.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct HookArguments {
    /// The flavor's settings: a JSON object, or a file of JSON, or of TOML if its name ends in .toml. Not for secrets
    #[arg(long, value_name = "JSON|@FILE", requires = "flavor", help_heading = "Flavor")]
    pub(crate) settings: Option<String>,
    /// One setting: a string, or what the flavor's schema says it is; K:=JSON gives any JSON value
    #[arg(long = "set", value_name = "K=V", requires = "flavor", help_heading = "Flavor")]
    pub(crate) set: Vec<String>,
    /// What the flavor may use: registry, or http=ORIGIN[,private]
    #[arg(long = "grant", value_name = "GRANT", requires = "flavor", help_heading = "Flavor")]
    pub(crate) grant: Vec<String>,
    /// A credential that pushgate adds to its requests: ORIGIN=basic|bearer|sigv4:service=…,region=…
    #[arg(long = "credential", value_name = "ORIGIN=FORM", requires = "flavor", help_heading = "Flavor")]
    pub(crate) credential: Vec<String>,
    /// A limit other than the default, such as memory=128MiB, compute=5s or calls=100
    #[arg(long = "limit", value_name = "NAME=VALUE", requires = "flavor", help_heading = "Flavor")]
    pub(crate) limit: Vec<String>,
    /// Whether the flavor's refusal stops a push or warns [default: enforce]
    #[arg(long, value_name = "MODE", requires = "flavor", help_heading = "Flavor")]
    pub(crate) mode: Option<ModeWord>,
}

impl HookArguments {
    /// Whether any was given.
    pub(crate) fn is_given(&self) -> bool {
        let Self { settings, set, grant, credential, limit, mode } = self;
        settings.is_some() || mode.is_some() || [set, grant, credential, limit].iter().any(|list| !list.is_empty())
    }
}

/// A [`HookMode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeWord {
    /// Its refusal stops the push
    Enforce,
    /// Its refusal is a warning; whatever else goes wrong still stops the push
    Warn,
}

impl From<ModeWord> for HookMode {
    fn from(word: ModeWord) -> Self {
        match word {
            ModeWord::Enforce => Self::Enforce,
            ModeWord::Warn => Self::Warn,
        }
    }
}
