//! A source that was pinned: which bytes exactly will be pushed.
//!
//! What was parsed - indexes, manifests, image configs - was read once, hashed, and is held here; what is held is what is sent. The other
//! blobs stay where they are, and their bytes are counted while they are sent.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::blob::PinnedBlob;
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::image_config::ImageConfig;
use crate::platform::Platform;
use crate::unchecked::UncheckedLayer;

/// Everything that a push will send, and the images in it.
#[derive(Clone, Debug)]
pub struct PinnedContent {
    pub(crate) root: PinnedManifest,
    pub(crate) children: Vec<PinnedManifest>,
    pub(crate) images: Vec<PinnedImage>,
    pub(crate) blobs: Vec<PinnedBlob>,
    pub(crate) artifact_type: Option<String>,
    /// Filled by [`PinnedContent::verify`].
    pub(crate) unchecked: Vec<UncheckedLayer>,
}

/// One image: one platform of a multi-platform image, or the only one.
#[derive(Clone, Debug)]
pub struct PinnedImage {
    /// What it runs on, as its config says; the variant as its index says, if the config leaves it out.
    pub platform: Platform,
    /// The document for the hooks.
    pub config: ImageConfig,
    /// The digest of the config as it lies in the source; the document for the hooks has another.
    pub config_digest: Digest,
    /// The bytes of its config and its layers as they are pushed, each layer once. `None` where layers are compressed only in the push.
    pub compressed_size: Option<u64>,
    /// The bytes of its layers unpacked, as tar files. `None` where a layer is packed, and nobody has looked into it.
    pub uncompressed_size: Option<u64>,
    /// The annotations of its manifest; none of an image of a Docker archive, whose manifest is made in the push.
    pub annotations: BTreeMap<String, String>,
    /// Its layers as they are pushed, the lowest first: as many as the config has `diff_ids`.
    pub(crate) layers: Vec<ImageLayer>,
}

/// A layer, as the manifest of one image names it. Another image may name it otherwise.
#[derive(Clone, Debug)]
pub(crate) struct ImageLayer {
    pub(crate) digest: Digest,
    pub(crate) is_encrypted: bool,
}

/// A manifest or an index, as it was read.
#[derive(Clone, Debug)]
pub struct PinnedManifest {
    /// Its type, digest and size.
    pub descriptor: Descriptor,
    /// The whole document. Its digest was checked.
    pub bytes: Bytes,
    /// What it says about another manifest, if it has a `subject`.
    pub link: Option<Box<SubjectLink>>,
}

/// That a manifest is about another one, in the words of the [OCI distribution specification, "Pushing Manifests with Subject"][spec]. It is
/// what a list of referrers says of the manifest.
///
/// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pushing-manifests-with-subject
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectLink {
    /// The other manifest. It is only named: nobody fetches it, and it need not be there.
    pub subject: Descriptor,
    /// What the manifest is: its `artifactType`, or its config's media type. An index may have none.
    pub artifact_type: Option<String>,
    /// The annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
}

impl PinnedImage {
    /// The layer on top of all others, as it is pushed; none where the layers are compressed only in the push.
    #[must_use]
    pub fn top_layer(&self) -> Option<&Digest> {
        self.layers.last().map(|layer| &layer.digest)
    }
}

impl PinnedContent {
    /// The document that the tag will point to.
    #[must_use]
    pub fn root(&self) -> &Descriptor {
        &self.root.descriptor
    }

    /// The root document, as it was read.
    #[must_use]
    pub fn root_manifest(&self) -> &PinnedManifest {
        &self.root
    }

    /// The root document itself.
    #[must_use]
    pub fn root_bytes(&self) -> &Bytes {
        &self.root.bytes
    }

    /// The manifests and indexes below the root, each after all that it points to.
    #[must_use]
    pub fn children(&self) -> &[PinnedManifest] {
        &self.children
    }

    /// Every image, in the order of its index. Empty for an artifact: then [`Self::artifact_type`] says what it is.
    #[must_use]
    pub fn images(&self) -> &[PinnedImage] {
        &self.images
    }

    /// What is pushed if it holds no image.
    #[must_use]
    pub fn artifact_type(&self) -> Option<&str> {
        self.artifact_type.as_deref()
    }

    /// The layers that [`Self::verify`] did not look into, with the reasons.
    #[must_use]
    pub fn unchecked(&self) -> &[UncheckedLayer] {
        &self.unchecked
    }

    /// Every config, layer and part, each digest once.
    #[must_use]
    pub fn blobs(&self) -> &[PinnedBlob] {
        &self.blobs
    }
}
