//! What a catalog of others may not decide: where a credential of the user goes, and how it travels there.
//!
//! A repository can bring a catalog along, and a script of it name that catalog. Plain HTTP, another certificate authority or another
//! token server would hand the user's password to its author. So such an entry counts in the user's own catalog; in another one, only where the
//! command line says the same or something else in its place, or where the user trusts the catalog. Only an entry that is used is refused.

use std::fmt;
use std::path::PathBuf;

use pushgate_net::{ClientCertificate, TokenServer};
use pushgate_reference::Host;

use crate::catalog::{Connection, RegistryEntry, TransportSetting};
use crate::catalogs::Catalogs;
use crate::credential_binding::CredentialBinding;
use crate::name::{Name, shorten};
use crate::paths::PathsError;

/// How a registry is reached, decided by the command line or by a catalog that is trusted.
#[derive(Debug, Clone)]
pub struct TrustedConnection(Connection);

impl TrustedConnection {
    /// What the user says of a registry that is not in the catalog.
    pub fn of_user(given: GivenConnection) -> Self {
        Self(given.over(Connection::default()))
    }

    /// How it is reached.
    pub const fn get(&self) -> &Connection {
        &self.0
    }
}

/// What the user says of how a registry is reached; what is not said is as it is registered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GivenConnection {
    /// Plain HTTP or TLS.
    pub transport: Option<TransportSetting>,
    /// The certificates of authorities that prove it.
    pub ca_file: Option<PathBuf>,
    /// What the user shows to it.
    pub client_certificate: Option<ClientCertificate>,
    /// Its token servers, all of them.
    pub token_servers: Option<Vec<TokenServer>>,
}

impl GivenConnection {
    /// The connection with what is given in the place of what is registered.
    #[must_use]
    pub fn over(self, registered: Connection) -> Connection {
        Connection {
            transport: self.transport.unwrap_or(registered.transport),
            ca_file: self.ca_file.or(registered.ca_file),
            client_certificate: self.client_certificate.or(registered.client_certificate),
            token_servers: self.token_servers.unwrap_or(registered.token_servers),
        }
    }
}

/// A field of a registry's entry that decides where a credential goes, or how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidingField {
    /// The field, as the catalog calls it.
    pub name: &'static str,
    /// What it says.
    value: String,
}

