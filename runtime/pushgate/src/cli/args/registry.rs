//! The words of `pushgate registry`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use pushgate_net::{ClientCertificate, TokenServer};

use super::{AskedFlavors, FlavorCommand, HookArguments};
use crate::catalog::{Connection, Transport};
use crate::exit::{Failure, Kind};
use crate::trust::GivenConnection;

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

/// How the registry is reached.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TransportArguments {
    /// Speak plain HTTP to it. Always so for localhost, 127.0.0.0/8 and [::1], unless --tls
    #[arg(long, conflicts_with_all = ["tls", "ca_file", "client_certificate"], help_heading = "Transport")]
    pub(crate) plain_http: bool,
    /// Speak TLS to it, on a loopback address too
    #[arg(long, help_heading = "Transport")]
    pub(crate) tls: bool,
    /// Certificates in PEM form to trust besides the system's
    #[arg(long, value_name = "FILE", help_heading = "Transport")]
    pub(crate) ca_file: Option<PathBuf>,
    /// A certificate in PEM form to show to a registry that asks for one
    #[arg(long, value_name = "FILE", requires = "client_key", help_heading = "Transport")]
    pub(crate) client_certificate: Option<PathBuf>,
    /// The certificate's private key in PEM form
    #[arg(long, value_name = "FILE", requires = "client_certificate", help_heading = "Transport")]
    pub(crate) client_key: Option<PathBuf>,
    /// A token server on another host that is the registry's: https://host[:port]
    #[arg(long = "token-server", value_name = "ORIGIN", help_heading = "Transport")]
    pub(crate) token_server: Vec<String>,
}

impl TransportArguments {
    /// Whether any was given.
    pub(crate) fn is_given(&self) -> bool {
        let Self { plain_http, tls, ca_file, client_certificate, client_key, token_server } = self;
        let files = [ca_file, client_certificate, client_key];
        *plain_http || *tls || files.iter().any(|file| file.is_some()) || !token_server.is_empty()
    }

    /// What the flags say of a registry that had `before`.
    pub(crate) fn connection(&self, before: Connection) -> Result<Connection, Failure> {
        Ok(self.given()?.over(before))
    }

    /// What the flags say. Files become absolute: the catalog is read from other folders too.
    pub(crate) fn given(&self) -> Result<GivenConnection, Failure> {
        let absolute = |flag: &str, path: &PathBuf| {
            std::path::absolute(path).map_err(|error| Failure::new(Kind::Usage, format!("{flag} {}: {error}", path.display())))
        };
        let server = |text: &String| {
            TokenServer::parse(text).map_err(|problem| Failure::new(Kind::Usage, format!("the token server `{text}` {problem}")))
        };
        let mut given = GivenConnection {
            transport: match (self.plain_http, self.tls) {
                (true, _) => Some(Transport::PlainHttp),
                (false, true) => Some(Transport::Tls),
                (false, false) => None,
            },
            ..GivenConnection::default()
        };
        if let Some(file) = &self.ca_file {
            given.ca_file = Some(absolute("--ca-file", file)?);
        }
        if let (Some(certificate), Some(key)) = (&self.client_certificate, &self.client_key) {
            let (certificate, key) = (absolute("--client-certificate", certificate)?, absolute("--client-key", key)?);
            given.client_certificate = Some(ClientCertificate { certificate, key });
        }
        if !self.token_server.is_empty() {
            given.token_servers = Some(self.token_server.iter().map(server).collect::<Result<_, _>>()?);
        }
        Ok(given)
    }
}
