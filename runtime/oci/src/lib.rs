//! Documents of images, and where they lie: OCI layouts and archives of `docker save`.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use pushgate_oci::OciLayout;
//!
//! # fn pin() -> Result<(), Box<dyn std::error::Error>> {
//! // Which bytes exactly? From here on, what was read is what is pushed.
//! let content = OciLayout::open(Path::new("/build/app"))?.pin(Some("v1"), None)?;
//! for image in content.images() {
//!     println!("{}: {}", image.platform, image.config.to_json());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! There is no network here. Everything that is read was written by strangers. It is bounded and checked; text from it that appears in an error is
//! cut, but not escaped: that is for whoever shows it.

// What is pushed, and where it lies.
mod verify;
mod docker;
mod layout;
mod content;
mod blob;
mod layer;
mod spool;
mod tar;
mod holding;
mod link;
mod workers;
mod sizes;
mod unchecked;

// What documents say, whoever wrote them.
mod image_config;
mod manifest;
mod descriptor;
mod platform;
pub mod media_type;
mod digest;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod memory;

pub use blob::{BlobError, BlobReader, FilePlace, PinnedBlob};
pub use content::{PinnedContent, PinnedImage, PinnedManifest, SubjectLink};
pub use descriptor::{Descriptor, REFERENCE_NAME};
pub use digest::{Algorithm, Digest, DigestError};
pub use docker::{DockerArchive, DockerArchiveError, LayerOptions, PinnedDockerImage};
pub use holding::Holding;
pub use image_config::{ConfigError, ExecutionConfig, Healthcheck, ImageConfig, RootFilesystem};
pub use layer::{Compression, LayerError};
pub use layout::{LayoutError, OciLayout};
pub use link::IsLink;
pub use manifest::{Document, Index, MAX_DESCRIPTORS, MAX_LAYERS, MAX_MANIFESTS, Manifest};
pub use platform::{ParsePlatformError, Platform};
pub use tar::{ArchiveError, TarProblem};
pub use unchecked::{Unchecked, UncheckedLayer};
pub use verify::VerifyError;
