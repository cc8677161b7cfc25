//! What can go wrong with a registry. Each kind has another owner, so they are told apart.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::client::origin::TokenServer;
use crate::credentials::CredentialError;
use crate::digest::Digest;

/// What was being done, and where. It holds no query string and no credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The registry or its token server.
    pub origin: Site,
    /// The repository, for example `team/app`.
    pub repository: Box<str>,
    /// What was being done.
    pub step: Step,
}

/// `scheme://host[:port]`, and the name that the registry is registered by, so that a hint says where its settings are changed; none beside `--uri`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site(Arc<SiteParts>);

#[derive(Debug, PartialEq, Eq)]
struct SiteParts {
    origin: String,
    registered: Option<String>,
}

impl Site {
    pub(crate) fn new(origin: String, registered: Option<&str>) -> Self {
        Self(Arc::new(SiteParts { origin, registered: registered.map(str::to_owned) }))
    }
}

impl fmt::Display for Site {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.origin)
    }
}

/// The steps of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Getting a manifest by tag or digest.
    FetchManifest(String),
    /// Asking whether a blob is there.
    LookUpBlob(Digest),
    /// Opening an upload for a blob.
    StartUpload(Digest),
    /// Sending a blob, or a part of it.
    SendBlob(Digest),
    /// Asking how far an upload got, or giving it up.
    FollowUpload(Digest),
    /// Sending a manifest, to a tag or by its digest.
    PutManifest(String),
    /// Getting the list of a repository's tags.
    ListTags,
    /// Getting a token for the registry.
    FetchToken,
    /// Finding out whether credentials are good, for no repository.
    VerifyCredentials,
}

/// What a registry, or its token server, said when it refused, and what it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The scope that a token was asked for, in the words of the token specification; none where no token is involved.
    pub asked: Option<String>,
    /// The scope that the registry's challenge names, where it is another one; at most 256 characters.
    pub challenged: Option<String>,
    /// What was said, at most 512 characters.
    pub text: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let challenged = self.challenged.as_ref().map(|scope| format!("; the registry's challenge names `{scope}`")).unwrap_or_default();
        match self.asked.as_deref() {
            Some("") if challenged.is_empty() => {}
            Some("") => write!(formatter, " (asked for no scope{challenged})")?,
            Some(asked) => write!(formatter, " (asked for the scope `{asked}`{challenged})")?,
            None => {}
        }
        self.text.as_ref().map_or(Ok(()), |text| write!(formatter, ": {text}"))
    }
}

