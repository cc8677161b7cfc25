//! How values are compared with a schema, or with a part of one: nothing is fetched, and patterns are matched in linear time.

use jsonschema::{PatternOptions, Retrieve, Uri, ValidationOptions};
use serde_json::Value;

use crate::schema_circles;
use crate::text::excerpt;

/// The longest reference in an error.
const TEXT_BYTES: usize = 300;
/// What a compiled pattern may take.
const PATTERN_BYTES: usize = 1 << 20;

/// A schema that refers to anything but itself is refused, whatever the library could fetch.
struct Nowhere;

impl Retrieve for Nowhere {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("it refers to `{}`, and nothing outside of it is looked at", excerpt(uri.as_str(), TEXT_BYTES)).into())
    }
}

/// Nothing is fetched, and patterns have a limit.
pub(crate) fn options<'a>() -> ValidationOptions<'a> {
    let patterns = PatternOptions::regex().size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES);
    jsonschema::options().with_retriever(Nowhere).with_pattern_options(patterns)
}

/// Whether a value is what a part of a schema wants. One that refers to the rest of it cannot be told, and by itself it may be a
/// circle.
pub(crate) fn fits(schema: &Value, value: &Value) -> bool {
    schema_circles::check(schema).is_ok() && options().build(schema).is_ok_and(|validator| validator.is_valid(value))
}
