//! `docker-archive`: what `docker save` writes.
//!
//! `manifest.json` lists images, each with its config and its layers as names of entries. Until Docker 24 these were `ID.json` and
//! `ID/layer.tar`, where a layer that two images share is a link; since Docker 25 they are `blobs/sha256/…`, and an OCI layout stands
//! beside them. This reads `manifest.json` in both. Other programs write it too, some of them with compressed layers.
//!
//! There is no manifest for a registry in it: one is made, when the layers are known as they are pushed. Until then the image is pinned by
//! its config, whose `diff_ids` fix the plain content of every layer. Names of images in it are information: none is ever pushed to.

mod archive;
mod choose;
mod pinned;
mod compose;
mod error;

pub use archive::DockerArchive;
#[cfg(test)]
pub(crate) use archive::read_list;
pub use error::DockerArchiveError;
pub use pinned::{LayerOptions, PinnedDockerImage};
