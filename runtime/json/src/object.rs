//! Reading members of an object, with errors that say where it is.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::error::DocumentError;
use crate::node::{Members, Node};

/// Reads members of one object that was kept, and knows where it stands. A member that is `null` is absent, as it is for Go.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    pub(crate) members: &'a Members<'a>,
    pub(crate) place: String,
}

impl<'a> Object<'a> {
    pub(crate) fn of(node: &'a Node<'a>, place: &str, problem: &str) -> Result<Self, DocumentError> {
        match node {
            Node::Object(members) => Ok(Self { members, place: place.to_owned() }),
            _ => Err(DocumentError::Shape { place: place.to_owned(), problem: problem.to_owned() }),
        }
    }

    /// An error about one member.
    #[must_use]
    pub fn error(&self, name: &str, problem: impl Into<String>) -> DocumentError {
        DocumentError::Shape { place: format!("{}.{name}", self.place), problem: problem.into() }
    }

    fn get(&self, name: &str) -> Option<&'a Node<'a>> {
        self.members.iter().find(|(key, _)| key == name).map(|(_, node)| node).filter(|node| !node.is_null())
    }

    /// Whether it is there, whatever it is.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A text.
    ///
    /// # Errors
    /// It is something else.
    pub fn string(&self, name: &str) -> Result<Option<&'a str>, DocumentError> {
        match self.get(name) {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(name, "not a string")),
        }
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// It is missing, or something else.
    pub fn required_string(&self, name: &str) -> Result<&'a str, DocumentError> {
        self.string(name)?.ok_or_else(|| self.error(name, "is missing"))
    }

    /// A whole number.
    ///
    /// # Errors
    /// It is something else, or not between 0 and 2^64-1.
    pub fn unsigned(&self, name: &str) -> Result<Option<u64>, DocumentError> {
        let number = |node: &Node<'_>| if let Node::Number(number) = node { number.as_u64() } else { None };
        match self.get(name) {
            None => Ok(None),
            Some(node) => number(node).map(Some).ok_or_else(|| self.error(name, "not a whole number from 0 to 2^64-1")),
        }
    }

    /// A whole number that may be negative.
    ///
    /// # Errors
    /// It is something else, or not between -2^63 and 2^63-1.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, DocumentError> {
        let number = |node: &Node<'_>| if let Node::Number(number) = node { number.as_i64() } else { None };
        match self.get(name) {
            None => Ok(None),
            Some(node) => number(node).map(Some).ok_or_else(|| self.error(name, "not a whole number from -2^63 to 2^63-1")),
        }
    }

    /// A boolean.
    ///
    /// # Errors
    /// It is something else.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, DocumentError> {
        match self.get(name) {
            None => Ok(None),
            Some(Node::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.error(name, "not a boolean")),
        }
    }

    /// An object.
    ///
    /// # Errors
    /// It is something else.
    pub fn object(&self, name: &str) -> Result<Option<Self>, DocumentError> {
        self.get(name).map(|node| Self::of(node, &format!("{}.{name}", self.place), "not an object")).transpose()
    }

    /// How many entries an array has; none if it is absent.
    ///
    /// # Errors
    /// It is something else.
    pub fn length(&self, name: &str) -> Result<Option<usize>, DocumentError> {
        Ok(self.array(name)?.map(<[_]>::len))
    }

    fn array(&self, name: &str) -> Result<Option<&'a [Node<'a>]>, DocumentError> {
        match self.get(name) {
            None => Ok(None),
            Some(Node::List(items)) => Ok(Some(items)),
            Some(_) => Err(self.error(name, "not an array")),
        }
    }

    /// An array of objects.
    ///
    /// # Errors
    /// It is something else.
    pub fn objects(&self, name: &str) -> Result<Option<impl Iterator<Item = Result<Self, DocumentError>>>, DocumentError> {
        let place = format!("{}.{name}", self.place);
        let objects = move |items: &'a [Node<'a>]| {
            items.iter().enumerate().map(move |(index, item)| Self::of(item, &format!("{place}[{index}]"), "not an object"))
        };
        Ok(self.array(name)?.map(objects))
    }

    /// An array of texts. Absent is the same as empty.
    ///
    /// # Errors
    /// It is something else.
    pub fn strings(&self, name: &str) -> Result<Vec<String>, DocumentError> {
        let text = |item: &Node<'_>| match item {
            Node::Text(text) => Ok(text.clone().into_owned()),
            _ => Err(self.error(name, "not an array of strings")),
        };
        self.array(name)?.unwrap_or_default().iter().map(text).collect()
    }

    fn map(&self, name: &str) -> Result<&'a [(Cow<'a, str>, Node<'a>)], DocumentError> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Node::Object(members)) => Ok(members),
            Some(_) => Err(self.error(name, "not an object")),
        }
    }

    /// An object of texts, by key. Absent is the same as empty.
    ///
    /// # Errors
    /// It is something else.
    pub fn string_map(&self, name: &str) -> Result<BTreeMap<String, String>, DocumentError> {
        let text = |(key, value): &(Cow<'_, str>, Node<'_>)| match value {
            Node::Text(text) => Ok((key.clone().into_owned(), text.clone().into_owned())),
            _ => Err(self.error(name, "not an object of strings")),
        };
        self.map(name)?.iter().map(text).collect()
    }

    /// The keys of an object. Absent is the same as empty.
    ///
    /// # Errors
    /// It is something else.
    pub fn keys(&self, name: &str) -> Result<BTreeSet<String>, DocumentError> {
        Ok(self.map(name)?.iter().map(|(key, _)| key.clone().into_owned()).collect())
    }
}
