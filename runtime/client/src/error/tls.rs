//! What a failure has to do with TLS.

use std::error::Error;
use std::io;

use super::RegistryError;

/// What was wrong between this side and a server that should speak TLS, as far as the library that speaks it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsFault {
    /// The certificate of the server is not trusted.
    UntrustedCertificate,
    /// The server does not speak TLS.
    NotTls,
    /// The server asks for a certificate that it trusts, and got none, or another one.
    CertificateRequired,
}

impl RegistryError {
    /// What TLS has to do with it, for a connection that was not made, or that broke off. Callers need not know the library that speaks TLS.
    #[must_use]
    pub fn tls_fault(&self) -> Option<TlsFault> {
        match self {
            Self::Unreachable { source, .. } => match source.get_ref()?.downcast_ref()? {
                rustls::Error::InvalidCertificate(_) => Some(TlsFault::UntrustedCertificate),
                rustls::Error::InvalidMessage(_) => Some(TlsFault::NotTls),
                _ => None,
            },
            Self::Disconnected { source, .. } => asks_for_certificate(source.as_ref()).then_some(TlsFault::CertificateRequired),
            _ => None,
        }
    }
}

/// A server that wants a client's certificate says so only after the handshake, in an alert.
fn asks_for_certificate(error: &(dyn Error + 'static)) -> bool {
    use rustls::AlertDescription as Alert;
    let mut cause = Some(error);
    while let Some(current) = cause {
        let inner = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(rustls::Error::AlertReceived(alert)) = inner.and_then(|inner| inner.downcast_ref()) {
            return matches!(
                alert,
                Alert::AccessDenied
                    | Alert::BadCertificate
                    | Alert::CertificateExpired
                    | Alert::CertificateRequired
                    | Alert::CertificateUnknown
                    | Alert::DecryptError
                    | Alert::HandshakeFailure
                    | Alert::UnknownCA
            );
        }
        cause = current.source();
    }
    false
}
