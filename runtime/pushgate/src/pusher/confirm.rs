//! What was checked is what is served: compares the registry's manifest with what was pinned before the hooks.
//!
//! A difference, or no way to tell, is exit 9: something changed in the registry, so a script must not simply try again.

use pushgate_client::{FetchedManifest, RegistryClient, Served};
use pushgate_engine::EngineImage;
use pushgate_explain::{Explain as _, Failure, Kind, LOOK};
use pushgate_oci::{Digest, Document};
use pushgate_reference::ScopedReference;

/// The variable that says how many seconds a registry may take to serve what it accepted.
pub(crate) const CONFIRM_TIMEOUT: &str = "PUSHGATE_CONFIRM_TIMEOUT";

/// The manifest that the registry serves under the tag, which must have this digest. `before` is what the tag pointed
/// to before the push.
///
/// # Errors
/// Exit 9: the old digest or nothing for as long as a registry may take, another digest, or no answer.
pub(super) async fn served(
    client: &RegistryClient,
    scoped: &ScopedReference,
    expected: &Digest,
    before: Option<&Digest>,
) -> Result<FetchedManifest, Failure> {
    let asked_for = client.served_for().as_secs_f32();
    let later = || Some(format!("{LOOK}; where it takes long to serve what it accepted, {CONFIRM_TIMEOUT}=60 waits longer"));
    match client.served(scoped.repository(), scoped.identifier(), expected, before).await {
        Ok(Served::Written(manifest)) => Ok(manifest),
        Ok(Served::Missing) => {
            let message = format!("the registry accepted {scoped}, and serves nothing there after {asked_for} s");
            Err(unconfirmed(message).with_hint(later()))
        }
        Ok(Served::Old(old)) => {
            let message = format!(
                "the registry accepted {scoped}, and still serves the old {old} there after {asked_for} s, not {expected} as pushed"
            );
            Err(unconfirmed(message).with_hint(later()))
        }
        Ok(Served::Other(other)) => Err(unconfirmed(format!("the registry serves {other} under {scoped}, not {expected} as pushed"))
            .with_hint(Some(
                "the same tag may have been pushed by others at the same time, or the image's tag was moved during the push".to_owned(),
            ))),
        Err(error) => {
            let hint = error.hint().map_or_else(|| LOOK.to_owned(), |hint| format!("{hint}; then {LOOK}"));
            Err(unconfirmed(format!("{scoped} was pushed, but could not be confirmed: {error}")).with_hint(Some(hint)))
        }
    }
}

/// The manifest must be of the image that the Docker Engine had when the hooks were asked.
///
/// # Errors
/// Exit 9: it is of another image.
pub(super) fn is_image(scoped: &ScopedReference, manifest: &FetchedManifest, image: &EngineImage) -> Result<(), Failure> {
    let (what, found) = match image.target_digest.as_ref() {
        // The containerd image store names an image by its manifest.
        Some(target) if *target == manifest.digest => return Ok(()),
        Some(_) => ("manifest", Some(manifest.digest.clone())),
        // The classic store names it by its config.
        None => ("config", config_digest(manifest)),
    };
    match found {
        Some(digest) if image.id == digest => Ok(()),
        Some(digest) => {
            Err(unconfirmed(format!("the registry serves an image with the {what} {digest} under {scoped}, not {} as checked", image.id)))
        }
        None => {
            Err(unconfirmed(format!("the registry serves something without an image config under {scoped}, not {} as checked", image.id)))
        }
    }
}

/// The digest of the config that an image manifest names; none for an index, and for what is no manifest.
fn config_digest(manifest: &FetchedManifest) -> Option<Digest> {
    match Document::parse(&manifest.media_type, &manifest.bytes) {
        Ok(Document::Manifest(document)) => Some(document.config.digest),
        Ok(Document::Index(_)) | Err(_) => None,
    }
}

fn unconfirmed(message: String) -> Failure {
    Failure::new(Kind::Unconfirmed, message).with_hint(Some(LOOK.to_owned()))
}
