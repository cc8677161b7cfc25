//! TLS: the system's certificate authorities and those of a file, and a certificate of one's own. Files are used that were named, and no
//! others: Docker's `certs.d` folders are not looked into. There is no way to turn verification off.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::authorities::{Authorities, MAX_FILE};

/// A certificate by which a client proves who it is, and its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// A PEM file with the certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// A PEM file with the key. Nothing of it is ever shown.
    pub key: PathBuf,
}

/// A file with certificates, or with a key, that is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The file with further certificate authorities.
    #[error("the CA file `{}` {problem}", path.display())]
    CaFile {
        /// As the caller named it.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// The client's certificate, or its key.
    #[error("`{}` {problem}", path.display())]
    ClientCertificate {
        /// The file, as the caller named it.
        path: PathBuf,
        /// Why. It holds nothing of a key.
        problem: String,
    },
}

/// Whom to trust, and who one is.
#[derive(Default)]
pub struct Trust {
    /// Those that were named for this registry.
    authorities: Vec<CertificateDer<'static>>,
    /// The system's, or those of the environment.
    system: Authorities,
    pub(crate) identity: Option<Arc<SingleCertAndKey>>,
    /// Whether each connection is made anew, with nothing that a server could know it by from an earlier one.
    forgets: bool,
}

impl Trust {
    /// Trusts the system's authorities, and those of a file, and shows a certificate to servers that ask for one.
    ///
    /// # Errors
    /// If a file cannot be used.
    pub fn new(system: Authorities, ca_file: Option<&Path>, certificate: Option<&ClientCertificate>) -> Result<Self, CertificateError> {
        let authorities = ca_file.map(read_ca_file).transpose()?.unwrap_or_default();
        Ok(Self { authorities, system, identity: certificate.map(read_identity).transpose()?, forgets: false })
    }

    /// Trusts the system's authorities, and is a stranger on each connection.
    #[must_use]
    pub fn forgetting(system: Authorities) -> Self {
        Self { system, forgets: true, ..Self::default() }
    }
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Trust").finish_non_exhaustive()
    }
}

/// A key may come out of a vault through a pipe.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    pushgate_files::read_or_pipe(path, MAX_FILE).map_err(|problem| problem.to_string())
}

/// Reads a client's certificate and key. Why a key is of no use is not told in the parser's words, which might quote it.
fn read_identity(files: &ClientCertificate) -> Result<Arc<SingleCertAndKey>, CertificateError> {
    let error = |path: &Path| {
        let path = path.to_owned();
        move |problem: String| CertificateError::ClientCertificate { path, problem }
    };
    let pem = read(&files.certificate).map_err(error(&files.certificate))?;
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|cause| error(&files.certificate)(format!("is not valid: {cause}")))?;
    if chain.is_empty() {
        return Err(error(&files.certificate)("holds no certificate".to_owned()));
    }
    let pem = read(&files.key).map_err(error(&files.key))?;
    let no_key = || error(&files.key)("holds no private key in PEM form that can be used without a passphrase".to_owned());
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| no_key())?;
    let certified = CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider()).map_err(|cause| match cause {
        rustls::Error::InconsistentKeys(_) => error(&files.key)(format!("is not the key of `{}`", files.certificate.display())),
        rustls::Error::InvalidCertificate(_) => error(&files.certificate)("holds a certificate that cannot be used".to_owned()),
        _ => no_key(),
    })?;
    Ok(Arc::new(certified.into()))
}

impl ClientCertificate {
    /// What a person should know about the files: whether others can read the key.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        use std::os::unix::fs::MetadataExt as _;
        let is_open = std::fs::metadata(&self.key).is_ok_and(|metadata| metadata.mode() & 0o077 != 0);
        is_open.then(|| format!("`{}` holds a private key and can be read by other users: `chmod 600` it", self.key.display()))
    }
}

/// Reads a file with certificate authorities in PEM form.
fn read_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let error = |problem: String| CertificateError::CaFile { path: path.to_owned(), problem };
    let pem = read(path).map_err(error)?;
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

/// Trusts the system's certificate authorities, and those that were named, and shows a certificate to whoever asks for one.
pub(crate) async fn connector(trust: &Trust, identity: Option<&Arc<SingleCertAndKey>>) -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    // Others are served while files are read.
    let system = trust.system.clone();
    let loading = tokio::task::spawn_blocking(move || {
        system.load();
    });
    loading.await.map_err(|cause| cause.to_string())?;
    let system = trust.system.load();
    // Old systems hold certificates that today's rules refuse. The others still count.
    roots.add_parsable_certificates(system.certificates.iter().cloned());
    for certificate in &trust.authorities {
        roots.add(certificate.clone()).map_err(|cause| cause.to_string())?;
    }
    if roots.is_empty() {
        let cause = system.problem.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default();
        return Err(format!("the system has no certificate authorities{cause}"));
    }
    // The provider is named, not taken from the process, whose default another library may have set.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| cause.to_string())?
        .with_root_certificates(roots);
    let mut config = match identity {
        Some(identity) => builder.with_client_cert_resolver(Arc::clone(identity) as _),
        None => builder.with_no_client_auth(),
    };
    if trust.forgets {
        config.resumption = Resumption::disabled();
    }
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
