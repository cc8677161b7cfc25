//! What can go wrong with a registry. Each kind has another owner, so they are told apart.

mod tls;
mod code;
mod context;

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use pushgate_credentials::CredentialError;
use pushgate_net::{CertificateError, ProxyFailure, TransportError};

pub use self::code::{ErrorCode, Missing};
pub use self::context::{RequestContext, Site, Step};
pub use self::tls::TlsFault;

/// What a registry, or its token server, said when it refused, and what it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The scope that a token was asked for, in the words of the token specification; none where no token is involved.
    pub asked: Option<String>,
    /// The scope that the registry's challenge names, where it is another one; at most 256 characters.
    pub challenged: Option<String>,
    /// What was said.
    pub said: Said,
}

/// What a registry, or its token server, says in an answer that is no success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The codes of the distribution specification, in their order; at most 4.
    pub codes: Vec<ErrorCode>,
    /// All of it in words, at most 512 characters, or what the answer lacks. It may hold anything.
    pub text: Option<String>,
}

impl Said {
    /// Words without a code.
    pub(crate) fn words(text: String) -> Self {
        Self { codes: Vec::new(), text: Some(text) }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.as_ref().map_or(Ok(()), |text| write!(formatter, ": {text}"))
    }
}

impl Refusal {
    /// What a person reads between brackets: which scope was asked for; none where no token is involved.
    pub(crate) fn scopes(&self) -> Option<String> {
        let challenged = self.challenged.as_ref().map(|scope| format!("; the registry's challenge names `{scope}`")).unwrap_or_default();
        match self.asked.as_deref()? {
            "" if challenged.is_empty() => None,
            "" => Some(format!("(asked for no scope{challenged})")),
            asked => Some(format!("(asked for the scope `{asked}`{challenged})")),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scopes) = self.scopes() {
            write!(formatter, " {scopes}")?;
        }
        self.said.fmt(formatter)
    }
}

