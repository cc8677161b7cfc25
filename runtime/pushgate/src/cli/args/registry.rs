//! The words of `pushgate registry`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::transport::TransportArguments;
use super::{AskedFlavors, FlavorCommand, HookArguments};

/// The commands of `pushgate registry`.
#[derive(Debug, Subcommand)]
pub(crate) enum RegistryCommand {
    /// Register a registry under a name
    #[command(mut_arg("flavor", |flavor| flavor.help(
        "A flavor to ask: one that ships, or a registered one; repeat it for more, each before the flags about it"
    )))]
    Register {
        /// Its name here
        name: String,
        /// What images may go to it: host[:port][/path…]
        #[arg(long, value_name = "URI")]
        uri: String,
        #[command(flatten)]
        asked: AskedFlavors,
        #[command(flatten)]
        transport: TransportArguments,
    },
    /// Register a container registry of ZenML
    ///
    /// The file is what `zenml container-registry describe NAME --output json` prints. A ZenML flavor becomes the pushgate flavor of the same name, and `default` none;
    /// what was written in Python is asked as a flavor that you registered under that name.
    Import {
        /// The file, or - for stdin
        #[arg(long, value_name = "FILE")]
        zenml: PathBuf,
        /// Its name here [default: its name in ZenML]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// The flavor to ask instead
        #[arg(long, value_name = "FLAVOR")]
        flavor: Option<String>,
        /// Take over what the file grants the flavor, and the credentials that it binds, without asking
        #[arg(long)]
        grants: bool,
        #[command(flatten)]
        hook: HookArguments,
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
    /// Change a registry; what is not named stays as it is
    ///
    /// With --flavor, the flags about a flavor change what that hook is given: --set changes single settings and --settings all of them, --limit
    /// single limits, --grant and --credential the whole list.
    Update {
        /// The registered registry
        name: String,
        /// What images may go to it from now on: host[:port][/path…]
        #[arg(long, value_name = "URI")]
        uri: Option<String>,
        /// The hook to change, by its flavor
        #[arg(long, value_name = "FLAVOR")]
        flavor: Option<String>,
        #[command(flatten)]
        hook: HookArguments,
        #[command(flatten)]
        transport: TransportArguments,
        /// Take something back to its default, before what the other flags say
        #[arg(long, value_name = "WHAT")]
        reset: Vec<Reset>,
    },
    /// Give a registry another name
    Rename {
        /// The registered registry
        #[arg(value_name = "OLD")]
        old: String,
        /// Its name from now on
        #[arg(value_name = "NEW")]
        new: String,
    },
    /// Register a registry once more under another name
    Copy {
        /// The registered registry
        #[arg(value_name = "OLD")]
        old: String,
        /// The name of the copy
        #[arg(value_name = "NEW")]
        new: String,
    },
    /// Print the default registry
    Get,
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
        /// The flavor to ask: one that ships, or a registered one
        #[arg(long, value_name = "FLAVOR")]
        flavor: String,
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
    /// Check a username and a password with a registry, and keep them
    ///
    /// They are kept by the credential helper that Docker's configuration names for the registry, else in that file, readable by its owner
    /// only. The password is asked for, or read from stdin with --password-stdin; it is never an argument.
    Login {
        /// The registered registry
        name: String,
        /// The username; `<token>` for an identity token [default: asked for]
        #[arg(long, short = 'u', value_name = "USERNAME")]
        username: Option<String>,
        /// Read the password from stdin
        #[arg(long, requires = "username")]
        password_stdin: bool,
        #[command(flatten)]
        transport: TransportArguments,
    },
    /// Forget the credentials that are kept for a registry
    Logout {
        /// The registered registry
        name: String,
    },
    /// The same as `pushgate flavor`
    #[command(subcommand, hide = true)]
    Flavor(FlavorCommand),
}

/// What `registry update` can take back to its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reset {
    /// TLS, but plain HTTP on loopback
    Transport,
    /// The system's certificates alone
    CaFile,
    /// No certificate is shown
    ClientCertificate,
    /// No token server on another host
    TokenServers,
    /// With --flavor: no settings
    Settings,
    /// With --flavor: no grants
    Grants,
    /// With --flavor: no credentials
    Credentials,
    /// With --flavor: the default limits
    Limits,
}

impl Reset {
    /// Whether it is about a hook.
    pub(crate) const fn wants_a_flavor(self) -> bool {
        matches!(self, Self::Settings | Self::Grants | Self::Credentials | Self::Limits)
    }
}
