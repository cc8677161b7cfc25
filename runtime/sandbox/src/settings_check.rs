//! Compares settings with the JSON Schema of a flavor.
//!
//! The schema is the flavor's, and may be an attack: patterns that explode, definitions that multiply, references to anywhere. So nothing is fetched,
//! patterns are matched in linear time, and all of it happens in a worker process where there is one.

use std::io::Write as _;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{PatternOptions, Retrieve, Uri, ValidationError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::excerpt;
use crate::worker::Exceeded;
use crate::{Compiler, Sandbox, schema_circles, worker};

/// How deep a schema may be nested. References make deeper things, and recursive ones.
const MAX_DEPTH: usize = 64;
/// The longest path and the longest message in an error.
const TEXT_BYTES: usize = 300;
/// How many faults are counted.
const MAX_FAULTS: usize = 100;
/// What a compiled pattern may take.
const PATTERN_BYTES: usize = 1 << 20;

/// Why settings do not fit a schema, or cannot be compared with it. Texts are cut and not escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum SettingsError {
    /// The settings are not what the schema wants.
    #[error("{} what its schema wants: {message}", if path.is_empty() { "the settings are not".to_owned() } else { format!("the setting `{path}` is not") })]
    Mismatch {
        /// Where, for example `labels[0]`; empty for the settings as a whole.
        path: String,
        /// What was found, and what is wanted.
        message: String,
    },
    /// The settings are not JSON.
    #[error("the settings are not valid JSON: {message}")]
    NotJson {
        /// Where and why.
        message: String,
    },
    /// The schema cannot be used.
    #[error("the flavor's settings schema cannot be used: {message}")]
    Schema {
        /// Why.
        message: String,
    },
    /// Comparing takes more than an honest schema needs.
    #[error("comparing with the flavor's settings schema takes {exceeded}")]
    #[serde(skip)]
    Limit {
        /// What it takes too much of.
        exceeded: Exceeded,
    },
    /// A defect of the library or of the machine.
    #[error("settings cannot be compared with a schema: {message}")]
    Runtime {
        /// What went wrong.
        message: String,
    },
}

impl SettingsError {
    /// Whether it is the settings that have to change, and not the flavor.
    pub fn blames_settings(&self) -> bool {
        matches!(self, Self::Mismatch { .. } | Self::NotJson { .. })
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Mismatch { .. } => "`pushgate flavor describe` shows the settings that a flavor takes".to_owned(),
            Self::Schema { .. } => "a schema is self-contained JSON Schema 2020-12, with patterns that match in linear time".to_owned(),
            Self::Limit { .. } => "make the schema simpler: definitions that refer to each other twice multiply".to_owned(),
            Self::NotJson { .. } | Self::Runtime { .. } => return None,
        })
    }
}

impl Sandbox {
    /// Whether settings are what a flavor's JSON Schema wants. `None` looks at the schema alone. Both are JSON; the schema's size is
    /// the caller's to bound ([`Limits::schema_bytes`](crate::Limits::schema_bytes)). It is evaluated where components are compiled, and blocks
    /// for some milliseconds, in a worker for 20 s at most.
    ///
    /// # Errors
    /// What does not fit, or why that cannot be said.
    pub fn check_settings(&self, schema: &str, settings: Option<&str>) -> Result<(), SettingsError> {
        let Compiler::Worker(worker) = self.compiler() else {
            return evaluate(schema, settings);
        };
        let failed = |message: String| SettingsError::Runtime { message };
        let task = Task { schema: schema.to_owned(), settings: settings.map(str::to_owned) };
        let mut input = worker::anonymous_file().map_err(|error| failed(error.to_string()))?;
        let text = serde_json::to_vec(&task).map_err(|error| failed(error.to_string()))?;
        input.write_all(&text).map_err(|error| failed(error.to_string()))?;
        worker::check_settings(worker, input)
    }
}

/// What is compared.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    schema: String,
    settings: Option<String>,
}

impl Task {
    pub(crate) fn evaluate(&self) -> Result<(), SettingsError> {
        evaluate(&self.schema, self.settings.as_deref())
    }
}

/// A schema that refers to anything but itself is refused, whatever the library could fetch.
struct Nowhere;

impl Retrieve for Nowhere {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("it refers to `{}`, and nothing outside of it is looked at", excerpt(uri.as_str(), TEXT_BYTES)).into())
    }
}

fn evaluate(schema: &str, settings: Option<&str>) -> Result<(), SettingsError> {
    let unusable = |message: String| SettingsError::Schema { message: excerpt(&message, TEXT_BYTES) };
    let schema: Value = serde_json::from_str(schema).map_err(|error| unusable(error.to_string()))?;
    if depth(&schema) > MAX_DEPTH {
        return Err(unusable(format!("it is nested more than {MAX_DEPTH} deep")));
    }
    schema_circles::check(&schema).map_err(unusable)?;
    let options = PatternOptions::regex().size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES);
    let validator = jsonschema::options().with_retriever(Nowhere).with_pattern_options(options).build(&schema);
    let validator = validator.map_err(|error| unusable(error.to_string()))?;
    let Some(settings) = settings else { return Ok(()) };
    let settings: Value = serde_json::from_str(settings).map_err(|error| SettingsError::NotJson { message: error.to_string() })?;
    let mut faults = validator.iter_errors(&settings);
    let Some(first) = faults.next() else { return Ok(()) };
    let message = excerpt(&first.to_string(), TEXT_BYTES);
    let message = match faults.take(MAX_FAULTS).count() {
        0 => message,
        more => format!("{message}; and {more} more"),
    };
    Err(SettingsError::Mismatch { path: excerpt(&path(&first), TEXT_BYTES), message })
}

