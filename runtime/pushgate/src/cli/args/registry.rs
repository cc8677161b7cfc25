//! The words of `pushgate registry`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use pushgate_oci::{ClientCertificate, TokenServer};

use super::{FlavorCommand, HookArguments};
use crate::catalog::{Connection, Transport};
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
        /// The flavor to ask, a registered one
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

/// How the registry is reached.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TransportArguments {
    /// Speak plain HTTP to it. Always so for localhost, 127.0.0.0/8 and [::1], unless --tls
    #[arg(long, conflicts_with_all = ["tls", "ca_file", "client_certificate"], requires = "uri", help_heading = "Transport")]
    pub(crate) plain_http: bool,
    /// Speak TLS to it, on a loopback address too
    #[arg(long, requires = "uri", help_heading = "Transport")]
    pub(crate) tls: bool,
    /// Certificates in PEM form to trust besides the system's
    #[arg(long, value_name = "FILE", requires = "uri", help_heading = "Transport")]
    pub(crate) ca_file: Option<PathBuf>,
    /// A certificate in PEM form to show to a registry that asks for one
    #[arg(long, value_name = "FILE", requires_all = ["uri", "client_key"], help_heading = "Transport")]
    pub(crate) client_certificate: Option<PathBuf>,
    /// The certificate's private key in PEM form
    #[arg(long, value_name = "FILE", requires = "client_certificate", help_heading = "Transport")]
    pub(crate) client_key: Option<PathBuf>,
    /// A token server on another host that is the registry's: https://host[:port]
    #[arg(long = "token-server", value_name = "ORIGIN", requires = "uri", help_heading = "Transport")]
    pub(crate) token_server: Vec<String>,
}

impl TransportArguments {
    /// What the flags say. Files become absolute: the catalog is read from other folders too.
    pub(crate) fn connection(&self) -> Result<Connection, Failure> {
        let transport = match (self.plain_http, self.tls) {
            (true, _) => Transport::PlainHttp,
            (false, true) => Transport::Tls,
            (false, false) => Transport::Default,
        };
        let absolute = |flag: &str, path: &PathBuf| {
            std::path::absolute(path).map_err(|error| Failure::new(Kind::Usage, format!("{flag} {}: {error}", path.display())))
        };
        let client_certificate = match (&self.client_certificate, &self.client_key) {
            (Some(certificate), Some(key)) => {
                Some(ClientCertificate { certificate: absolute("--client-certificate", certificate)?, key: absolute("--client-key", key)? })
            }
            _ => None,
        };
        let server = |text: &String| {
            TokenServer::parse(text).map_err(|problem| Failure::new(Kind::Usage, format!("the token server `{text}` {problem}")))
        };
        Ok(Connection {
            transport,
            ca_file: self.ca_file.as_ref().map(|path| absolute("--ca-file", path)).transpose()?,
            client_certificate,
            token_servers: self.token_server.iter().map(server).collect::<Result<_, _>>()?,
        })
    }
}
