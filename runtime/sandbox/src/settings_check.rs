//! Compares settings with the JSON Schema of a flavor.
//!
//! The schema is the flavor's, and may be an attack: patterns that explode, definitions that multiply, references to anywhere. So nothing is fetched,
//! patterns are matched in linear time, and all of it happens in a worker process where there is one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exceeded::Exceeded;
use crate::text::excerpt;
use crate::{schema_circles, settings_faults, validator};

/// How deep a schema may be nested. References make deeper things, and recursive ones.
const MAX_DEPTH: usize = 64;
/// The longest message about a schema in an error.
const TEXT_BYTES: usize = 300;

/// Why settings do not fit a schema, or cannot be compared with it. Texts are cut and not escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum SettingsError {
    /// The settings are not what the schema wants.
    #[error("{message}")]
    Mismatch {
        /// Everything that is wrong: every setting that is unknown or missing by its name, with what was probably meant.
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
}

/// What is compared.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) schema: String,
    pub(crate) settings: Option<String>,
}

impl Task {
    pub(crate) fn evaluate(&self) -> Result<(), SettingsError> {
        evaluate(&self.schema, self.settings.as_deref())
    }
}

fn evaluate(schema: &str, settings: Option<&str>) -> Result<(), SettingsError> {
    let unusable = |message: String| SettingsError::Schema { message: excerpt(&message, TEXT_BYTES) };
    let schema: Value = serde_json::from_str(schema).map_err(|error| unusable(error.to_string()))?;
    if depth(&schema) > MAX_DEPTH {
        return Err(unusable(format!("it is nested more than {MAX_DEPTH} deep")));
    }
    schema_circles::check(&schema).map_err(unusable)?;
    let validator = validator::options().build(&schema);
    let validator = validator.map_err(|error| unusable(error.to_string()))?;
    let Some(settings) = settings else { return Ok(()) };
    let settings: Value = serde_json::from_str(settings).map_err(|error| SettingsError::NotJson { message: error.to_string() })?;
    match settings_faults::in_words(&schema, validator.iter_errors(&settings)) {
        Some(message) => Err(SettingsError::Mismatch { message }),
        None => Ok(()),
    }
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
            "mode": { "enum": ["strict", "loose", "a third"] },
            "more": { "type": "object", "properties": { "deep": { "type": "integer", "maximum": 3 } }, "additionalProperties": false }
        },
        "required": ["labels"]
    }"#;

    #[test]
    fn what_does_not_fit_is_named_with_its_path() {
        assert_eq!(evaluate(SCHEMA, Some(r#"{"labels":["a"],"mode":"strict","more":{"deep":2}}"#)), Ok(()));
        for (settings, message) in [
            (
                r#"{"labels":[20240115]}"#,
                r#"the setting `labels[0]` is not what its schema wants: 20240115 is not of type "string": write it in quotes, "20240115""#,
            ),
            (r#"{"labels":[["a"]]}"#, r#"the setting `labels[0]` is not what its schema wants: ["a"] is not of type "string""#),
            (r#"{"labels":["a","B"]}"#, r#"the setting `labels[1]` is not what its schema wants: "B" does not match "^[a-z.]+$""#),
            (r#"{"labels":[]}"#, r"the setting `labels` is not what its schema wants: [] has less than 1 item"),
            (r#"{}"#, "the setting `labels` is missing"),
            (
                r#"{"labels":["a"],"mode":"x"}"#,
                r#"the setting `mode` is not what its schema wants: "x" is not one of "strict", "loose", "a third""#,
            ),
            (
                r#"{"labels":["a"],"mode":"Strikt"}"#,
                r#"the setting `mode` is not what its schema wants: "Strikt" is not one of "strict", "loose", "a third" (did you mean "strict"?)"#,
            ),
            (
                r#"{"labels":["a"],"more":{"deep":4}}"#,
                "the setting `more.deep` is not what its schema wants: 4 is greater than the maximum of 3",
            ),
            (r#"{"labels":["a"],"more":{"depe":4}}"#, "there is no setting `more.depe` (did you mean `more.deep`?)"),
            // What is there already was not meant, but for a slip.
            (
                r#"{"labels":["a"],"more":{"deep":1,"peep":2,"depe":3}}"#,
                "there is no setting `more.depe` (did you mean `more.deep`?) or `more.peep`",
            ),
            // The setting that takes such a value is named.
            (
                r#"{"labels":{"deep":1}}"#,
                r#"the setting `labels` is not what its schema wants: {"deep":1} is not of type "array"; `more` takes it"#,
            ),
            (
                r#"{"labels":["a"],"more":["a"]}"#,
                r#"the setting `more` is not what its schema wants: ["a"] is not of type "object"; `labels` takes it"#,
            ),
            (r#"{"labels":{"deep":4}}"#, r#"the setting `labels` is not what its schema wants: {"deep":4} is not of type "array""#),
            (
                r#"{"labels":[7, 8]}"#,
                r#"the setting `labels[0]` is not what its schema wants: 7 is not of type "string": write it in quotes, "7"; the setting `labels[1]` is not what its schema wants: 8 is not of type "string": write it in quotes, "8""#,
            ),
        ] {
            assert_eq!(refused(SCHEMA, settings), message, "{settings}");
        }
    }

    #[test]
    fn every_unknown_and_every_missing_setting_is_named() {
        let schema = r##"{
            "properties": {
                "labels": { "type": "array" }, "tags": { "type": "array" }, "deep": { "$ref": "#/$defs/deep" }
            },
            "$defs": { "deep": { "properties": { "inner": {} }, "required": ["one", "two", "three"], "additionalProperties": false } },
            "required": ["labels", "tags"],
            "additionalProperties": false
        }"##;
        for (settings, message) in [
            (
                r#"{"lables":["a"],"tgas":["b"],"z":1}"#,
                "there is no setting `lables` (did you mean `labels`?), `tgas` (did you mean `tags`?) or `z`; \
                 the settings `labels` and `tags` are missing",
            ),
            (
                r#"{"labels":[],"tags":7,"deep":{"iner":1}}"#,
                "there is no setting `deep.iner` (did you mean `deep.inner`?); the settings `deep.one`, `deep.two` and `deep.three` are missing; \
                 the setting `tags` is not what its schema wants: 7 is not of type \"array\"",
            ),
        ] {
            let found = refused(schema, settings);
            assert_eq!(found, message, "{settings}");
        }
        let unevaluated = r#"{"allOf":[{"properties":{"a":{}}}],"properties":{"mode":{}},"unevaluatedProperties":false}"#;
        assert_eq!(refused(unevaluated, r#"{"a":1,"mdoe":2}"#), "there is no setting `mdoe` (did you mean `mode`?)");
    }

    #[test]
    fn one_of_several_settings_is_wanted() {
        let schema = r#"{"properties":{"most":{},"least":{}},"minProperties":1}"#;
        assert_eq!(refused(schema, "{}"), "at least one of the settings `least` and `most` has to be set");
        let inner = r#"{"properties":{"a":{"properties":{"most":{},"least":{}},"minProperties":1}}}"#;
        assert_eq!(refused(inner, r#"{"a":{}}"#), "at least one of the settings `a.least` and `a.most` has to be set");
        assert_eq!(refused(r#"{"minProperties":1}"#, "{}"), "the settings are not what their schema wants: {} has less than 1 property");
    }

    #[test]
    fn a_setting_that_was_given_up_says_what_takes_its_place() {
        let schema = r#"{"properties":{"compressed":{},"packed":{"description":"it is `compressed` now","deprecated":true,"not":{}},
            "a":{"properties":{"old":{"description":"b","deprecated":true,"not":{}}}}},"additionalProperties":false}"#;
        assert_eq!(refused(schema, r#"{"packed":1}"#), "there is no setting `packed` any more: it is `compressed` now");
        assert_eq!(refused(schema, r#"{"a":{"old":1}}"#), "there is no setting `a.old` any more: b");
        // It is not suggested, and what only looks like it is told as the library does.
        assert_eq!(refused(schema, r#"{"pakced":1}"#), "there is no setting `pakced`");
        let plain = r#"{"properties":{"packed":{"description":"x","not":{}}}}"#;
        assert!(refused(plain, r#"{"packed":1}"#).starts_with("the setting `packed` is not what its schema wants: "));
    }

    #[test]
    fn alternatives_are_told_one_after_the_other() {
        let either = r#"{"anyOf":[{"required":["packed"]},{"required":["unpacked"]}]}"#;
        assert_eq!(
            refused(either, "{}"),
            "the settings are not what their schema wants: {} fits none of the alternatives: the setting `packed` is missing; or \
             the setting `unpacked` is missing"
        );
        let words = r#"{"properties":{"a":{"oneOf":[{"enum":["x","y"]},{"type":"integer"}]}}}"#;
        assert_eq!(
            refused(words, r#"{"a":"z"}"#),
            "the setting `a` is not what its schema wants: \"z\" fits none of the alternatives: the setting `a` is not what its schema wants: \
             \"z\" is not one of \"x\", \"y\"; or the setting `a` is not what its schema wants: \"z\" is not of type \"integer\""
        );
    }

    /// Where each alternative is of another type, the type of the value says which one was meant.
    #[test]
    fn an_alternative_is_known_by_its_type() {
        let format = r#"{"properties":{"a":{"anyOf":[{"type":"string","enum":["url","hash"]},
            {"type":"object","properties":{"regex":{"type":"string"}},"required":["regex"],"additionalProperties":false}]}}}"#;
        for (settings, message) in [
            (r#"{"a":"ulr"}"#, r#"the setting `a` is not what its schema wants: "ulr" is not one of "url", "hash" (did you mean "url"?)"#),
            (r#"{"a":{"regx":"x"}}"#, "there is no setting `a.regx` (did you mean `a.regex`?); the setting `a.regex` is missing"),
            (r#"{"a":{"regex":""}}"#, ""),
        ] {
            let told = evaluate(format, Some(settings)).err().map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(told, message, "{settings}");
        }
        assert!(refused(format, r#"{"a":7}"#).contains("7 fits none of the alternatives"));
    }

    /// A part of a schema that refers to `#` means the whole one: by itself it would mean itself, without an end.
    #[test]
    fn a_part_of_a_schema_that_is_a_circle_by_itself_is_not_tried() {
        let schema = r##"{"properties":{"a":{"type":"array"},"b":{"type":"object","$ref":"#"}}}"##;
        let expected = r#"the setting `a` is not what its schema wants: {"b":{}} is not of type "array""#;
        assert_eq!(refused(schema, r#"{"a":{"b":{}}}"#), expected);
    }

    #[test]
    fn a_long_enum_is_whole_and_an_endless_one_is_not() {
        let options = |count: usize| (0..count).map(|number| format!("\"option-{number}\"")).collect::<Vec<_>>().join(",");
        let schema = |count| format!(r#"{{"properties":{{"a":{{"enum":[{}]}}}}}}"#, options(count));
        let whole = refused(&schema(100), r#"{"a":"?"}"#);
        assert!(whole.contains("\"option-0\", ") && whole.ends_with("\"option-99\""), "{whole}");
        assert!(refused(&schema(50_000), r#"{"a":"?"}"#).len() < 5_000);
        let required: Vec<String> = (0..5_000).map(|number| format!("\"{}{number}\"", "n".repeat(1_000))).collect();
        let message = refused(&format!(r#"{{"required":[{}]}}"#, required.join(",")), "{}");
        assert!(message.len() < 20_000 && message.ends_with("; and more"), "{}", message.len());
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
        assert_eq!(wrong, "there is no setting `children[0].children[0].x`");
    }
}
