//! The settings that a registry gives a hook: one JSON object.
//!
//! They are given as JSON or TOML when the hook is registered, or come from the catalog, which is TOML. Whatever way they came, they hold only
//! what both notations can say: no `null`, no integer beyond 64 bits, no infinite number, nesting of at most [`MAX_DEPTH`] and
//! [`MAX_SETTINGS_BYTES`] of JSON. So a hook sees the same whether its registry is registered or not.
//!
//! Settings are not secret: the flavor reads all of them, and `describe` prints them.

mod json;

use std::fmt;

use serde_json::{Map, Value};

use crate::name::shorten;

pub use json::parse as parse_json;

/// The largest settings object, in bytes of JSON without spaces.
pub const MAX_SETTINGS_BYTES: usize = 256 * 1024;

/// How deep arrays and objects may be nested, the settings object itself counted.
pub const MAX_DEPTH: usize = 32;

/// A JSON object that a hook may be given. The default is the empty object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings(Map<String, Value>);

/// Settings that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The text is not JSON, or a key stands twice in an object.
    #[error("the settings are not valid JSON: {reason}")]
    NotJson {
        /// What was found, with line and column.
        reason: String,
    },
    /// JSON, but not an object.
    #[error("the settings are {found}, not a JSON object")]
    NotAnObject {
        /// What they are instead.
        found: &'static str,
    },
    /// More than [`MAX_SETTINGS_BYTES`].
    #[error("the settings are larger than {} KiB", MAX_SETTINGS_BYTES / 1024)]
    TooLarge,
    /// A value that the catalog can't hold.
    #[error("the setting `{key}` holds {found}")]
    Unsupported {
        /// The key in the settings object.
        key: String,
        /// What the value, or a part of it, is.
        found: &'static str,
    },
}

impl Settings {
    /// Parses one JSON object.
    ///
    /// # Errors
    /// Text that is not JSON, repeats a key, is not an object, or is beyond what settings may hold.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        // Spaces don't count, but they are not without a limit either.
        if text.len() > 4 * MAX_SETTINGS_BYTES {
            return Err(SettingsError::TooLarge);
        }
        match json::parse(text).map_err(|reason| SettingsError::NotJson { reason })? {
            Value::Object(object) => Self::from_object(object),
            other => Err(SettingsError::NotAnObject { found: describe(&other) }),
        }
    }

    /// Takes an object that was made elsewhere.
    ///
    /// # Errors
    /// An object that is beyond what settings may hold.
    pub fn from_object(object: Map<String, Value>) -> Result<Self, SettingsError> {
        for (key, value) in &object {
            check(value, 2).map_err(|found| SettingsError::Unsupported { key: shorten(key), found })?;
        }
        let settings = Self(object);
        if settings.to_string().len() > MAX_SETTINGS_BYTES {
            return Err(SettingsError::TooLarge);
        }
        Ok(settings)
    }

    /// These settings with others put over them, key by key.
    ///
    /// # Errors
    /// Together they are larger than settings may be.
    pub fn with(&self, others: Self) -> Result<Self, SettingsError> {
        let mut object = self.0.clone();
        object.extend(others.0);
        Self::from_object(object)
    }

    /// The object itself.
    pub fn into_object(self) -> Map<String, Value> {
        self.0
    }

    /// The object.
    pub const fn as_object(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// JSON without spaces, as the hook gets it.
impl fmt::Display for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(&self.0).map_err(|_| fmt::Error)?;
        formatter.write_str(&text)
    }
}

/// The kind of a JSON value, with its article.
pub fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Refuses what TOML can't hold, so that both ways to give settings are one. `depth` is that of `value`, should it be a container.
fn check(value: &Value, depth: usize) -> Result<(), &'static str> {
    match value {
        Value::Null => Err("null, which the catalog can't hold"),
        Value::Bool(_) | Value::String(_) => Ok(()),
        Value::Number(number) if number.is_u64() && !number.is_i64() => Err(BEYOND_64_BITS),
        // A whole number beyond 64 bits reaches us as a float that has already lost its last digits.
        Value::Number(number) if number.is_f64() && number.as_f64().is_none_or(|float| float.abs() >= TWO_TO_63) => Err(BEYOND_64_BITS),
        Value::Number(_) => Ok(()),
        Value::Array(_) | Value::Object(_) if depth > MAX_DEPTH => Err("arrays and objects nested too deeply"),
        Value::Array(items) => items.iter().try_for_each(|item| check(item, depth + 1)),
        Value::Object(members) => members.values().try_for_each(|member| check(member, depth + 1)),
    }
}

const BEYOND_64_BITS: &str = "a number beyond 64 bits";
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
