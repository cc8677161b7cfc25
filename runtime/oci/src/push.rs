//! A push: blobs, then the manifests below the root, then the tag.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::client::{MAX_CONNECTIONS, RegistryClient, RegistryError, UploadError};
use crate::content::{BlobError, PinnedContent};
use crate::digest::Digest;
use crate::progress::Progress;

/// A push that the registry has acknowledged. Whether it serves what was pushed is another question: see [`RegistryClient::manifest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Of the manifest or index under the tag.
    pub digest: Digest,
    /// Whether the tag changed.
    pub outcome: PushOutcome,
}

/// What a push did to the tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    /// It pointed to the same document before; nothing was sent.
    Unchanged,
    /// It points to the document now.
    Updated,
}

/// A push that failed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The source is not what it was when it was pinned. Nothing changed under the tag.
    #[error(transparent)]
    Source(BlobError),
    /// The registry failed, or refused. Nothing changed under the tag.
    #[error(transparent)]
    Registry(RegistryError),
    /// The manifest was sent to the tag, and what became of it is not known.
    #[error("whether the tag was changed is not known")]
    Unconfirmed(#[source] RegistryError),
}

impl PushError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Source(_) => Some("do not write to the source while it is pushed".to_owned()),
            Self::Registry(error) => error.hint(),
            Self::Unconfirmed(_) => Some("look at what the registry serves under the tag before you push again".to_owned()),
        }
    }
}

impl From<UploadError> for PushError {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Source(error) => Self::Source(error),
            UploadError::Registry(error) => Self::Registry(error),
        }
    }
}

impl RegistryClient {
    /// Pushes pinned content to a tag of a repository. The tag is written last, when the registry has everything that it leads to.
    ///
    /// Dropping the future ends all requests.
    ///
    /// # Errors
    /// See [`PushError`]: whether anything may have changed under the tag is told apart.
    pub async fn push(&self, repository: &str, tag: &str, content: &PinnedContent, progress: &dyn Progress) -> Result<Pushed, PushError> {
        let root = &content.root;
        let digest = root.descriptor.digest.clone();
        let before = self.manifest_before_push(repository, tag).await.map_err(PushError::Registry)?;
        if before.is_some_and(|before| digest.matches(&before.bytes)) {
            return Ok(Pushed { digest, outcome: PushOutcome::Unchanged });
        }
        stream::iter(content.blobs())
            .map(Ok)
            .try_for_each_concurrent(MAX_CONNECTIONS, |blob| self.push_blob(repository, blob, progress))
            .await?;
        // What is about another manifest is linked from there before the tag changes, so the root is then sent under its digest too.
        for manifest in content.children().iter().chain(Some(root).filter(|root| root.link.is_some())) {
            self.put_linked(repository, manifest).await.map_err(PushError::Registry)?;
        }
        match self.put_manifest(repository, tag, root).await {
            Ok(_) => Ok(Pushed { digest, outcome: PushOutcome::Updated }),
            Err(error) if error.changed_nothing() => Err(PushError::Registry(error)),
            Err(error) => Err(PushError::Unconfirmed(error)),
        }
    }
}

#[cfg(test)]
mod tests;
