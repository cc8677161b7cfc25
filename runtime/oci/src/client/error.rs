//! What can go wrong with a registry. Each kind has another owner, so they are told apart.

mod hint;
mod place;

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use self::place::{Place, Site, Step};
use crate::credentials::CredentialError;

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

fn after_colon(text: &Option<String>) -> String {
    text.as_ref().map(|text| format!(": {text}")).unwrap_or_default()
}
