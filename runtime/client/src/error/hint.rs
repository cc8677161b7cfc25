//! What to do about each failure.

use std::error::Error;
use std::io;

use pushgate_net::{ProxyFailure, TokenServer};

use super::{Missing, RegistryError, RequestContext, Step};

impl RegistryError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Trust(error) => Some(error.hint().to_owned()),
            Self::Tls { .. } => Some("install the system's CA certificates, or name a CA file".to_owned()),
            Self::Unreachable { context, source } => Some(match source.get_ref().and_then(|cause| cause.downcast_ref()) {
                Some(rustls::Error::InvalidCertificate(_)) => {
                    format!(
                        "if the registry's certificate is by an authority of your own, name its file with {}",
                        context.setting("--ca-file FILE")
                    )
                }
                Some(rustls::Error::InvalidMessage(_)) => {
                    format!("if the registry does not speak TLS, and you trust the network, say {}", context.setting("--plain-http"))
                }
                _ => format!("is {} the right address, and is the registry up?", context.origin),
            }),
            Self::Unauthorized { source: Some(source), .. } => source.hint(),
            Self::Unauthorized { context, host, .. } => Some(context.login(host)),
            Self::NotFound { context, missing: Missing::Repository, .. } => {
                Some(format!("create the repository `{}` in the registry first", context.repository))
            }
            // Some registries that make no repositories say no more than this.
            Self::NotFound { context, missing: Missing::Unsaid, .. } if matches!(context.step, Step::StartUpload(_)) => {
                Some(format!("if the registry makes no repositories by itself, create `{}` there first", context.repository))
            }
            Self::RealmNotAllowed { context, realm } => TokenServer::parse(realm).is_ok().then(|| {
                let setting = context.setting(&format!("--token-server {realm}"));
                format!("nothing was sent there; if you know that it is the registry's, say so with {setting}")
            }),
            Self::ProxyVariable { variable, .. } => Some(format!(
                "set {variable} to a URL such as http://proxy.example.com:3128 or socks5h://proxy.example.com:1080, or exempt the host with NO_PROXY"
            )),
            Self::Proxy { failure: ProxyFailure { proxy, is_about_credentials: true, .. }, .. } => {
                let scheme = proxy.split("://").next().unwrap_or("http");
                Some(format!(
                    "put them into the URL of the proxy, {scheme}://USER:PASSWORD@HOST:PORT, or exempt the registry with NO_PROXY"
                ))
            }
            Self::Proxy { .. } => Some("if the registry can be reached without a proxy, exempt it with NO_PROXY".to_owned()),
            Self::ReadByProxy { .. } => Some("use TLS, or exempt the registry with NO_PROXY".to_owned()),
            Self::Disconnected { context, source } => certificate_asked_for(context, source.as_ref()),
            Self::NotAsked { .. } => {
                Some("a credential that was not checked is not stored; `docker login` stores it all the same".to_owned())
            }
            Self::Status { code: 300..=399, context, .. } if context.step != Step::FetchToken => {
                Some("if that is where the registry is now, name it there: in the image's name, and in the registry's URI".to_owned())
            }
            Self::Status { code: 413, .. } => Some(
                "something before the registry, such as a proxy, limits the size of requests: raise the limit there (nginx: \
                 `client_max_body_size`)"
                    .to_owned(),
            ),
            Self::AsksToWait { .. } => Some("push again when that time is over".to_owned()),
            Self::UploadElsewhere { .. } => Some(
                "a registry behind a proxy must be told its own address: look at `X-Forwarded-Proto` and the registry's `host` setting"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// A server that wants a client's certificate says so only after the handshake, in an alert.
fn certificate_asked_for(context: &RequestContext, error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(current) = cause {
        let inner = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(rustls::Error::AlertReceived(alert)) = inner.and_then(|inner| inner.downcast_ref()) {
            use rustls::AlertDescription as Alert;
            let about = [
                Alert::AccessDenied,
                Alert::BadCertificate,
                Alert::CertificateExpired,
                Alert::CertificateRequired,
                Alert::CertificateUnknown,
                Alert::DecryptError,
                Alert::HandshakeFailure,
                Alert::UnknownCA,
            ];
            return about.contains(alert).then(|| {
                let setting = context.setting("--client-certificate FILE --client-key FILE");
                format!("the server asks for a certificate that it trusts: name its files with {setting}")
            });
        }
        cause = current.source();
    }
    None
}
