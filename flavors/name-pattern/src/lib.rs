//! Repositories and images by pattern, as the settings of several flavors name them.
//!
//! In a pattern, `*` is any characters but `/`, or none; `**` is any characters, `/` too. This is how Harbor and most build tools write paths.

mod image;
mod repository;
mod grammar;

pub use image::ImagePattern;
pub use repository::RepositoryPattern;
