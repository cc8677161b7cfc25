//! TLS: the system's certificate authorities, and those of a file. There is no way to turn verification off.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::client::RegistryError;

/// The most bytes that a CA file may have: 4 MiB. Whole system bundles have a quarter of a mebibyte.
const MAX_CA_FILE: u64 = 4 * 1024 * 1024;

/// Reads a file with certificate authorities in PEM form.
pub(super) fn read_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, RegistryError> {
    use std::io::Read as _;
    let error = |problem: String| RegistryError::CaFile { path: path.to_owned(), problem };
    let unreadable = |cause: std::io::Error| error(format!("cannot be read: {cause}"));
    let mut pem = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_CA_FILE + 1).read_to_end(&mut pem).map_err(unreadable)?;
    if pem.len() as u64 > MAX_CA_FILE {
        return Err(error("has more than 4 MiB".to_owned()));
    }
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|cause| error(format!("is not valid: {cause}")))?;
    if certificates.is_empty() {
        return Err(error("holds no certificate".to_owned()));
    }
    // Tried here, so that the file is named if one of them is of no use.
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots.add(certificate.clone()).map_err(|cause| error(format!("holds a certificate that cannot be used: {cause}")))?;
    }
    Ok(certificates)
}

/// Trusts the system's certificate authorities, and these.
pub(super) fn connector(more: &[CertificateDer<'static>]) -> Result<TlsConnector, RegistryError> {
    let error = |problem: String| RegistryError::Tls { problem };
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    // Old systems hold certificates that today's rules refuse. The others still count.
    roots.add_parsable_certificates(native.certs);
    for certificate in more {
        roots.add(certificate.clone()).map_err(|cause| error(cause.to_string()))?;
    }
    if roots.is_empty() {
        let cause = native.errors.first().map(|cause| format!(": {cause}")).unwrap_or_default();
        return Err(error(format!("the system has no certificate authorities{cause}")));
    }
    // The provider is named, not taken from the process, whose default another library may have set.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| error(cause.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
