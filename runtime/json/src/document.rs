//! Whole documents.

use serde_json::{Map, Value};

use crate::error::DocumentError;
use crate::node::{self, Node};
use crate::object::Object;
use crate::shape::Shape;

/// The most bytes that a manifest, an index or a config may have: 4 MiB, as most registries allow.
pub const MAX_DOCUMENT: u64 = 4 * 1024 * 1024;

/// The most keys, and entries of arrays, that are held of one document at a time. An honest one comes nowhere near it: an image may expose every
/// port, which makes 131,070 keys. With the sets that compare them and the types that they end in, it is some 30 MiB, 8 bytes for each of 4 MiB.
pub const MAX_ELEMENTS: usize = 150_000;

/// The same for documents that are kept whole: files of the user, and 64 KiB of a token server or a credential helper.
pub(crate) const MAX_WHOLE: usize = 16_384;

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
    pub fn objects(&self) -> Result<Vec<Object<'_>>, DocumentError> {
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
    parse_known(bytes, limit, &Shape::Any)
}

/// Parses a document that must be an object, and keeps what the shape says.
///
/// # Errors
/// As [`parse_object`].
pub fn parse_known(bytes: &[u8], limit: u64, shape: &'static Shape) -> Result<Map<String, Value>, DocumentError> {
    match Node::parse(bytes, limit, MAX_WHOLE, "document", shape)? {
        Node::Object(members) => Ok(node::into_map(members)),
        _ => Err(DocumentError::Shape { place: "document".to_owned(), problem: "not a JSON object".to_owned() }),
    }
}
