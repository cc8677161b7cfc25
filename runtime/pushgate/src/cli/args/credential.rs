//! The words of `pushgate credential`.

use clap::Subcommand;

/// The commands of `pushgate credential`.
#[derive(Debug, Subcommand)]
pub(crate) enum CredentialCommand {
    /// Keep the credential for an origin, where `registry login` keeps those of registries
    ///
    /// A flavor's requests carry it only where --credential binds it to the origin. The flavor never sees it.
    Store {
        /// The origin: https://host[:port], or http:// for this machine
        origin: String,
        /// The user's name; a bearer token needs none
        #[arg(long, value_name = "USER", default_value = "token")]
        username: String,
        /// Read the password or token from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Forget the credential for an origin
    Erase {
        /// The origin: https://host[:port], or http:// for this machine
        origin: String,
    },
}
