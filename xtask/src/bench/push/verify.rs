//! What arrived: the manifest under the tag, and every blob that it names.

use pushgate_test_images::sha256;
use serde_json::Value;

use super::http::{Body, Connection};
use super::images::Image;
use crate::Outcome;

const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// How much of the image must be the very bytes of the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exactness {
    /// The manifest, and with it everything.
    Manifest,
    /// The config. Docker compresses layers itself, so that its manifest names other blobs; the config names what is in them.
    Config,
}

/// Fails unless the registry serves the image under the tag, and has each of its blobs in its full size.
pub(super) fn verify(host: &str, repository: &str, tag: &str, image: &Image, exactness: Exactness) -> Outcome {
    let mut connection = Connection::open(host)?;
    let answer = connection.request("GET", &format!("/v2/{repository}/manifests/{tag}"), &[("Accept", MANIFESTS)], Body::Nothing)?;
    if answer.status != 200 {
        return Err(format!("the registry answers {} for {repository}:{tag}", answer.status));
    }
    let digest = sha256(&answer.body);
    if exactness == Exactness::Manifest && digest != image.manifest {
        return Err(format!("{repository}:{tag} is {digest}, not {}", image.manifest));
    }
    let manifest: Value = serde_json::from_slice(&answer.body).map_err(|error| format!("the manifest of {repository}:{tag}: {error}"))?;
    let config = manifest.pointer("/config/digest").and_then(Value::as_str).unwrap_or_default();
    if config != image.config.digest {
        return Err(format!("the config of {repository}:{tag} is {config}, not {}", image.config.digest));
    }
    let layers = manifest.get("layers").and_then(Value::as_array).ok_or("a manifest without layers")?;
    if layers.len() != image.layers.len() {
        return Err(format!("{repository}:{tag} has {} layers, not {}", layers.len(), image.layers.len()));
    }
    for blob in layers.iter().chain(manifest.get("config")) {
        let digest = blob.get("digest").and_then(Value::as_str).unwrap_or_default();
        let answer = connection.request("HEAD", &format!("/v2/{repository}/blobs/{digest}"), &[], Body::Nothing)?;
        let size = answer.header("content-length").and_then(|size| size.parse().ok());
        if answer.status != 200 || size != blob.get("size").and_then(Value::as_u64) {
            return Err(format!("the blob {digest} of {repository}:{tag} answers {} with {size:?} bytes", answer.status));
        }
    }
    Ok(())
}
