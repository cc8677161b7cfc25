//! Where something went wrong.

use std::fmt;
use std::sync::Arc;

use pushgate_oci::Digest;

/// What was being done, and where. It holds no query string and no credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestContext {
    /// The registry or its token server.
    pub origin: Site,
    /// The repository, for example `team/app`.
    pub repository: Box<str>,
    /// What was being done.
    pub step: Step,
}

/// `scheme://host[:port]`, and the caller's own name for the registry: with it, the caller can say where a setting of the registry is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site(Arc<SiteParts>);

#[derive(Debug, PartialEq, Eq)]
struct SiteParts {
    origin: String,
    registered: Option<String>,
}

impl Site {
    /// A place, with the caller's name for the registry, if it has one.
    #[must_use]
    pub fn new(origin: String, registered: Option<&str>) -> Self {
        Self(Arc::new(SiteParts { origin, registered: registered.map(str::to_owned) }))
    }

    /// The caller's name for the registry; none for a registry that is not registered.
    #[must_use]
    pub fn registered(&self) -> Option<&str> {
        self.0.registered.as_deref()
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

impl fmt::Display for RequestContext {
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
