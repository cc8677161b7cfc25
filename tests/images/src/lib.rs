//! Images to push, made from nothing, the same bytes each time: OCI layouts and archives for the demo, the tests and the benchmarks.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! # let folder = std::env::temp_dir().join(format!("pushgate-images-{}", std::process::id()));
//! use pushgate_test_images::{Image, Layout};
//!
//! let image = Image::new().label("version", "1").layer([("hello.txt", b"hello\n".as_slice())]);
//! let mut layout = Layout::create(&folder)?;
//! let digest = layout.add(&image, Some("v1"))?;
//! assert!(digest.starts_with("sha256:"));
//! # std::fs::remove_dir_all(&folder)
//! # }
//! ```

#[expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot write its layout has failed")]
mod by_hand;
mod image;
mod layout;
mod tar;

pub use by_hand::{LAYER, TestLayout, for_platform, named};
pub use image::Image;
pub use layout::{Layout, descriptor, sha256};
pub use tar::Tar;
