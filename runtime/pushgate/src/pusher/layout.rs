//! Straight to the registry, with pushgate's own client.

use pushgate_client::{Prepared, PushError, PushOptions};
use pushgate_explain::Failure;
use pushgate_oci::{Digest, PinnedContent};

use super::confirm;
use super::target::Target;
use crate::progress::PushProgress;
use crate::report::{Remote, Report};

pub(super) async fn push(
    Target { access, scoped }: &Target<'_>,
    content: &PinnedContent,
    options: &PushOptions,
    progress: &dyn PushProgress,
    report: &mut Report,
) -> Result<(Digest, Remote), Failure> {
    let (client, repository, identifier) = (&access.client, scoped.repository(), scoped.identifier());
    let digest = content.root().digest.clone();
    // What is about another manifest is sent under its digest before it is linked: if that is its name, it is pushed then.
    if scoped.digest().is_some() && content.root_manifest().link.is_some() {
        report.remote = Some(Remote::Unknown);
    }
    let before = match client.prepare(repository, identifier, content, options, progress).await? {
        Prepared::Unchanged => return Ok((digest, Remote::Unchanged)),
        Prepared::Ready { before } => before,
    };
    // Whoever interrupts the push from here on does not know what became of the tag.
    report.remote = Some(Remote::Unknown);
    if let Err(error) = client.publish(repository, identifier, content, before.as_ref()).await {
        if !matches!(error, PushError::Unconfirmed { .. }) {
            report.remote = Some(Remote::Unchanged);
        }
        return Err(error.into());
    }
    confirm::served(client, scoped, &digest, before.as_ref()).await?;
    Ok((digest, Remote::Updated))
}