/// `labels[0].name`: as a person would write it.
fn path(fault: &ValidationError<'_>) -> String {
    let mut path = String::new();
    for segment in fault.instance_path() {
        match segment {
            LocationSegment::Property(name) => push(&mut path, &name),
            LocationSegment::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    // What is missing, or too much, is told of the object around it.
    match fault.kind() {
        ValidationErrorKind::Required { property: Value::String(name) } => push(&mut path, name),
        ValidationErrorKind::AdditionalProperties { unexpected } | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            if let Some(name) = unexpected.first() {
                push(&mut path, name);
            }
        }
        _ => {}
    }
    path
}

fn push(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

/// The parser has bounded it already, to what this can follow.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(schema: &str, settings: &str) -> String {
        evaluate(schema, Some(settings)).unwrap_err().to_string()
    }

    const SCHEMA: &str = r#"{
        "type": "object",
        "properties": {
            "labels": { "type": "array", "items": { "type": "string", "pattern": "^[a-z.]+$" }, "minItems": 1 },
            "mode": { "enum": ["strict", "loose"] },
            "more": { "type": "object", "properties": { "deep": { "type": "integer", "maximum": 3 } }, "additionalProperties": false }
        },
        "required": ["labels"]
    }"#;

    #[test]
    fn what_does_not_fit_is_named_with_its_path() {
        assert_eq!(evaluate(SCHEMA, Some(r#"{"labels":["a"],"mode":"strict","more":{"deep":2}}"#)), Ok(()));
        for (settings, message) in [
            (r#"{"labels":[7]}"#, r#"the setting `labels[0]` is not what its schema wants: 7 is not of type "string""#),
            (r#"{"labels":["a","B"]}"#, r#"the setting `labels[1]` is not what its schema wants: "B" does not match "^[a-z.]+$""#),
            (r#"{"labels":[]}"#, r"the setting `labels` is not what its schema wants: [] has less than 1 item"),
            (r#"{}"#, r#"the setting `labels` is not what its schema wants: "labels" is a required property"#),
            (r#"{"labels":["a"],"mode":"x"}"#, r#"the setting `mode` is not what its schema wants: "x" is not one of "strict" or "loose""#),
            (
                r#"{"labels":["a"],"more":{"deep":4}}"#,
                "the setting `more.deep` is not what its schema wants: 4 is greater than the maximum of 3",
            ),
            (
                r#"{"labels":["a"],"more":{"depe":4}}"#,
                "the setting `more.depe` is not what its schema wants: Additional properties are not allowed ('depe' was unexpected)",
            ),
            (r#"{"labels":[7, 8]}"#, r#"the setting `labels[0]` is not what its schema wants: 7 is not of type "string"; and 1 more"#),
        ] {
            assert_eq!(refused(SCHEMA, settings), message, "{settings}");
        }
    }

    #[test]
    fn long_values_are_cut() {
        let long = format!(r#"{{"labels":["{}"]}}"#, "B".repeat(100_000));
        assert!(refused(SCHEMA, &long).len() < 1_000);
    }

    #[test]
    fn a_schema_that_refers_to_elsewhere_is_refused() {
        for elsewhere in ["http://169.254.169.254/latest", "https://example.com/schema", "file:///etc/passwd", "other.json", "urn:x:y"] {
            let error = evaluate(&format!(r#"{{"properties":{{"a":{{"$ref":"{elsewhere}"}}}}}}"#), Some(r#"{"a":1}"#)).unwrap_err();
            assert!(matches!(&error, SettingsError::Schema { message } if message.contains(elsewhere)), "{elsewhere}: {error}");
        }
        let metaschema = evaluate(r#"{"$schema":"http://169.254.169.254/schema"}"#, Some("{}")).unwrap_err();
        assert!(matches!(metaschema, SettingsError::Schema { .. }), "{metaschema}");
    }

    #[test]
    fn a_schema_that_is_none_or_too_deep_is_refused() {
        let deep = format!("{}true{}", r#"{"not":"#.repeat(65), "}".repeat(65));
        for schema in ["7", "{", r#"{"type":"strnig"}"#, r#"{"pattern":"("}"#, &deep, &"[".repeat(100_000)] {
            assert!(matches!(evaluate(schema, None), Err(SettingsError::Schema { .. })), "{}", excerpt(schema, 50));
        }
    }

    #[test]
    fn patterns_are_linear_and_look_around_is_refused() {
        let schema = r#"{"properties":{"a":{"pattern":"^(a+)+$"}}}"#;
        let settings = format!(r#"{{"a":"{}!"}}"#, "a".repeat(200_000));
        assert!(matches!(evaluate(schema, Some(&settings)), Err(SettingsError::Mismatch { .. })));
        for pattern in ["(?=a)b", r"(a)\\1", "(a{1000}){1000}"] {
            let error = evaluate(&format!(r#"{{"properties":{{"a":{{"pattern":"{pattern}"}}}}}}"#), Some(r#"{"a":"x"}"#));
            assert!(matches!(error, Err(SettingsError::Schema { .. })), "{pattern}: {error:?}");
        }
    }

    #[test]
    fn recursive_schemas_work() {
        let schema = r##"{"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"additionalProperties":false}}}"##;
        assert_eq!(evaluate(schema, Some(r#"{"children":[{"children":[]},{}]}"#)), Ok(()));
        let wrong = refused(schema, r#"{"children":[{"children":[{"x":1}]}]}"#);
        assert!(wrong.starts_with("the setting `children[0].children[0].x` is not"), "{wrong}");
    }
}
