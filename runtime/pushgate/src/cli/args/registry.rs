//! The words of `pushgate registry`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{FlavorCommand, GrantArguments, SettingsArguments};
use crate::catalog::Transport;
use crate::exit::{Failure, Kind};

/// The commands of `pushgate registry`.
#[derive(Debug, Subcommand)]
pub(crate) enum RegistryCommand {
    /// Register a registry under a name
    Register {
        /// Its name here
        name: String,
        /// What images may go to it: host[:port][/path…]
        #[arg(long, value_name = "URI")]
        uri: String,
        /// The first flavor to ask, a registered one
        #[arg(long, value_name = "FLAVOR")]
        flavor: Option<String>,
        #[command(flatten)]
        settings: SettingsArguments,
        #[command(flatten)]
        grants: GrantArguments,
        #[command(flatten)]
        transport: TransportArguments,
    },
    /// List the registered registries
    List,
    /// Describe a registry: its URI, its flavors and their settings, where its credentials come from
    Describe {
        /// The registered registry
        name: String,
    },
    /// Make a registry the default
    Use {
        /// The registered registry
        name: String,
    },
    /// Forget a registry
    Delete {
        /// The registered registry
        name: String,
    },
    /// Let a registry ask one more flavor
    AddHook {
        /// The registered registry
        name: String,
        #[command(flatten)]
        hook: HookArguments,
    },
    /// Let a registry no longer ask a flavor
    RemoveHook {
        /// The registered registry
        name: String,
        /// The flavor
        flavor: String,
    },
    /// The same as `pushgate flavor`
    #[command(subcommand, hide = true)]
    Flavor(FlavorCommand),
}

/// A flavor to ask, with its settings and grants.
#[derive(Debug, Args)]
pub(crate) struct HookArguments {
    /// The flavor to ask, a registered one
    #[arg(long, value_name = "FLAVOR")]
    pub(crate) flavor: String,
    #[command(flatten)]
    pub(crate) settings: SettingsArguments,
    #[command(flatten)]
    pub(crate) grants: GrantArguments,
}

/// How the registry is reached.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TransportArguments {
    /// Speak plain HTTP to it. Always so for localhost, 127.0.0.0/8 and [::1], unless --tls
    #[arg(long, conflicts_with_all = ["tls", "ca_file"], requires = "uri", help_heading = "Transport")]
    pub(crate) plain_http: bool,
    /// Speak TLS to it, on a loopback address too
    #[arg(long, requires = "uri", help_heading = "Transport")]
    pub(crate) tls: bool,
    /// Certificates in PEM form to trust besides the system's
    #[arg(long, value_name = "FILE", requires = "uri", help_heading = "Transport")]
    pub(crate) ca_file: Option<PathBuf>,
}

impl TransportArguments {
    /// What the flags say about TLS.
    pub(crate) const fn transport(&self) -> Transport {
        match (self.plain_http, self.tls) {
            (true, _) => Transport::PlainHttp,
            (false, true) => Transport::Tls,
            (false, false) => Transport::Default,
        }
    }

    /// The certificates' file, absolute: the catalog is read from other folders too.
    pub(crate) fn ca_file(&self) -> Result<Option<PathBuf>, Failure> {
        let absolute = |path: &PathBuf| {
            std::path::absolute(path).map_err(|error| Failure::new(Kind::Usage, format!("--ca-file {}: {error}", path.display())))
        };
        self.ca_file.as_ref().map(absolute).transpose()
    }
}
