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

mod object;
mod shape;
mod tree;

use serde_json::{Map, Value};

pub use object::Object;
pub use shape::Shape;
use tree::Node;

/// The most bytes that a manifest, an index or a config may have: 4 MiB, as most registries allow.
pub const MAX_DOCUMENT: u64 = 4 * 1024 * 1024;

/// The most keys, and entries of arrays, that are held of one document at a time. An honest one comes nowhere near it: an image may expose every
/// port, which makes 131,070 keys. With the sets that compare them and the types that they end in, it is some 30 MiB, 8 bytes for each of 4 MiB.
pub const MAX_ELEMENTS: usize = 150_000;

/// The same for documents that are kept whole: files of the user, and 64 KiB of a token server or a credential helper.
const MAX_WHOLE: usize = 16_384;

/// How deep arrays and objects may be nested.
const MAX_DEPTH: usize = 32;

/// How many characters of a key an error shows.
const SHOWN: usize = 80;

/// What is wrong with a JSON document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Longer than any honest one.
    #[error("{size} bytes are more than the {limit} allowed")]
    TooLarge {
        /// Its length in bytes.
        size: u64,
        /// The most bytes allowed.
        limit: u64,
    },
    /// More entries of an array, or elements in all, than any honest one.
    #[error("{place}: more than the {limit} elements allowed")]
    TooMany {
        /// The array, or where the reading ended, as a path from the document's root.
        place: String,
        /// The most elements allowed.
        limit: usize,
    },
    /// Not JSON, or nested deeper than 32 levels.
    #[error("not valid JSON at line {line}, column {column}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Two keys of one object that some readers take for the same.
    #[error("the key `{key}` stands twice in one object{}, at line {line}, column {column}", if *folded { " (case does not count)" } else { "" })]
    RepeatedKey {
        /// The second of the two, cut to 80 characters.
        key: String,
        /// Whether case does not count there.
        folded: bool,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// A member whose name differs from the specification's in case only: some readers would take it, others not.
    #[error("{place}: `{key}` must be spelled `{expected}`")]
    Misspelled {
        /// The object, as a path from the document's root.
        place: String,
        /// What was found.
        key: String,
        /// The specification's name.
        expected: &'static str,
    },
    /// A member is missing, or is not what the specification says.
    #[error("{place}: {problem}")]
    Shape {
        /// The member, as a path from the document's root.
        place: String,
        /// What is wrong, naming the value where it is short.
        problem: String,
    },
}

/// A document that was parsed: what its [`Shape`] keeps of it.
#[derive(Clone, Debug)]
pub struct Tree<'d> {
    root: Node<'d>,
    place: &'static str,
}

impl<'d> Tree<'d> {
    /// Parses a document of at most `limit` bytes. `place` is what its root is called in errors.
    ///
    /// # Errors
    /// See [`DocumentError`]; of the document's content it holds no more than a key.
    pub fn parse(bytes: &'d [u8], limit: u64, place: &'static str, shape: &'static Shape) -> Result<Self, DocumentError> {
        Ok(Self { root: Node::parse(bytes, limit, MAX_ELEMENTS, place, shape)?, place })
    }

    /// The object that the document is.
    ///
    /// # Errors
    /// It is something else.
    pub fn object(&self) -> Result<Object<'_>, DocumentError> {
        Object::of(&self.root, self.place, "not a JSON object")
    }

    /// The objects of the array that the document is.
    ///
    /// # Errors
    /// It is something else.
    pub(crate) fn objects(&self) -> Result<Vec<Object<'_>>, DocumentError> {
        let problem = "not a JSON array of objects";
        let error = || DocumentError::Shape { place: self.place.to_owned(), problem: problem.to_owned() };
        let Node::List(items) = &self.root else { return Err(error()) };
        let object = |(index, item)| Object::of(item, &format!("{}[{index}]", self.place), problem).map_err(|_| error());
        items.iter().enumerate().map(object).collect()
    }
}

/// Parses a document of at most `limit` bytes that must be a JSON object, and keeps all of it. A key that stands twice in any object, case not counted, is an error.
///
/// # Errors
/// See [`DocumentError`]; of the document's content it holds no more than such a key.
pub fn parse_object(bytes: &[u8], limit: u64) -> Result<Map<String, Value>, DocumentError> {
    parse(bytes, limit)
}

/// Parses a document that must be an object, and keeps all of it.
pub(crate) fn parse(bytes: &[u8], limit: u64) -> Result<Map<String, Value>, DocumentError> {
    parse_known(bytes, limit, &Shape::Any)
}

/// Parses a document that must be an object, and keeps what the shape says.
pub(crate) fn parse_known(bytes: &[u8], limit: u64, shape: &'static Shape) -> Result<Map<String, Value>, DocumentError> {
    match Node::parse(bytes, limit, MAX_WHOLE, "document", shape)? {
        Node::Object(members) => Ok(tree::into_map(members)),
        _ => Err(DocumentError::Shape { place: "document".to_owned(), problem: "not a JSON object".to_owned() }),
    }
}

/// Two keys with the same fold are the same key for Go's decoder. Upper and then lower case maps the long s and the Kelvin sign as Go does;
/// it also maps a few that Go keeps apart, which refuses more and never less.
pub(crate) fn fold(key: &str) -> String {
    key.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
