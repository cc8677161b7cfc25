//! What was checked is what is served: compares the registry's manifest with what was pinned before the hooks.
//!
//! A difference, or no way to tell, is exit 9: something changed in the registry, so a script must not simply try again.

use std::time::Duration;

use pushgate_oci::{Digest, Document, FetchedManifest, RegistryClient};
use pushgate_reference::ScopedReference;

use crate::engine::EngineImage;
use crate::exit::{Failure, Kind};

/// How long to wait between questions while a registry does not serve yet what it has accepted: some copy behind the scenes.
const WAITS: [Duration; 4] = [Duration::from_millis(100), Duration::from_millis(400), Duration::from_secs(1), Duration::from_secs(3)];

/// The manifest that the registry serves under the tag, which must have this digest.
///
/// # Errors
/// Exit 9: another digest, or no answer.
pub(super) async fn served(client: &RegistryClient, scoped: &ScopedReference, expected: &Digest) -> Result<FetchedManifest, Failure> {
    let mut waits = WAITS.iter();
    let manifest = loop {
        match client.manifest(scoped.repository(), scoped.tag()).await {
            Ok(Some(manifest)) => break manifest,
            Ok(None) => match waits.next() {
                Some(wait) => tokio::time::sleep(*wait).await,
                None => {
                    return Err(
                        unconfirmed(format!("the registry accepted {scoped} and does not serve it")).with_hint(Some(NOT_YET.to_owned()))
                    );
                }
            },
            Err(error) => {
                return Err(unconfirmed(format!("{scoped} was pushed, but could not be confirmed: {error}"))
                    .with_hint(Some(error.hint().map_or_else(|| LOOK.to_owned(), |hint| format!("{hint}; then {LOOK}")))));
            }
        }
    };
    if expected.matches(&manifest.bytes) {
        return Ok(manifest);
    }
    Err(unconfirmed(format!("the registry serves {} under {scoped}, not {expected} as pushed", manifest.digest)).with_hint(Some(
        "somebody else may have pushed the same tag at the same time, or the image's tag was moved during the push".to_owned(),
    )))
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

/// What is left to do where it serves nothing.
const NOT_YET: &str = "a registry that copies what it takes may serve it later: look at the tag there before you push again; if it never appears, \
                       the registry's own log says why";

/// What is left to do where nothing better is known.
pub(super) const LOOK: &str = "look at what the registry serves under the tag before you push again";

fn unconfirmed(message: String) -> Failure {
    Failure::new(Kind::Unconfirmed, message).with_hint(Some(LOOK.to_owned()))
}
