//! How large an image is, as far as its source knows without reading it.

use std::collections::HashSet;

use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::manifest::Manifest;

/// The sum, which ends at the largest number: no limit lies above it.
pub(crate) fn total(sizes: impl IntoIterator<Item = u64>) -> u64 {
    sizes.into_iter().fold(0, u64::saturating_add)
}

/// The bytes of an image's config and layers as its manifest names them, each blob once: a registry keeps it once.
pub(crate) fn compressed(manifest: &Manifest) -> u64 {
    let mut seen = HashSet::new();
    let blobs = manifest.layers.iter().chain([&manifest.config]).filter(|blob| seen.insert(&blob.digest));
    total(blobs.map(|blob| blob.size))
}

/// The bytes of an image's layers unpacked, if none is packed: then each is called by the digest of its content.
pub(crate) fn plain(manifest: &Manifest, diff_ids: &[Digest]) -> Option<u64> {
    let size = |(layer, diff_id): (&Descriptor, &Digest)| (layer.digest == *diff_id).then_some(layer.size);
    manifest.layers.iter().zip(diff_ids).map(size).collect::<Option<Vec<_>>>().map(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_no_disk_has_do_not_wrap() {
        assert_eq!(total([u64::MAX, 1, u64::MAX]), u64::MAX);
        assert_eq!(total([]), 0);
    }
}
