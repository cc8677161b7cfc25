//! The media types that this crate tells apart. Every other one is passed through as it stands, after a check of its characters: it
//! becomes a `Content-Type` header.

/// An OCI image manifest, also of an artifact.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// An OCI image index.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// An OCI image config.
pub const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// Docker's image manifest, version 2, schema 2.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Docker's manifest list.
pub const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Docker's image config.
pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";

/// What can be fetched from, or put to, the manifests of a repository.
pub const MANIFESTS: [&str; 4] = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_INDEX];

/// Docker reads a config of this type as an image config, for the sake of its own old pushes; so does this crate.
const OCTET_STREAM: &str = "application/octet-stream";

/// Whether documents of this type are manifests of one image or artifact.
#[must_use]
pub fn is_manifest(media_type: &str) -> bool {
    matches!(media_type, OCI_MANIFEST | DOCKER_MANIFEST)
}

/// Whether documents of this type list manifests.
#[must_use]
pub fn is_index(media_type: &str) -> bool {
    matches!(media_type, OCI_INDEX | DOCKER_INDEX)
}

/// Whether a config of this type is an image's. That alone makes no image: see [`Manifest::is_image`](crate::Manifest::is_image).
#[must_use]
pub fn is_image_config(media_type: &str) -> bool {
    matches!(media_type, OCI_CONFIG | DOCKER_CONFIG | OCTET_STREAM)
}

/// Whether a blob of this type is a layer of an image's file system.
#[must_use]
pub fn is_image_layer(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.oci.image.layer.") || media_type.starts_with("application/vnd.docker.image.rootfs.")
}

/// Whether a layer of this type is one that a registry need not hold, and that would have to be fetched from elsewhere.
#[must_use]
pub fn is_nondistributable(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.oci.image.layer.nondistributable.")
        || media_type.starts_with("application/vnd.docker.image.rootfs.foreign.")
}

/// Whether a layer of this type is encrypted, after ocicrypt: `…+encrypted`, and `…+enc` before that.
#[must_use]
pub fn is_encrypted(media_type: &str) -> bool {
    is_image_layer(media_type) && (media_type.ends_with("+encrypted") || media_type.ends_with("+enc"))
}

/// Whether this is `type/subtype` with the characters and lengths of RFC 6838, section 4.2.
#[must_use]
pub fn is_well_formed(media_type: &str) -> bool {
    let name = |text: &str| {
        (1..=127).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'!' | b'#' | b'$' | b'&' | b'-' | b'^' | b'_' | b'.' | b'+'))
    };
    media_type.split_once('/').is_some_and(|(kind, subtype)| name(kind) && name(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed() {
        for media_type in MANIFESTS.iter().chain(&[OCI_CONFIG, "text/plain", "a/b"]) {
            assert!(is_well_formed(media_type), "{media_type}");
        }
        for media_type in ["", "text", "/x", "x/", "a/b/c", "text/plain; charset=utf-8", "a/b\r\nX: y", "ä/b"] {
            assert!(!is_well_formed(media_type), "{media_type:?}");
        }
    }

    #[test]
    fn nondistributable_layers_are_layers_too() {
        for media_type in
            ["application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"]
        {
            assert!(is_nondistributable(media_type) && is_image_layer(media_type));
        }
        assert!(!is_nondistributable("application/vnd.oci.image.layer.v1.tar+gzip"));
    }
}
