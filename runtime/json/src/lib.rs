//! JSON that everybody reads alike, in bounded memory.
//!
//! The naive way, `serde_json::from_slice` into a struct, keeps one of two equal keys, and takes `user` and `User` for different members.
//! Docker's decoder keeps the last one, and takes them for the same. A document in which that matters says one thing to the hook and
//! another to whoever runs the image. So here: no object may hold a key twice; one whose members a specification names holds no two keys that are
//! equal after case folding, nor a member that is spelled in another case than the specification spells it. What maps free keys to values -
//! labels, annotations, ports - is no such object: its keys are exact strings.
//!
//! Size and depth are bounded, and so is what is kept: a [`Shape`] says which members are read, the rest is only checked, and no document may hold
//! more than [`MAX_ELEMENTS`] elements.
//!
//! Texts that belong to others are changed without being parsed and written again: see [`edit`].

mod document;
pub mod edit;
mod object;
mod node;
mod shape;
mod fold;
mod error;

#[cfg(test)]
mod tests;

pub use document::{MAX_DOCUMENT, MAX_ELEMENTS, Tree, parse_known, parse_object};
pub use error::DocumentError;
pub use object::Object;
pub use shape::Shape;
