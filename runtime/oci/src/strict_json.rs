//! JSON that everybody reads alike.
//!
//! The naive way, `serde_json::from_slice` into a struct, keeps one of two equal keys, and takes `user` and `User` for different members.
//! Docker's decoder keeps the last one, and takes them for the same. A document in which that matters says one thing to the hook and
//! another to whoever runs the image. So here: no object may hold a key twice, nor two keys that are equal after case folding, nor a
//! member that is spelled in another case than the specification spells it. Size and depth are bounded.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The most bytes that a manifest, an index or a config may have: 4 MiB, as most registries allow.
pub const MAX_DOCUMENT: u64 = 4 * 1024 * 1024;

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
    /// Not JSON, or nested deeper than 32 levels.
    #[error("not valid JSON at line {line}, column {column}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Two keys of one object that some readers take for the same.
    #[error("the key `{key}` stands twice in one object (case does not count), at line {line}, column {column}")]
    RepeatedKey {
        /// The second of the two, cut to 80 characters.
        key: String,
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

/// Parses a document of at most `limit` bytes that must be a JSON object. A key that stands twice in any object, case not counted, is an error.
///
/// # Errors
/// See [`DocumentError`]; of the document's content it holds no more than such a key.
pub fn parse_object(bytes: &[u8], limit: u64) -> Result<Map<String, Value>, DocumentError> {
    parse(bytes, limit)
}

/// Parses a document that must be an object.
pub(crate) fn parse(bytes: &[u8], limit: u64) -> Result<Map<String, Value>, DocumentError> {
    match parse_value(bytes, limit)? {
        Value::Object(object) => Ok(object),
        _ => Err(DocumentError::Shape { place: "document".to_owned(), problem: "not a JSON object".to_owned() }),
    }
}

/// Parses a document that must be an array of objects.
pub(crate) fn parse_objects(bytes: &[u8], limit: u64) -> Result<Vec<Map<String, Value>>, DocumentError> {
    let problem = || DocumentError::Shape { place: "document".to_owned(), problem: "not a JSON array of objects".to_owned() };
    let Value::Array(items) = parse_value(bytes, limit)? else {
        return Err(problem());
    };
    let object = |item| if let Value::Object(object) = item { Ok(object) } else { Err(problem()) };
    items.into_iter().map(object).collect()
}

fn parse_value(bytes: &[u8], limit: u64) -> Result<Value, DocumentError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > limit {
        return Err(DocumentError::TooLarge { size, limit });
    }
    let repeated = RefCell::new(None);
    let seed = Seed { repeated: &repeated, depth: 0 };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let parsed = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match parsed {
        Ok(value) => Ok(value),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            Err(match repeated.into_inner() {
                Some(key) => DocumentError::RepeatedKey { key, line, column },
                None => DocumentError::Malformed { line, column },
            })
        }
    }
}

/// Two keys with the same fold are the same key for Go's decoder. Upper and then lower case maps the long s and the Kelvin sign as Go does;
/// it also maps a few that Go keeps apart, which refuses more and never less.
pub(crate) fn fold(key: &str) -> String {
    key.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// Reads members of one object, and knows where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Object<'a> {
    members: &'a Map<String, Value>,
    place: String,
}

