//! The manifest of an image that had none.
//!
//! With layers that are all gzip it is Docker's manifest, version 2, schema 2, as `docker push` would make it; member for member what Go's
//! encoder writes, so that an archive whose layers are compressed already gets the digest that `crane push` gives it. Otherwise it is an OCI
//! manifest.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;

use crate::content::PinnedManifest;
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::layer::{Encoding, FinishedLayer};
use crate::media_type::{DOCKER_CONFIG, DOCKER_MANIFEST, OCI_CONFIG, OCI_MANIFEST};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema_version: u8,
    media_type: &'a str,
    config: Pointer<'a>,
    layers: Vec<Pointer<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pointer<'a> {
    media_type: &'a str,
    size: u64,
    digest: &'a str,
}

impl<'a> From<&'a Descriptor> for Pointer<'a> {
    fn from(descriptor: &'a Descriptor) -> Self {
        Self { media_type: &descriptor.media_type, size: descriptor.size, digest: descriptor.digest.as_str() }
    }
}

pub(super) fn config(digest: Digest, length: usize, oci: bool) -> Descriptor {
    descriptor(if oci { OCI_CONFIG } else { DOCKER_CONFIG }, digest, u64::try_from(length).unwrap_or(u64::MAX))
}

pub(super) fn layer(layer: &FinishedLayer, encoding: Encoding, oci: bool) -> Descriptor {
    let media_type = match (encoding, oci) {
        (Encoding::Gzip, false) => "application/vnd.docker.image.rootfs.diff.tar.gzip",
        (Encoding::Gzip, true) => "application/vnd.oci.image.layer.v1.tar+gzip",
        (Encoding::Zstd, _) => "application/vnd.oci.image.layer.v1.tar+zstd",
        (Encoding::Plain, _) => "application/vnd.oci.image.layer.v1.tar",
    };
    descriptor(media_type, layer.digest.clone(), layer.size)
}

pub(super) fn manifest(config: &Descriptor, layers: &[&Descriptor], oci: bool) -> PinnedManifest {
    let media_type = if oci { OCI_MANIFEST } else { DOCKER_MANIFEST };
    let layers = layers.iter().map(|layer| Pointer::from(*layer)).collect();
    let document = Document { schema_version: 2, media_type, config: config.into(), layers };
    // Numbers and texts: there is nothing that serde_json cannot write.
    let bytes = Bytes::from(serde_json::to_vec(&document).unwrap_or_default());
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    PinnedManifest { descriptor: descriptor(media_type, Digest::sha256(&bytes), size), bytes, link: None }
}

fn descriptor(media_type: &str, digest: Digest, size: u64) -> Descriptor {
    Descriptor { media_type: media_type.to_owned(), digest, size, platform: None, artifact_type: None, annotations: BTreeMap::new() }
}
