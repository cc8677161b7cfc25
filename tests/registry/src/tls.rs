//! A CA made for one registry, the registry's certificate by it, and those of clients.

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

/// A CA.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> io::Result<Self> {
        let mut authority = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.distinguished_name.push(DnType::CommonName, "pushgate test authority");
        let key = KeyPair::generate().map_err(io::Error::other)?;
        CertifiedIssuer::self_signed(authority, key).map(Self).map_err(io::Error::other)
    }

    /// A fresh certificate for these names and addresses.
    pub(crate) fn identity(&self, names: &[String]) -> io::Result<Identity> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate =
            CertificateParams::new(names.to_vec()).and_then(|params| params.signed_by(&key, &self.0)).map_err(io::Error::other)?;
        Ok(Identity { ca: self.0.pem(), certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

/// What a server, or a client, needs for TLS, and what the other side is to trust; all in PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate of the CA that signed this one's.
    pub ca: String,
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl Identity {
    /// A fresh certificate for these names and addresses, by a CA of its own.
    ///
    /// # Errors
    /// A name that a certificate cannot carry.
    pub fn for_names(names: &[String]) -> io::Result<Self> {
        Authority::new()?.identity(names)
    }

    /// What makes TLS of the connections that a server accepts. Clients may have to show a certificate of the same CA.
    pub(crate) fn acceptor(&self, client_certificates: bool) -> io::Result<TlsAcceptor> {
        let read = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).map_err(io::Error::other);
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).map_err(io::Error::other)?;
        // The provider is named, not taken from the process: a test binary may link more than one.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let builder = if client_certificates {
            let mut roots = RootCertStore::empty();
            roots.add(read(&self.ca)?).map_err(io::Error::other)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().map_err(io::Error::other)?;
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder.with_single_cert(vec![read(&self.certificate)?], key).map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