impl fmt::Display for DecidingField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` ({})", self.name, self.value)
    }
}

/// A catalog of others that decides where a credential goes, or how.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TrustError {
    /// The environment does not say where the catalog is.
    #[error(transparent)]
    Paths(#[from] PathsError),
    /// It says how a registry is reached.
    #[error(
        "the catalog `{}` lies outside of your configuration folder, and decides how your credentials for `{registry}` travel: {}",
        catalog.display(),
        listed(fields)
    )]
    Connection {
        /// The file.
        catalog: PathBuf,
        /// The registry.
        registry: Name,
        /// What it says, all of it.
        fields: Vec<DecidingField>,
    },
    /// It binds a credential to an origin.
    #[error("the catalog `{}` binds a credential, and lies outside of your configuration folder", catalog.display())]
    Binding {
        /// The file.
        catalog: PathBuf,
    },
}

fn listed(fields: &[DecidingField]) -> String {
    fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The fields of an entry that decide where a credential goes or how, apart from what the user decides.
pub fn deciding_fields(entry: &RegistryEntry, given: &GivenConnection) -> Vec<DecidingField> {
    let mut fields = deciding_connection(entry.uri.host(), &entry.connection, given);
    let bindings = || entry.hooks.iter().flat_map(|hook| &hook.credentials);
    fields.extend(bindings().next().map(|_| DecidingField { name: "credentials", value: texts(bindings()) }));
    fields
}

/// Every field of a connection is looked at: one that is added has to be thought about here.
fn deciding_connection(host: &Host, registered: &Connection, given: &GivenConnection) -> Vec<DecidingField> {
    let Connection { transport, ca_file, client_certificate, token_servers } = registered;
    let field = |name, value: String| DecidingField { name, value };
    let is_plain = *transport == TransportSetting::PlainHttp && !host.is_loopback();
    let plain = (is_plain && given.transport.is_none()).then(|| field("transport", "plain-http".to_owned()));
    let authorities =
        ca_file.as_ref().filter(|_| given.ca_file.is_none()).map(|file| field("ca-file", shorten(&file.display().to_string())));
    let certificate = client_certificate.as_ref().filter(|_| given.client_certificate.is_none()).map(|files| {
        let value = shorten(&files.certificate.display().to_string());
        field("client-certificate", value)
    });
    let servers = (!token_servers.is_empty() && given.token_servers.is_none()).then(|| field("token-servers", texts(token_servers)));
    [plain, authorities, certificate, servers].into_iter().flatten().collect()
}

fn texts(values: impl IntoIterator<Item = impl ToString>) -> String {
    shorten(&values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(", "))
}

impl Catalogs {
    /// The fields of an entry that this catalog may not decide; none in a catalog that is trusted.
    pub fn untrusted_fields(&self, entry: &RegistryEntry) -> Vec<DecidingField> {
        if self.is_trusted() { Vec::new() } else { deciding_fields(entry, &GivenConnection::default()) }
    }

    /// How a registry of the catalog is reached, with what the user says in the place of what is registered.
    ///
    /// # Errors
    /// A catalog of others that decides how credentials travel.
    pub fn trusted_connection(&self, entry: &RegistryEntry, given: &GivenConnection) -> Result<TrustedConnection, TrustError> {
        let fields = deciding_connection(entry.uri.host(), &entry.connection, given);
        if !fields.is_empty() && !self.is_trusted() {
            return Err(TrustError::Connection { catalog: self.path()?.to_owned(), registry: entry.name.clone(), fields });
        }
        Ok(TrustedConnection(given.clone().over(entry.connection.clone())))
    }

    /// A credential is bound by the user, or in a catalog that is trusted.
    ///
    /// # Errors
    /// A binding in a catalog of others.
    pub fn require_trust(&self, bindings: &[CredentialBinding]) -> Result<(), TrustError> {
        if bindings.is_empty() || self.is_trusted() {
            return Ok(());
        }
        Err(TrustError::Binding { catalog: self.path()?.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::Builtins;
    use crate::catalog::Catalog;

    fn entry(lines: &str) -> RegistryEntry {
        let text = format!("version = 1\n[registries.r]\n{lines}\n");
        Catalog::parse(std::path::Path::new("catalog.toml"), text.as_bytes(), Builtins::default()).unwrap().registry("r").unwrap()
    }

    fn names(lines: &str, given: &GivenConnection) -> Vec<&'static str> {
        deciding_fields(&entry(lines), given).iter().map(|field| field.name).collect()
    }

    const ALL: &str = "uri = \"r.example\"\ntransport = \"plain-http\"\nca-file = \"/ca.pem\"\nclient-certificate = \"/me.pem\"\nclient-key = \"/me.key\"\n\
        token-servers = [\"https://auth.example\"]\nhooks = [{ flavor = \"f\", grants = [\"http=https://a.example\"], credentials = [\"https://a.example=bearer\"] }]";

    #[test]
    fn what_decides_how_a_credential_travels() {
        let none = GivenConnection::default();
        assert_eq!(names(ALL, &none), ["transport", "ca-file", "client-certificate", "token-servers", "credentials"]);
        for harmless in [
            "uri = \"r.example\"",
            "uri = \"r.example\"\ntransport = \"tls\"",
            "uri = \"localhost:5000\"\ntransport = \"plain-http\"",
            "uri = \"127.0.0.1:5000\"\ntransport = \"plain-http\"",
            "uri = \"r.example\"\ntoken-servers = []",
            "uri = \"r.example\"\nhooks = [{ flavor = \"f\", grants = [\"registry\", \"http=https://a.example\"] }]",
        ] {
            assert!(names(harmless, &none).is_empty(), "{harmless}");
        }
    }

    #[test]
    fn what_the_command_line_says_is_not_the_catalogs() {
        let entry = entry(ALL);
        let given = GivenConnection {
            transport: Some(TransportSetting::Tls),
            ca_file: Some("/mine.pem".into()),
            client_certificate: Some(ClientCertificate { certificate: "/mine.pem".into(), key: "/mine.key".into() }),
            token_servers: Some(Vec::new()),
        };
        assert_eq!(names(ALL, &given), ["credentials"]);
        let given_all = given.clone();
        assert_eq!(
            given.over(entry.connection.clone()),
            Connection {
                transport: TransportSetting::Tls,
                ca_file: given_all.ca_file,
                client_certificate: given_all.client_certificate,
                token_servers: Vec::new(),
            }
        );
        assert_eq!(GivenConnection::default().over(entry.connection.clone()), entry.connection);
    }
}