/// A failure of, or on the way to, a registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// A file with certificates, or with a key, is of no use.
    #[error(transparent)]
    Trust(#[from] CertificateError),
    /// The variable that names the proxy for a request cannot be used. Its value may hold a password and is not shown.
    /// Nothing was sent.
    #[error("{context}: {variable} cannot be used: {problem}")]
    ProxyVariable {
        /// What was being done.
        context: RequestContext,
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
    #[error("{context}: cannot connect")]
    Unreachable {
        /// What was being done.
        context: RequestContext,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The registry's token server leads to an address inside a private network. Nothing was sent.
    #[error("{context}: the host has a private address, which a public registry may not lead to")]
    PrivateAddress {
        /// What was being done.
        context: RequestContext,
    },
    /// A connection, but no answer in time.
    #[error("{context}: no answer for {} seconds", after.as_secs_f32())]
    TimedOut {
        /// What was being done.
        context: RequestContext,
        /// The limit that was reached.
        after: Duration,
    },
    /// The connection ended before the answer did, or what came was not HTTP.
    #[error("{context}: the connection broke off")]
    Disconnected {
        /// What was being done.
        context: RequestContext,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// 401, with the credentials there are, or for want of any.
    #[error("{context}: {}{refusal}", if *anonymous { "the registry asks for credentials" } else { "the credentials were not accepted" })]
    Unauthorized {
        /// What was being done.
        context: RequestContext,
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
    #[error("{context}: not permitted{refusal}")]
    Denied {
        /// What was being done.
        context: RequestContext,
        /// What was asked for, and what was said.
        refusal: Box<Refusal>,
    },
    /// The registry does not have what the request is about.
    #[error("{context}: {missing}{said}")]
    NotFound {
        /// What was being done.
        context: RequestContext,
        /// What it does not have.
        missing: Missing,
        /// What the registry said.
        said: Box<Said>,
    },
    /// Any other status than the protocol foresees.
    #[error("{context}: status {code}{said}")]
    Status {
        /// What was being done.
        context: RequestContext,
        /// The HTTP status.
        code: u16,
        /// What the registry said, or what its answer lacks.
        said: Box<Said>,
        /// How long the registry asks to wait (`Retry-After`).
        retry_after: Option<Duration>,
    },
    /// The registry is busy, and asks for a longer wait than anybody should sit through.
    #[error("{context}: the registry asks to wait {} seconds", wait.as_secs())]
    AsksToWait {
        /// What was being done.
        context: RequestContext,
        /// As long as it asks for.
        wait: Duration,
    },
    /// The status was as expected, the rest was not.
    #[error("{context}: {problem}")]
    BadAnswer {
        /// What was being done.
        context: RequestContext,
        /// What was wrong.
        problem: String,
    },
    /// An answer that does not end where an honest one would.
    #[error("{context}: the answer has more than {limit} bytes")]
    BodyTooLarge {
        /// What was being done.
        context: RequestContext,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The registry names a token server that does not belong to it. Nothing was sent there.
    #[error("{context}: the registry sends its users to {realm} for a token, which is not known to belong to it")]
    RealmNotAllowed {
        /// What was being done.
        context: RequestContext,
        /// Its origin, without path and query; or what is wrong with it.
        realm: String,
    },
    /// The proxy failed, or refused. Nothing reached the registry.
    #[error("{context}: the proxy {} {}", failure.proxy, failure.problem)]
    Proxy {
        /// What was being done.
        context: RequestContext,
        /// Which, and what it did.
        failure: ProxyFailure,
    },
    /// The registry, or its token server, asks for credentials in clear, and a proxy would read them. They were not sent.
    #[error("{context}: the registry asks for credentials over plain HTTP, where the proxy {proxy} would read them")]
    ReadByProxy {
        /// What was being done.
        context: RequestContext,
        /// `scheme://host[:port]`, without credentials.
        proxy: String,
    },
    /// The registry lets everybody in, so that it cannot be told whether credentials are good. They were not sent.
    #[error("{context}: the registry does not ask for any")]
    NotAsked {
        /// What was being done.
        context: RequestContext,
    },
    /// The caller may cause no more requests: see [`RequestBudget`](pushgate_net::RequestBudget).
    #[error("{context}: no more requests may be sent")]
    OutOfRequests {
        /// What was being done.
        context: RequestContext,
        /// The failure after which there would have been another attempt.
        last: Option<Box<RegistryError>>,
    },
    /// The registry wants an upload to go on at another origin. Nothing was sent there.
    #[error("{context}: the registry wants the upload sent to {location}, which is another origin")]
    UploadElsewhere {
        /// What was being done.
        context: RequestContext,
        /// Its origin, without path and query; or what is wrong with it.
        location: String,
    },
}

impl RegistryError {
    /// A failure below the protocol, with the step that it happened in.
    pub(crate) fn of_transport(error: TransportError, context: &RequestContext) -> Self {
        let context = context.clone();
        match error {
            TransportError::Tls(problem) => Self::Tls { problem },
            TransportError::Unreachable(source) => Self::Unreachable { context, source },
            TransportError::PrivateAddress => Self::PrivateAddress { context },
            TransportError::ProxyVariable { variable, problem } => Self::ProxyVariable { context, variable, problem },
            TransportError::Proxy(failure) => Self::Proxy { context, failure },
            TransportError::TimedOut(after) => Self::TimedOut { context, after },
            TransportError::Disconnected(source) => Self::Disconnected { context, source: source.into() },
            TransportError::OutOfRequests => Self::OutOfRequests { context, last: None },
            TransportError::TooLarge(limit) => Self::BodyTooLarge { context, limit },
            TransportError::NotSendable(error) => Self::BadAnswer { context, problem: format!("no request can be made of it: {error}") },
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
            Self::TimedOut { context, .. }
            | Self::Disconnected { context, .. }
            | Self::BadAnswer { context, .. }
            | Self::BodyTooLarge { context, .. } => context.step == Step::FetchToken,
            Self::Status { context, code, .. } => context.step == Step::FetchToken || (400..500).contains(code),
            _ => true,
        }
    }
}
