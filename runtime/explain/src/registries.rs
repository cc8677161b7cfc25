//! Registries, credentials, and the requests of flavors.

use pushgate_client::{Missing, PushError, RegistryError, RequestContext, Step, TlsFault};
use pushgate_credentials::{CredentialError, CredentialPlace};
use pushgate_egress::{CredentialForm, OutboundError};
use pushgate_net::{CertificateError, ProxyFailure, TokenServer};

use super::Explain;
use crate::Kind;

impl Explain for CredentialError {
    fn kind(&self) -> Kind {
        Kind::RegistryFailed
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::RelativeFolder { .. } => Some("set DOCKER_CONFIG to an absolute path, or unset it".to_owned()),
            Self::RelativeAuthFile { .. } => Some("set REGISTRY_AUTH_FILE to an absolute path, or unset it".to_owned()),
            Self::NoFolder => Some("set HOME or DOCKER_CONFIG to an absolute path".to_owned()),
            Self::ForeignOwner { .. } => Some("run the command as that user, or set DOCKER_CONFIG to a folder of your own".to_owned()),
            Self::Busy { .. } => Some("try again when it has ended".to_owned()),
            Self::Unreadable { .. } | Self::Unwritable { .. } | Self::NotStorable { .. } => None,
            Self::Malformed { place: CredentialPlace::File(_), .. } => Some("correct the file; nothing of it was used".to_owned()),
            Self::Malformed { place: CredentialPlace::Variable(name), .. } => Some(format!(
                "unset {name}, or set it to JSON such as {{\"auths\":{{\"registry.example.com\":{{\"auth\":\"BASE64 OF USER:PASSWORD\"}}}}}}; \
                 nothing of it was used"
            )),
            Self::Entry { place: CredentialPlace::Variable(name), .. } => Some(format!("correct {name}, or unset it")),
            Self::Entry { registry, .. } if registry.contains("://") => {
                Some(format!("keep it again with `pushgate credential store {registry} --password-stdin`"))
            }
            Self::Entry { registry, .. } => {
                Some(format!("log in again with `pushgate registry login NAME`, or with `docker login {registry}`"))
            }
            Self::HelperName { member, .. } => Some(format!("correct `{member}`")),
            Self::HelperMissing { member, place, .. } => Some(format!("install the helper, or remove it from `{member}` in {place}")),
            Self::HelperTimeLimit { variable, most } => Some(format!("set {variable} to 1 to {most}, or unset it")),
            Self::Helper { program, registry, .. } => Some(format!("try it by hand: `echo {registry} | {} get`", program.display())),
        }
    }
}

impl Explain for RegistryError {
    fn kind(&self) -> Kind {
        Kind::RegistryFailed
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Trust(error) => Some(of_trust(error).to_owned()),
            Self::Tls { .. } => Some("install the system's CA certificates, or name a CA file".to_owned()),
            Self::Unreachable { context, .. } => Some(match self.tls_fault() {
                Some(TlsFault::UntrustedCertificate) => {
                    format!(
                        "if the registry's certificate is by an authority of your own, name its file with {}",
                        setting(context, "--ca-file FILE")
                    )
                }
                Some(TlsFault::NotTls) => {
                    format!("if the registry does not speak TLS, and you trust the network, say {}", setting(context, "--plain-http"))
                }
                Some(TlsFault::CertificateRequired) | None => format!("is {} the right address, and is the registry up?", context.origin),
            }),
            Self::Unauthorized { source: Some(source), .. } => source.hint(),
            Self::Unauthorized { context, host, .. } => Some(login(context, host)),
            Self::NotFound { context, missing: Missing::Repository, .. } => {
                Some(format!("create the repository `{}` in the registry first", context.repository))
            }
            // Some registries that make no repositories say no more than this.
            Self::NotFound { context, missing: Missing::Unsaid, .. } if matches!(context.step, Step::StartUpload(_)) => {
                Some(format!("if the registry makes no repositories by itself, create `{}` there first", context.repository))
            }
            Self::RealmNotAllowed { context, realm } => TokenServer::parse(realm).is_ok().then(|| {
                let setting = setting(context, &format!("--token-server {realm}"));
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
            Self::Disconnected { context, .. } if self.tls_fault() == Some(TlsFault::CertificateRequired) => {
                let setting = setting(context, "--client-certificate FILE --client-key FILE");
                Some(format!("the server asks for a certificate that it trusts: name its files with {setting}"))
            }
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

/// How to give a flag about the connection to a registry: beside `--uri`, or once for a registry that is registered.
fn setting(context: &RequestContext, flag: &str) -> String {
    match context.origin.registered() {
        Some(name) => format!("`pushgate registry update {name} {flag}`"),
        None => format!("`{flag}`"),
    }
}

/// How to give credentials for a registry.
fn login(context: &RequestContext, host: &str) -> String {
    let docker = if host == "docker.io" { "docker login".to_owned() } else { format!("docker login {host}") };
    match context.origin.registered() {
        Some(name) => format!("log in with `pushgate registry login {name}`, or with `{docker}`"),
        None => format!("log in with `pushgate registry login NAME` if it is registered, else with `{docker}`"),
    }
}

/// The files for TLS are a part of how a registry is reached, whose error has the kind.
fn of_trust(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::CaFile { .. } => "it must hold certificates in PEM form",
        CertificateError::ClientCertificate { .. } => "certificate and key must be in PEM form, the key without a passphrase",
    }
}

/// What is left to do about a push that is not confirmed, where nothing better is known.
pub const LOOK: &str = "look at what the registry serves under the tag before you push again";

impl Explain for PushError {
    fn kind(&self) -> Kind {
        match self {
            Self::Source(_) => Kind::SourceFailed,
            Self::Registry(_) => Kind::RegistryFailed,
            Self::Unconfirmed(_) => Kind::Unconfirmed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Source(_) => Some("do not write to the source while it is pushed".to_owned()),
            Self::Registry(error) => error.hint(),
            Self::Unconfirmed(_) => Some(LOOK.to_owned()),
        }
    }
}

impl Explain for OutboundError {
    fn kind(&self) -> Kind {
        if self.blames_configuration() { Kind::Configuration } else { Kind::RegistryFailed }
    }

    fn hint(&self) -> Option<String> {
        of_outbound(self, |flag| flag)
    }
}

/// What may help a request that failed. `granting` says how a grant is given, by its flag.
pub(super) fn of_outbound(error: &OutboundError, granting: impl Fn(String) -> String) -> Option<String> {
    match error {
        OutboundError::NotGranted { origin: Some(origin) } => {
            Some(format!("if the flavor may go there, grant it with {}", granting(format!("--grant http={origin}"))))
        }
        OutboundError::Address { origin } => Some(format!(
            "a private address needs {}; those of this machine, of link-local services and of a cloud's metadata are never given by a name",
            granting(format!("--grant http={origin},private"))
        )),
        OutboundError::Unreachable { origin, .. } => Some(format!("is {origin} the right origin, and is it up?")),
        OutboundError::NoCredential { origin, form } => Some(match form {
            CredentialForm::Basic => format!("keep it with `pushgate credential store {origin} --username USER --password-stdin`"),
            CredentialForm::Bearer => format!("keep it with `pushgate credential store {origin} --password-stdin`"),
            CredentialForm::SigV4 { .. } => {
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a container has a role".to_owned()
            }
        }),
        OutboundError::CredentialSource(error) => error.hint(),
        OutboundError::Tls { .. } => Some("install the system's CA certificates".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
