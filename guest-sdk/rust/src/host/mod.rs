//! The other side: the bindings of the contract where the flavor runs as a component, a push made by [`crate::testing`] elsewhere.

#[cfg(target_family = "wasm")]
mod component;
#[cfg(target_family = "wasm")]
pub use component::{Hook, bindings, schema_bindings};
#[cfg(target_family = "wasm")]
pub(crate) use component::{Image, ImagePush, log, manifest_digest, repository_exists, send, tags};

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(not(target_family = "wasm"))]
pub(crate) use native::{Answers, Image, ImagePush, log, manifest_digest, repository_exists, send, tags, take_log};
