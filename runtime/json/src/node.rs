//! Reading a document into what its shape keeps.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt::{self, Write as _};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::DocumentError;
use crate::fold::fold;
use crate::shape::Shape;

/// How deep arrays and objects may be nested.
pub(crate) const MAX_DEPTH: usize = 32;

/// How many characters of a key an error shows.
const SHOWN: usize = 80;

/// A value that was kept. Texts without escapes stay where they are in the document.
#[derive(Clone, Debug)]
pub(crate) enum Node<'d> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'d, str>),
    List(Vec<Self>),
    Object(Members<'d>),
}

/// The members of an object that were kept, in the order of the document.
pub(crate) type Members<'d> = Vec<(Cow<'d, str>, Node<'d>)>;

impl<'d> Node<'d> {
    pub(crate) fn parse(bytes: &'d [u8], limit: u64, elements: usize, place: &str, shape: &'static Shape) -> Result<Self, DocumentError> {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size > limit {
            return Err(DocumentError::TooLarge { size, limit });
        }
        let reading = RefCell::new(Reading { place: place.to_owned(), elements, left: elements, problem: None });
        let seed = Seed { reading: &reading, shape, keep: true, depth: 0 };
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let parsed = seed.deserialize(&mut deserializer).and_then(|node| deserializer.end().map(|()| node));
        parsed.map_err(|error| {
            let (line, column) = (error.line(), error.column());
            match reading.into_inner().problem {
                Some(Problem::Repeated { key, folded }) => DocumentError::RepeatedKey { key, folded, line, column },
                Some(Problem::Other(error)) => error,
                None => DocumentError::Malformed { line, column },
            }
        })
    }

    pub(crate) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::String(text.into_owned()),
            Self::List(items) => Value::Array(items.into_iter().map(Self::into_value).collect()),
            Self::Object(members) => Value::Object(into_map(members)),
        }
    }
}

pub(crate) fn into_map(members: Members<'_>) -> Map<String, Value> {
    members.into_iter().map(|(key, node)| (key.into_owned(), node.into_value())).collect()
}

/// What is known while a document is read.
struct Reading {
    /// Where it is read, as far as it is kept.
    place: String,
    /// How many elements may be held.
    elements: usize,
    /// How many more.
    left: usize,
    /// What is wrong, in better words than the parser has.
    problem: Option<Problem>,
}

enum Problem {
    Repeated { key: String, folded: bool },
    Other(DocumentError),
}

#[derive(Clone, Copy)]
struct Seed<'r> {
    reading: &'r RefCell<Reading>,
    shape: &'static Shape,
    keep: bool,
    depth: usize,
}

impl Seed<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom("nested too deeply"));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn inside(self, shape: &'static Shape) -> Self {
        match shape {
            Shape::Checked(shape) => Self { shape, keep: false, ..self },
            Shape::Unread => Self { shape, keep: false, ..self },
            shape => Self { shape, ..self },
        }
    }

    /// Reads what is at a place below this one.
    fn at<T>(self, step: fmt::Arguments<'_>, read: impl FnOnce() -> T) -> T {
        let before = self.reading.borrow().place.len();
        // Writing to a string does not fail.
        let _ = self.reading.borrow_mut().place.write_fmt(step);
        let read = read();
        self.reading.borrow_mut().place.truncate(before);
        read
    }

    fn fail<E: Error>(self, problem: Problem) -> E {
        self.reading.borrow_mut().problem = Some(problem);
        E::custom("refused")
    }

    fn too_many<E: Error>(self, limit: usize) -> E {
        let place = self.reading.borrow().place.clone();
        self.fail(Problem::Other(DocumentError::TooMany { place, limit }))
    }

    /// Counts one more element that is held.
    fn take<E: Error>(self) -> Result<(), E> {
        let mut reading = self.reading.borrow_mut();
        let elements = reading.elements;
        match reading.left.checked_sub(1) {
            Some(left) => {
                reading.left = left;
                Ok(())
            }
            None => {
                drop(reading);
                Err(self.too_many(elements))
            }
        }
    }

    /// Of what was counted, so much is not held any more.
    fn give_back(self, count: usize) {
        self.reading.borrow_mut().left += count;
    }

    fn leaf<'d, E>(self, node: impl FnOnce() -> Node<'d>) -> Result<Node<'d>, E> {
        Ok(if self.keep { node() } else { Node::Null })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        self.leaf(|| Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        self.leaf(|| Node::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        self.leaf(|| Node::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'de>, E> {
        self.leaf(|| Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Node<'de>, E> {
        self.leaf(|| Node::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node<'de>, E> {
        self.leaf(|| Node::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let inner = match self.shape {
            Shape::List(_, item) => self.deeper()?.inside(item),
            Shape::Any => self.deeper()?,
            _ => self.deeper()?.inside(&Shape::Unread),
        };
        let limit = if let Shape::List(limit, _) = self.shape { *limit } else { usize::MAX };
        let mut list = Vec::new();
        for index in 0_usize.. {
            let item = match inner.shape {
                Shape::Members(_) if inner.keep => self.at(format_args!("[{index}]"), || items.next_element_seed(inner))?,
                _ => items.next_element_seed(inner)?,
            };
            let Some(item) = item else { break };
            if index >= limit {
                return Err(self.too_many(limit));
            }
            if inner.keep {
                self.take()?;
                list.push(item);
            }
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node<'de>, A::Error> {
        let seed = self.deeper()?;
        let mut object = Vec::new();
        let mut seen = HashSet::new();
        while let Some(Key(key)) = members.next_key::<Key<'de>>()? {
            self.take()?;
            let folded = if self.shape.folds() { folded(&key) } else { key.clone() };
            if seen.contains(&folded) {
                return Err(self.fail(Problem::Repeated { key: shown(&key), folded: self.shape.folds() }));
            }
            if self.keep
                && let Some(expected) = self.shape.respelled(&key, &folded)
            {
                let place = self.reading.borrow().place.clone();
                return Err(self.fail(Problem::Other(DocumentError::Misspelled { place, key: shown(&key), expected })));
            }
            seen.insert(folded);
            let inner = seed.inside(self.shape.member(&key));
            let value = match self.shape {
                // Keys that somebody else chose say nothing about the place, and may be secret.
                Shape::Members(_) if inner.keep && !matches!(inner.shape, Shape::Scalar) => {
                    self.at(format_args!(".{key}"), || members.next_value_seed(inner))?
                }
                _ => members.next_value_seed(inner)?,
            };
            if inner.keep {
                object.push((key, value));
            }
        }
        self.give_back(seen.len() - object.len());
        Ok(Node::Object(object))
    }
}

fn shown(key: &str) -> String {
    key.chars().take(SHOWN).collect()
}

/// [`fold`], without a copy where there is nothing to fold.
fn folded<'d>(key: &Cow<'d, str>) -> Cow<'d, str> {
    if key.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) { key.clone() } else { Cow::Owned(fold(key)) }
}

/// A key, which stays where it is in the document if it has no escapes.
struct Key<'d>(Cow<'d, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor).map(Self)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}
