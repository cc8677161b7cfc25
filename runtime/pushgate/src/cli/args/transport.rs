//! How a registry is reached, in words.

use std::path::PathBuf;

use clap::Args;
use pushgate_explain::{Failure, Kind};
use pushgate_gate::catalog::{Connection, TransportSetting};
use pushgate_gate::trust::GivenConnection;
use pushgate_net::{ClientCertificate, TokenServer};

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
                (true, _) => Some(TransportSetting::PlainHttp),
                (false, true) => Some(TransportSetting::Tls),
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
