//! OCI image layouts: a directory, or a tar file, with `oci-layout`, `index.json` and `blobs/`, as in the OCI image specification, "OCI
//! Image Layout Specification". It is input from strangers: see `directory` for how files are opened and `pin` for what is believed.

mod archive;
mod open;
mod pin;
mod platform;
mod read;
mod select;
mod types;
mod directory;
mod files;
mod error;

pub use error::LayoutError;
pub use open::OciLayout;
