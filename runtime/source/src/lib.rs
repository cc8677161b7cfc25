//! Where the image is: named by the caller, then pinned, so that what the hooks see is what is pushed.

mod lazy;
mod pin;
mod direct;
mod pinned;
mod options;
mod name;
mod background;
mod error;

pub use error::SourceError;
pub use lazy::LazySource;
pub use name::{EngineImageName, FORMS, ParseSourceError, Source};
pub use options::{RequestedSource, SourceOptionError, SourceOptions};
pub use pinned::{ArchivedImage, ListedLayers, PinnedEngineImage, PinnedSource};
