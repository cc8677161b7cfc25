//! The registry over the wire, asked by a bare HTTP client.

mod client;

mod authorization;
mod content;
mod switches;
mod uploads;

use serde_json::json;

use crate::Registry;
use crate::names::sha256;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// An image manifest with this config and one layer, both of which the registry gets first.
fn manifest_of(registry: &Registry, repository: &str, note: &str) -> Vec<u8> {
    let config = format!("{{\"note\":{}}}", json!(note));
    let config_size = config.len();
    let config = registry.put_blob(repository, config);
    let layer = registry.put_blob(repository, b"layer".as_slice());
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": config_size },
        "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer, "size": 5 }],
    })
    .to_string()
    .into_bytes()
}
