//! A push: blobs, then the manifests below the root, then the tag.

mod order;

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use pushgate_net::MAX_CONNECTIONS;
use pushgate_oci::{BlobError, Digest, PinnedBlob, PinnedContent};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::error::RegistryError;
use crate::progress::Progress;
use crate::registry::client::RegistryClient;
use crate::registry::questions::{Questions, Rank};
use crate::registry::uploads::{Asking, UploadError};

/// How long a push waits for the registry to give up what was begun and not ended.
const CANCEL_LIMIT: Duration = Duration::from_secs(5);

/// How a push is done.
#[derive(Clone, Debug, Default)]
pub struct PushOptions {
    /// Repositories of the same registry from which it may take blobs that it has there, in this order.
    pub mount_from: Vec<String>,
    /// Whether the registry is asked for each blob that was sent, before anything leads to it. That it keeps what it
    /// acknowledged is its promise otherwise.
    pub verify: bool,
}

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

/// A push whose last step is to come, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// The tag points to the document already.
    Unchanged,
    /// The registry has all that the document leads to.
    Ready {
        /// What the tag points to now, if it exists.
        before: Option<Digest>,
    },
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

impl From<UploadError> for PushError {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Source(error) => Self::Source(error),
            UploadError::Registry(error) => Self::Registry(error),
        }
    }
}

impl RegistryClient {
    /// Pushes pinned content to a repository: [`Self::prepare`], then [`Self::publish`]. `reference` is a tag, or the content's own digest: the
    /// `<reference>` of the distribution specification, for which "tag" stands below.
    ///
    /// # Errors
    /// See [`PushError`]: whether anything may have changed under the tag is told apart.
    pub async fn push(
        &self,
        repository: &str,
        reference: &str,
        content: &PinnedContent,
        options: &PushOptions,
        progress: &dyn Progress,
    ) -> Result<Pushed, PushError> {
        let digest = content.root().digest.clone();
        match self.prepare(repository, reference, content, options, progress).await? {
            Prepared::Unchanged => Ok(Pushed { digest, outcome: PushOutcome::Unchanged }),
            Prepared::Ready { before } => {
                self.publish(repository, reference, content, before.as_ref()).await?;
                Ok(Pushed { digest, outcome: PushOutcome::Updated })
            }
        }
    }

    /// Sends everything that the tag will lead to. The tag itself stays what it is.
    ///
    /// Dropping the future ends all requests; [`Self::cancel_uploads`] then gives up the uploads that were open.
    ///
    /// # Errors
    /// [`PushError::Source`] and [`PushError::Registry`]. What was begun is given up.
    pub async fn prepare(
        &self,
        repository: &str,
        reference: &str,
        content: &PinnedContent,
        options: &PushOptions,
        progress: &dyn Progress,
    ) -> Result<Prepared, PushError> {
        self.check_repositories(&options.mount_from).map_err(PushError::Registry)?;
        let blobs = order::order(content);
        let bottom = blobs.iter().find(|(_, rank)| *rank == Rank::Bottom && options.mount_from.is_empty());
        let bottom = bottom.map(|(blob, _)| &blob.descriptor);
        let looked = self.look_before_push(repository, reference, &content.root().digest, bottom).await;
        let (before, bottom) = looked.map_err(PushError::Registry)?;
        if before.as_ref().is_some_and(|before| content.root().digest.matches(&before.bytes)) {
            // Under its own digest it may be there from a push that ended before it was linked.
            if reference == content.root().digest.as_str() && content.root_manifest().link.is_some() {
                self.put_linked(repository, content.root_manifest()).await.map_err(PushError::Registry)?;
            }
            return Ok(Prepared::Unchanged);
        }
        let questions = Questions::new(bottom);
        let asking = Asking { repository, mount_from: &options.mount_from, questions: &questions };
        let pushed = self.push_blobs(&asking, blobs, options.verify, progress).await;
        // Those that were dropped when one failed, and those that turned out not to be needed.
        self.cancel_uploads(CANCEL_LIMIT).await;
        pushed?;
        // What is about another manifest is linked from there before the tag changes, so the root is then sent under its digest too.
        for manifest in content.children().iter().chain(Some(content.root_manifest()).filter(|root| root.link.is_some())) {
            self.put_linked(repository, manifest).await.map_err(PushError::Registry)?;
        }
        Ok(Prepared::Ready { before: before.map(|before| before.digest) })
    }

    /// Sends what the registry does not have. The first failure stops the others.
    async fn push_blobs(
        &self,
        asking: &Asking<'_>,
        blobs: Vec<(&PinnedBlob, Rank)>,
        verify: bool,
        progress: &dyn Progress,
    ) -> Result<(), UploadError> {
        let stop = watch::Sender::new(false);
        self.registry.connections().open_for(blobs.len());
        let mut sent = Vec::new();
        let mut pushes =
            stream::iter(blobs).map(|(blob, rank)| self.push_blob(asking, blob, rank, &stop, progress)).buffer_unordered(MAX_CONNECTIONS);
        while let Some(pushed) = pushes.next().await {
            match pushed {
                Ok(blob) => sent.extend(blob.filter(|_| verify)),
                Err(error) => {
                    stop.send_replace(true);
                    // What else fails by then is of no interest.
                    let rest = pushes.by_ref().for_each(|_| std::future::ready(()));
                    let _ = timeout(CANCEL_LIMIT, rest).await;
                    return Err(error);
                }
            }
        }
        let mut kept = stream::iter(sent).map(|blob| self.must_keep_blob(asking.repository, blob)).buffer_unordered(MAX_CONNECTIONS);
        while let Some(kept) = kept.next().await {
            kept?;
        }
        Ok(())
    }

    /// Lets the tag point to content that was prepared. `before` is what it pointed to then.
    ///
    /// # Errors
    /// [`PushError::Registry`] if the tag is certainly what it was, else [`PushError::Unconfirmed`].
    pub async fn publish(
        &self,
        repository: &str,
        reference: &str,
        content: &PinnedContent,
        before: Option<&Digest>,
    ) -> Result<(), PushError> {
        match self.put_reference(repository, reference, content.root_manifest(), before).await {
            Ok(()) => Ok(()),
            Err((error, false)) => Err(PushError::Registry(error)),
            Err((error, true)) => Err(PushError::Unconfirmed(error)),
        }
    }
}

#[cfg(test)]
mod tests;