impl<'a> Object<'a> {
    /// `known` are all members that the specification gives this object.
    pub(crate) fn new(members: &'a Map<String, Value>, place: &str, known: &[&'static str]) -> Result<Self, DocumentError> {
        for key in members.keys() {
            let folded = fold(key);
            if let Some(expected) = known.iter().find(|name| *name != key && fold(name) == folded) {
                return Err(DocumentError::Misspelled { place: place.to_owned(), key: key.chars().take(SHOWN).collect(), expected });
            }
        }
        Ok(Self { members, place: place.to_owned() })
    }

    /// An error about one member.
    pub(crate) fn error(&self, name: &str, problem: impl Into<String>) -> DocumentError {
        DocumentError::Shape { place: format!("{}.{name}", self.place), problem: problem.into() }
    }

    /// `null` is the same as absent, as it is for Go.
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn string(&self, name: &str) -> Result<Option<&'a str>, DocumentError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(name, "not a string")),
        }
    }

    pub(crate) fn required_string(&self, name: &str) -> Result<&'a str, DocumentError> {
        self.string(name)?.ok_or_else(|| self.error(name, "is missing"))
    }

    pub(crate) fn unsigned(&self, name: &str) -> Result<Option<u64>, DocumentError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or_else(|| self.error(name, "not a whole number from 0 to 2^64-1")),
        }
    }

    pub(crate) fn object(&self, name: &str, known: &[&'static str]) -> Result<Option<Self>, DocumentError> {
        self.map(name)?.map(|members| Self::new(members, &format!("{}.{name}", self.place), known)).transpose()
    }

    pub(crate) fn map(&self, name: &str) -> Result<Option<&'a Map<String, Value>>, DocumentError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.error(name, "not an object")),
        }
    }

    pub(crate) fn array(&self, name: &str) -> Result<Option<&'a [Value]>, DocumentError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(self.error(name, "not an array")),
        }
    }

    pub(crate) fn objects(&self, name: &str, known: &[&'static str]) -> Result<Option<Vec<Self>>, DocumentError> {
        let Some(items) = self.array(name)? else {
            return Ok(None);
        };
        let objects = items.iter().enumerate().map(|(index, item)| match item {
            Value::Object(members) => Self::new(members, &format!("{}.{name}[{index}]", self.place), known),
            _ => Err(self.error(&format!("{name}[{index}]"), "not an object")),
        });
        objects.collect::<Result<_, _>>().map(Some)
    }

    /// Absent is the same as empty.
    pub(crate) fn strings(&self, name: &str) -> Result<Vec<String>, DocumentError> {
        let items = self.array(name)?.unwrap_or_default();
        items
            .iter()
            .map(|item| match item {
                Value::String(text) => Ok(text.clone()),
                _ => Err(self.error(name, "not an array of strings")),
            })
            .collect()
    }

    /// Absent is the same as empty.
    pub(crate) fn string_map(&self, name: &str) -> Result<BTreeMap<String, String>, DocumentError> {
        self.map(name)?
            .into_iter()
            .flatten()
            .map(|(key, value)| match value {
                Value::String(text) => Ok((key.clone(), text.clone())),
                _ => Err(self.error(name, "not an object of strings")),
            })
            .collect()
    }
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    repeated: &'a RefCell<Option<String>>,
    depth: usize,
}

impl Seed<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom("nested too deeply"));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let seed = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(seed)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let seed = self.deeper()?;
        let mut object = Map::new();
        let mut seen = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            if !seen.insert(fold(&key)) {
                *self.repeated.borrow_mut() = Some(key.chars().take(SHOWN).collect());
                return Err(A::Error::custom("a key stands twice"));
            }
            let value = members.next_value_seed(seed)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Map<String, Value>, DocumentError> {
        parse(text.as_bytes(), MAX_DOCUMENT)
    }

    #[test]
    fn ordinary_documents_are_read_as_they_are() {
        let text = r#"{"a":[1,-2,3.5,null,true,{"b":"c"}],"d":{}}"#;
        assert_eq!(Value::Object(parsed(text).unwrap()), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn repeated_keys() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"User":"1000","user":"0"}"#,
            r#"{"x":[{"y":{"Env":[],"ENV":[]}}]}"#,
            r#"{"sha":1,"\u017fha":2}"#,
            r#"{"kind":1,"\u212aind":2}"#,
        ] {
            let error = parsed(text).unwrap_err();
            assert!(matches!(error, DocumentError::RepeatedKey { .. }), "{text}: {error}");
        }
        assert!(parsed(r#"{"x":{"a":1},"y":{"a":1}}"#).is_ok());
    }

    #[test]
    fn malformed_documents_name_the_place_and_not_the_content() {
        let error = parsed("{\n\"password\": S3CRET-CANARY-json}").unwrap_err();
        assert_eq!(error.to_string(), "not valid JSON at line 2, column 13");
        for text in ["", "[]", "{} {}", "{\"a\":01}", "\u{feff}{}", "{\"a\":\"\u{0}\"}"] {
            assert!(parsed(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert!(parsed(&nested(MAX_DEPTH)).is_ok());
        assert!(parsed(&nested(MAX_DEPTH + 1)).is_err());
        assert!(parsed(&nested(100_000)).is_err());
        assert_eq!(parse(b"{    }", 5), Err(DocumentError::TooLarge { size: 6, limit: 5 }));
    }

    #[test]
    fn members_must_be_spelled_as_specified() {
        let members = parsed(r#"{"uSer":"0"}"#).unwrap();
        let error = Object::new(&members, "config", &["User"]).unwrap_err();
        assert_eq!(error.to_string(), "config: `uSer` must be spelled `User`");
    }

    #[test]
    fn sizes_are_exact() {
        for (text, expected) in [
            ("12", Some(12)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("9007199254740993", Some(9_007_199_254_740_993)),
            ("-1", None),
            ("1e3", None),
            ("12.5", None),
            ("\"12\"", None),
            ("1e30", None),
        ] {
            let members = parsed(&format!("{{\"size\":{text}}}")).unwrap();
            let object = Object::new(&members, "descriptor", &[]).unwrap();
            assert_eq!(object.unsigned("size").ok().flatten(), expected, "{text}");
        }
    }
}
