//! Straight to the registry, with pushgate's own client.

use pushgate_oci::{Digest, PinnedContent, PushError, PushOutcome};
use pushgate_reference::ScopedReference;

use super::{Pusher, confirm};
use crate::exit::Failure;
use crate::report::{Remote, Report};

pub(super) async fn push(
    pusher: &Pusher,
    scoped: &ScopedReference,
    content: &PinnedContent,
    report: &mut Report,
) -> Result<(Digest, Remote), Failure> {
    let pushed = pusher.client.push(scoped.repository(), scoped.tag(), content, &()).await.map_err(|error| {
        if matches!(error, PushError::Unconfirmed { .. }) {
            report.remote = Some(Remote::Unknown);
        }
        Failure::from(error)
    })?;
    match pushed.outcome {
        PushOutcome::Unchanged => Ok((pushed.digest, Remote::Unchanged)),
        PushOutcome::Updated => {
            report.remote = Some(Remote::Unknown);
            confirm::served(&pusher.client, scoped, &pushed.digest).await?;
            Ok((pushed.digest, Remote::Updated))
        }
    }
}
