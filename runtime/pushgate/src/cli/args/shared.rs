//! Flags that more than one command takes.

use clap::Args;

/// The settings of a hook.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SettingsArguments {
    /// The flavor's settings: a JSON object, or a file that holds one. Not for secrets
    #[arg(long, value_name = "JSON|@FILE", requires = "flavor", help_heading = "Flavor")]
    pub(crate) settings: Option<String>,
    /// One setting: a string, or what the flavor's schema says it is; K:=JSON gives any JSON value
    #[arg(long = "set", value_name = "K=V", requires = "flavor", help_heading = "Flavor")]
    pub(crate) set: Vec<String>,
}

/// What a hook may do besides looking at the push.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct GrantArguments {
    /// What the flavor may use: registry, or http=ORIGIN[,private]
    #[arg(long = "grant", value_name = "GRANT", requires = "flavor", help_heading = "Flavor")]
    pub(crate) grant: Vec<String>,
}
