//! Which registry, how it is reached, and who one is there.

use std::path::PathBuf;
use std::sync::Arc;

use pushgate_credentials::{CredentialError, Credentials};
use pushgate_net::{Authorities, ClientCertificate, Proxies, TokenServer, WaitListener};
use pushgate_reference::{Host, Scheme};

/// Which registry, and who one is there.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// As it stands in a reference; Docker Hub's other name on the wire is known.
    pub host: Host,
    /// In clear only if the caller says so; there is no falling back from TLS.
    pub scheme: Scheme,
    /// A PEM file with certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// What is shown to the registry when it asks, and to nobody else but its token server.
    pub credentials: Credentials,
    /// Why there are none, if they could not be looked up. It matters once the registry asks for some, and is the
    /// reason given then.
    pub credentials_error: Option<Arc<CredentialError>>,
    /// Shown to the registry, and to its token server, when they ask for a certificate.
    pub client_certificate: Option<ClientCertificate>,
    /// Token servers on other hosts that are the registry's, besides those that are known.
    pub token_servers: Vec<TokenServer>,
    /// The ways through proxies.
    pub proxies: Proxies,
    /// The certificate authorities to trust besides those of `ca_file`.
    pub authorities: Authorities,
    /// Who hears of long waits.
    pub waits: Option<Arc<dyn WaitListener>>,
    /// The name that the caller has registered it by. Errors repeat it, and nothing else uses it.
    pub registered: Option<String>,
}

impl ClientOptions {
    /// A registry of which only the place is known.
    #[must_use]
    pub fn new(host: Host, scheme: Scheme) -> Self {
        let credentials = Credentials::Anonymous;
        let (token_servers, proxies, authorities) = (Vec::new(), Proxies::default(), Authorities::default());
        let (ca_file, credentials_error, client_certificate, waits, registered) = (None, None, None, None, None);
        Self {
            host,
            scheme,
            ca_file,
            credentials,
            credentials_error,
            client_certificate,
            token_servers,
            proxies,
            authorities,
            waits,
            registered,
        }
    }
}
