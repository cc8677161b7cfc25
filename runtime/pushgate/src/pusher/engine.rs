//! Through the Docker Engine, which has the image and does the transfer.
//!
//! The Docker Engine reports a digest in its stream. That is a claim; what counts is the manifest that the registry serves under the
//! tag afterwards, and that it names the very image that the hooks saw.

use pushgate_client::FetchedManifest;
use pushgate_engine::EngineError;
use pushgate_explain::{Explain as _, Failure, Kind, LOOK};
use pushgate_gate::registry_access::Access;
use pushgate_oci::Digest;
use pushgate_reference::ScopedReference;
use pushgate_source::{EngineImageName, PinnedEngineImage};

use super::confirm;
use super::target::Target;
use crate::progress::PushProgress;
use crate::report::{Remote, Report};

pub(super) async fn push(
    Target { access, scoped }: &Target<'_>,
    pinned: &PinnedEngineImage,
    progress: &dyn PushProgress,
    report: &mut Report,
) -> Result<(Digest, Remote), Failure> {
    let PinnedEngineImage { engine, target, .. } = pinned;
    // Asked before anything is sent: a registry that cannot be read afterwards could not confirm the push, and is better found out now.
    let before = access.client.manifest(scoped.repository(), scoped.identifier()).await?;
    if pinned.name != EngineImageName::of(scoped) {
        engine.tag(&pinned.image.id, target).await?;
    }
    engine.ensure_tag_still(target, &pinned.image.id).await?;

    report.remote = Some(Remote::Unknown);
    let claimed = match engine.push(target, &access.credentials, scoped.host(), progress).await {
        Ok(claimed) => claimed,
        Err(error) => return Err(settle(access, scoped, before.as_ref(), error, report).await),
    };
    let manifest = confirm::served(&access.client, scoped, &claimed, before.as_ref().map(|before| &before.digest)).await?;
    confirm::is_image(scoped, &manifest, &pinned.image)?;
    let unchanged = before.is_some_and(|before| before.digest == manifest.digest);
    Ok((manifest.digest, if unchanged { Remote::Unchanged } else { Remote::Updated }))
}

/// The push failed, or its end was lost. Whether something changed all the same is asked of the registry.
async fn settle(
    access: &Access,
    scoped: &ScopedReference,
    before: Option<&FetchedManifest>,
    error: EngineError,
    report: &mut Report,
) -> Failure {
    let is_unknown = error.leaves_registry_unknown();
    // The Engine pushed without credentials, for a reason that it does not know.
    let missing = access.credentials_error.as_deref().filter(|_| error.asks_for_credentials());
    let failure = match missing {
        Some(missing) => {
            let failure = Failure::from(error);
            let message = format!("{}: {missing}", failure.message);
            Failure { message, hint: missing.hint(), ..failure }
        }
        None => Failure::from(error),
    };
    let (client, repository, identifier, before) =
        (&access.client, scoped.repository(), scoped.identifier(), before.map(|manifest| &manifest.digest));
    // Where the Engine's end was lost, the push may be done, and the registry may serve what was there before for some
    // time.
    let after =
        if is_unknown { client.settled(repository, identifier, before).await } else { client.manifest(repository, identifier).await };
    let changed = match after {
        Ok(after) if after.as_ref().map(|manifest| &manifest.digest) == before => {
            report.remote = Some(Remote::Unchanged);
            return failure;
        }
        Ok(_) => "the registry serves something else under the tag than before",
        Err(_) if is_unknown => "and what the registry serves under the tag now could not be found out",
        Err(_) => return failure,
    };
    let hint = failure.hint.unwrap_or_else(|| LOOK.to_owned());
    Failure { kind: Kind::Unconfirmed, message: format!("{}; {changed}", failure.message), hint: Some(hint) }
}
