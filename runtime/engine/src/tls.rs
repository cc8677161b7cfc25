//! TLS to a daemon on another machine, with the files that Docker's own client uses.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::error::EngineError;
use super::text::bounded;

/// The files of certificates and keys are read up to here.
const FILE_LIMIT: u64 = 1024 * 1024;

/// Whom to trust, and who we are.
pub(super) struct TlsToDaemon {
    connector: TlsConnector,
}

impl TlsToDaemon {
    /// Reads `ca.pem`, and `cert.pem` with `key.pem` where they are. The system's roots are not trusted with the Engine.
    pub(super) fn read(folder: &Path) -> Result<Self, EngineError> {
        let failed = |path: &Path, problem: String| EngineError::Tls { path: path.display().to_string(), problem: bounded(&problem, 256) };

        let authority = folder.join("ca.pem");
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&authority).map_err(|problem| failed(&authority, problem))? {
            roots.add(certificate).map_err(|error| failed(&authority, error.to_string()))?;
        }

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(folder, error.to_string()))?
            .with_root_certificates(roots);

        let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        let config = if certificate.exists() || key.exists() {
            let chain = certificates(&certificate).map_err(|problem| failed(&certificate, problem))?;
            let private = private_key(&key).map_err(|problem| failed(&key, problem))?;
            builder.with_client_auth_cert(chain, private).map_err(|error| failed(&certificate, error.to_string()))?
        } else {
            builder.with_no_client_auth()
        };
        Ok(Self { connector: Arc::new(config).into() })
    }

    pub(super) async fn handshake(&self, host: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        self.connector.connect(name, stream).await
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    pushgate_files::read(path, FILE_LIMIT).map_err(|problem| problem.to_string())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(&read(path)?).collect::<Result<_, _>>().map_err(|_| "not certificates in PEM form".to_owned())?;
    if found.is_empty() { Err("holds no certificate".to_owned()) } else { Ok(found) }
}

/// The reason of a failure is not passed on: it might quote the key.
fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|_| "holds no private key in PEM form that can be read".to_owned())
}
