//! A CA made for one registry, the registry's certificate by it, and those of clients.

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::RootCertStore;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

/// A CA.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key, both in PEM.
#[derive(Clone)]
pub struct Identity {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: String,
}

impl Authority {
    pub(crate) fn new() -> io::Result<Self> {
        let mut authority = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.distinguished_name.push(DnType::CommonName, "pushgate test authority");
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let issuer = CertifiedIssuer::self_signed(authority, key).map_err(io::Error::other)?;
        let pem = issuer.pem();
        Ok(Self { issuer, pem })
    }

    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    fn sign(&self, names: &[String]) -> io::Result<(rcgen::Certificate, KeyPair)> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let signed = CertificateParams::new(names.to_vec()).and_then(|params| params.signed_by(&key, &self.issuer));
        Ok((signed.map_err(io::Error::other)?, key))
    }

    /// A certificate for a client.
    pub(crate) fn client(&self) -> io::Result<Identity> {
        let (certificate, key) = self.sign(&["client".to_owned()])?;
        Ok(Identity { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    /// An acceptor with a fresh certificate for `names`.
    pub(crate) fn acceptor(&self, names: &[String], client_certificates: bool) -> io::Result<TlsAcceptor> {
        let (certificate, key) = self.sign(names)?;
        // The provider is named, not taken from the process: a test binary may link more than one.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let builder = if client_certificates {
            let mut roots = RootCertStore::empty();
            roots.add(self.issuer.der().clone()).map_err(io::Error::other)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().map_err(io::Error::other)?;
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