/// A failure of, or on the way to, a registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The file with further certificate authorities is of no use.
    #[error("the CA file `{}` {problem}", path.display())]
    CaFile {
        /// As the caller named it.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// The client's certificate, or its key, is of no use.
    #[error("`{}` {problem}", path.display())]
    ClientCertificate {
        /// The file, as the caller named it.
        path: PathBuf,
        /// Why. It holds nothing of a key.
        problem: String,
    },
    /// The variable that names the proxy for a request cannot be used. Its value may hold a password and is not shown.
    /// Nothing was sent.
    #[error("{place}: {variable} cannot be used: {problem}")]
    ProxyVariable {
        /// What was being done.
        place: Place,
        /// The variable, as it is set.
        variable: &'static str,
        /// Why.
        problem: &'static str,
    },
    /// TLS cannot be set up at all: without certificate authorities, for example.
    #[error("TLS cannot be set up: {problem}")]
    Tls {
        /// Why.
        problem: String,
    },
    /// A repository, tag or digest that must not become part of a URL.
    #[error("`{name}` is not a valid {what}")]
    InvalidName {
        /// `repository`, or `tag or digest`.
        what: &'static str,
        /// The text, cut to 160 characters.
        name: String,
    },
    /// No connection: the name does not resolve, nobody listens, the certificate is not accepted. Nothing was sent.
    #[error("{place}: cannot connect")]
    Unreachable {
        /// What was being done.
        place: Place,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The registry's token server leads to an address inside a private network. Nothing was sent.
    #[error("{place}: the host has a private address, which a public registry may not lead to")]
    PrivateAddress {
        /// What was being done.
        place: Place,
    },
    /// A connection, but no answer in time.
    #[error("{place}: no answer for {} seconds", after.as_secs_f32())]
    TimedOut {
        /// What was being done.
        place: Place,
        /// The limit that was reached.
        after: Duration,
    },
    /// The connection ended before the answer did, or what came was not HTTP.
    #[error("{place}: the connection broke off")]
    Disconnected {
        /// What was being done.
        place: Place,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// 401, with the credentials there are, or for want of any.
    #[error("{place}: {}{refusal}", if *anonymous { "the registry asks for credentials" } else { "the credentials were not accepted" })]
    Unauthorized {
        /// What was being done.
        place: Place,
        /// The registry's host as it stands in a reference.
        host: String,
        /// Whether there were no credentials to show.
        anonymous: bool,
        /// What was asked for, and what was said.
        refusal: Box<Refusal>,
        /// Why there were none, if they could not be looked up.
        #[source]
        source: Option<Arc<CredentialError>>,
    },
    /// The credentials are good, but not for this.
    #[error("{place}: not permitted{refusal}")]
    Denied {
        /// What was being done.
        place: Place,
        /// What was asked for, and what was said.
        refusal: Box<Refusal>,
    },
    /// The registry does not have the repository and does not make it.
    #[error("{place}: the repository does not exist{}", after_colon(text))]
    NotFound {
        /// What was being done.
        place: Place,
        /// What the registry said, at most 512 characters.
        text: Option<String>,
    },
    /// Any other status than the protocol foresees.
    #[error("{place}: status {code}{}", after_colon(text))]
    Status {
        /// What was being done.
        place: Place,
        /// The HTTP status.
        code: u16,
        /// What the registry said, at most 512 characters, or what its answer lacks.
        text: Option<String>,
        /// How long the registry asks to wait (`Retry-After`).
        retry_after: Option<Duration>,
    },
    /// The registry is busy, and asks for a longer wait than anybody should sit through.
    #[error("{place}: the registry asks to wait {} seconds", wait.as_secs())]
    AsksToWait {
        /// What was being done.
        place: Place,
        /// As long as it asks for.
        wait: Duration,
    },
    /// The status was as expected, the rest was not.
    #[error("{place}: {problem}")]
    BadAnswer {
        /// What was being done.
        place: Place,
        /// What was wrong.
        problem: String,
    },
    /// An answer that does not end where an honest one would.
    #[error("{place}: the answer has more than {limit} bytes")]
    BodyTooLarge {
        /// What was being done.
        place: Place,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The registry names a token server that does not belong to it. Nothing was sent there.
    #[error("{place}: the registry sends its users to {realm} for a token, which is not known to belong to it")]
    RealmNotAllowed {
        /// What was being done.
        place: Place,
        /// Its origin, without path and query; or what is wrong with it.
        realm: String,
    },
    /// The proxy failed, or refused. Nothing reached the registry.
    #[error("{place}: the proxy {proxy} {problem}")]
    Proxy {
        /// What was being done.
        place: Place,
        /// `scheme://host[:port]`, without credentials.
        proxy: String,
        /// What it did, to be put after its name.
        problem: String,
    },
    /// The registry, or its token server, asks for credentials in clear, and a proxy would read them. They were not sent.
    #[error("{place}: the registry asks for credentials over plain HTTP, where the proxy {proxy} would read them")]
    ReadByProxy {
        /// What was being done.
        place: Place,
        /// `scheme://host[:port]`, without credentials.
        proxy: String,
    },
    /// The registry lets everybody in, so that it cannot be told whether credentials are good. They were not sent.
    #[error("{place}: the registry does not ask for any")]
    NotAsked {
        /// What was being done.
        place: Place,
    },
    /// The caller may cause no more requests: see [`RequestBudget`](crate::RequestBudget).
    #[error("{place}: no more requests may be sent")]
    OutOfRequests {
        /// What was being done.
        place: Place,
        /// The failure after which there would have been another attempt.
        last: Option<Box<RegistryError>>,
    },
    /// The registry wants an upload to go on at another origin. Nothing was sent there.
    #[error("{place}: the registry wants the upload sent to {location}, which is another origin")]
    UploadElsewhere {
        /// What was being done.
        place: Place,
        /// Its origin, without path and query; or what is wrong with it.
        location: String,
    },
}

impl RegistryError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::CaFile { .. } => Some("it must hold certificates in PEM form".to_owned()),
            Self::Tls { .. } => Some("install the system's CA certificates, or name a CA file".to_owned()),
            Self::Unreachable { place, source } => Some(match source.get_ref().and_then(|cause| cause.downcast_ref()) {
                Some(rustls::Error::InvalidCertificate(_)) => {
                    format!(
                        "if the registry's certificate is by an authority of your own, name its file with {}",
                        place.setting("--ca-file FILE")
                    )
                }
                Some(rustls::Error::InvalidMessage(_)) => {
                    format!("if the registry does not speak TLS, and you trust the network, say {}", place.setting("--plain-http"))
                }
                _ => format!("is {} the right address, and is the registry up?", place.origin),
            }),
            Self::Unauthorized { source: Some(source), .. } => source.hint(),
            Self::Unauthorized { place, host, .. } => Some(place.login(host)),
            Self::NotFound { place, .. } => Some(format!("create the repository `{}` in the registry first", place.repository)),
            Self::RealmNotAllowed { place, realm } => TokenServer::parse(realm).is_ok().then(|| {
                let setting = place.setting(&format!("--token-server {realm}"));
                format!("nothing was sent there; if you know that it is the registry's, say so with {setting}")
            }),
            Self::ClientCertificate { .. } => Some("certificate and key must be in PEM form, the key without a passphrase".to_owned()),
            Self::ProxyVariable { variable, .. } => Some(format!(
                "set {variable} to a URL such as http://proxy.example.com:3128 or socks5h://proxy.example.com:1080, or exempt the host with NO_PROXY"
            )),
            Self::Proxy { proxy, problem, .. } if problem.contains("username") => {
                let scheme = proxy.split("://").next().unwrap_or("http");
                Some(format!(
                    "put them into the URL of the proxy, {scheme}://USER:PASSWORD@HOST:PORT, or exempt the registry with NO_PROXY"
                ))
            }
            Self::Proxy { .. } => Some("if the registry can be reached without a proxy, exempt it with NO_PROXY".to_owned()),
            Self::ReadByProxy { .. } => Some("use TLS, or exempt the registry with NO_PROXY".to_owned()),
            Self::Disconnected { place, source } => certificate_asked_for(place, source.as_ref()),
            Self::NotAsked { .. } => {
                Some("a credential that was not checked is not stored; `docker login` stores it all the same".to_owned())
            }
            Self::Status { code: 300..=399, place, .. } if place.step != Step::FetchToken => {
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

    /// Whether the registry answered that it did not do it. It may have done it all the same: see [`Self::changed_nothing`].
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Status { code: 400.., .. })
    }

    /// Whether it is certain that the request that failed changed nothing at the registry: it was not sent, or was refused.
    #[must_use]
    pub fn changed_nothing(&self) -> bool {
        match self {
            Self::TimedOut { place, .. }
            | Self::Disconnected { place, .. }
            | Self::BadAnswer { place, .. }
            | Self::BodyTooLarge { place, .. } => place.step == Step::FetchToken,
            Self::Status { place, code, .. } => place.step == Step::FetchToken || (400..500).contains(code),
            _ => true,
        }
    }
}

impl Place {
    /// How a flag about the registry's connection is given: beside `--uri`, or once for the registered registry.
    fn setting(&self, flag: &str) -> String {
        match &self.origin.0.registered {
            Some(name) => format!("`pushgate registry update {name} {flag}`"),
            None => format!("`{flag}`"),
        }
    }

    /// How credentials for the registry are given.
    fn login(&self, host: &str) -> String {
        let docker = if host == "docker.io" { "docker login".to_owned() } else { format!("docker login {host}") };
        match &self.origin.0.registered {
            Some(name) => format!("log in with `pushgate registry login {name}`, or with `{docker}`"),
            None => format!("log in with `pushgate registry login NAME` if it is registered, else with `{docker}`"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.step, &*self.repository) {
            (Step::FetchToken, "") => write!(formatter, "getting a token at {}", self.origin),
            (step, "") => write!(formatter, "{step} at {}", self.origin),
            (step, repository) => write!(formatter, "{step} `{repository}` at {}", self.origin),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FetchManifest(reference) => write!(formatter, "fetching manifest `{reference}` of repository"),
            Self::LookUpBlob(digest) => write!(formatter, "looking for blob {digest} in repository"),
            Self::StartUpload(digest) => write!(formatter, "starting the upload of blob {digest} to repository"),
            Self::SendBlob(digest) => write!(formatter, "sending blob {digest} to repository"),
            Self::FollowUpload(digest) => write!(formatter, "looking after the upload of blob {digest} to repository"),
            Self::PutManifest(reference) => write!(formatter, "sending manifest `{reference}` to repository"),
            Self::ListTags => formatter.write_str("listing the tags of repository"),
            Self::FetchToken => formatter.write_str("getting a token for repository"),
            Self::VerifyCredentials => formatter.write_str("checking the credentials"),
        }
    }
}

/// A server that wants a client's certificate says so only after the handshake, in an alert.
fn certificate_asked_for(place: &Place, error: &(dyn Error + 'static)) -> Option<String> {
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
                let setting = place.setting("--client-certificate FILE --client-key FILE");
                format!("the server asks for a certificate that it trusts: name its files with {setting}")
            });
        }
        cause = current.source();
    }
    None
}

fn after_colon(text: &Option<String>) -> String {
    text.as_ref().map(|text| format!(": {text}")).unwrap_or_default()
}
