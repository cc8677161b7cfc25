//! The settings that a registry gives a hook: one JSON object.
//!
//! They come from `--settings`, which is JSON or a file of JSON or TOML, and `--set` ([`SettingsArguments`]), or from the catalog, which is TOML. Whatever way they came, they hold only
//! what both notations can say: no `null`, no integer beyond 64 bits, no infinite number, nesting of at most [`MAX_DEPTH`] and
//! [`MAX_SETTINGS_BYTES`] of JSON. So a hook sees the same with `--uri` as with a registered registry.
//!
//! Settings are not secret: the flavor reads all of them, and `describe` prints them.

mod arguments;
mod toml_file;
mod quoted;
mod shape;
mod json;

use std::fmt;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::name::shorten;

pub use arguments::SettingsArguments;
pub(crate) use json::parse as parse_json;

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
        /// What was probably typed, before a shell took its quotes.
        quoted: Option<String>,
        /// The file that was probably meant.
        file: Option<String>,
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
    /// A `--set` that is neither `K=V` nor `K:=JSON`.
    #[error("`{text}` does not set anything: expected KEY=VALUE or KEY:=JSON")]
    NotAnAssignment {
        /// The argument, shortened.
        text: String,
    },
    /// The right side of `K:=JSON` is not JSON.
    #[error("the value of `{key}:=` is not valid JSON: {reason}")]
    ValueNotJson {
        /// The key.
        key: String,
        /// What was found, with line and column.
        reason: String,
        /// Whether it looks like an array or an object.
        is_container: bool,
        /// The value that was probably typed, before a shell took its quotes.
        quoted: Option<String>,
        /// Whether it is `@` and the path of a file.
        is_file: bool,
    },
    /// The same key more than once, be it in `--set` or in `--settings` and `--set`.
    #[error("the setting `{key}` is given twice")]
    Repeated {
        /// The key.
        key: String,
    },
    /// `K=V` where the flavor's schema wants something that V is not.
    #[error("the setting `{key}` must be {expected}, and `{value}` is not")]
    WrongType {
        /// The flavor.
        flavor: String,
        /// The key.
        key: String,
        /// What the schema expects, with its article.
        expected: &'static str,
        /// An array or an object as the schema wants it, in JSON.
        shape: String,
        /// The text that was given, shortened.
        value: String,
    },
    /// `--settings @FILE` whose text is neither the JSON nor the TOML that its name promises.
    #[error("the settings file `{}` is not valid {language}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// `JSON` or `TOML`.
        language: &'static str,
        /// What was found, with line and column.
        reason: String,
    },
    /// `--settings @FILE` that can't be read.
    #[error("can't read the settings file `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl SettingsError {
    /// What the caller can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotJson { quoted: Some(quoted), .. } => {
                format!("a shell takes quotes that it finds: put it into single quotes, as in --settings '{quoted}'")
            }
            Self::NotJson { file: Some(file), .. } => format!("`@` stands before the name of a file: --settings @{file}"),
            Self::Malformed { language: "JSON", .. } => "a file is read as TOML if its name ends in .toml".to_owned(),
            Self::NotJson { .. } | Self::File { .. } | Self::Malformed { .. } => return None,
            Self::NotAnObject { .. } => r#"write {"key": value}, or --set KEY=VALUE for each"#.to_owned(),
            Self::TooLarge => "settings are for a hook's options, not for data".to_owned(),
            Self::Unsupported { .. } => "leave a key out instead of giving it null, and write large numbers as strings".to_owned(),
            Self::NotAnAssignment { .. } => "KEY=VALUE sets a string, KEY:=JSON anything else".to_owned(),
            Self::ValueNotJson { key, quoted: Some(quoted), .. } => {
                format!("a shell takes quotes that it finds: put the whole into single quotes, as in --set '{key}:={quoted}'")
            }
            Self::ValueNotJson { key, is_container: true, .. } => {
                format!("a shell takes quotes that it finds: put the whole into single quotes, --set '{key}:=JSON'")
            }
            Self::ValueNotJson { is_file: true, .. } => "a file holds all settings: --settings @FILE".to_owned(),
            Self::ValueNotJson { key, .. } => format!("for a string, write {key}=VALUE"),
            Self::Repeated { .. } => "give each setting once".to_owned(),
            Self::WrongType { flavor, key, expected, shape, value } => match (*expected, quoted::quoted(value)) {
                ("an array" | "an object", Some(quoted)) => format!("write it as JSON, in single quotes: --set '{key}:={quoted}'"),
                ("an array" | "an object", None) => format!("write it as JSON, in single quotes: --set '{key}:={shape}'"),
                _ => format!("`pushgate flavor describe {flavor}` shows the settings that it takes"),
            },
        })
    }

    /// Whether it is the flavor's schema that refuses, rather than the command line that is malformed.
    pub const fn is_refusal_by_schema(&self) -> bool {
        matches!(self, Self::WrongType { .. })
    }
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
        match json::parse(text).map_err(|reason| SettingsError::NotJson { reason, quoted: quoted::quoted(text), file: None })? {
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
fn describe(value: &Value) -> &'static str {
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

#[cfg(test)]
mod tests;
