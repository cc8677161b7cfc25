//! Settings from the command line: `--settings JSON|@FILE`, `--set K=V`, `--set K:=JSON`.
//!
//! Two steps, because a malformed argument is told before the flavor is even loaded, and what `K=V` means depends on the flavor's schema.

use std::io;
use std::path::Path;

use serde_json::{Map, Value};

use super::quoted::quoted;
use super::shape::shape;
use super::toml_file::toml_file;
use super::{MAX_SETTINGS_BYTES, Settings, SettingsError, describe, json};
use crate::name::shorten;

/// `--settings` and every `--set` of one hook: well-formed, each key once.
#[derive(Debug, Clone, Default)]
pub struct SettingsArguments {
    given: Map<String, Value>,
    texts: Vec<(String, String)>,
}

impl SettingsArguments {
    /// Parses the arguments. `settings` is JSON, or `@` and the path of a file that holds it, or TOML
    /// if its name ends in `.toml`; `set` are the values of `--set`.
    ///
    /// # Errors
    /// Arguments that are malformed, a key that is given twice, a file that can't be read.
    pub fn parse(settings: Option<&str>, set: &[impl AsRef<str>]) -> Result<Self, SettingsError> {
        let mut given = match settings {
            None => Settings::default(),
            Some(argument) => match argument.strip_prefix('@') {
                None => Settings::parse(argument).map_err(|error| match error {
                    SettingsError::NotJson { reason, quoted, .. } => SettingsError::NotJson { reason, quoted, file: meant_file(argument) },
                    error => error,
                })?,
                Some(path) => from_file(Path::new(path))?,
            },
        }
        .0;
        let mut texts: Vec<(String, String)> = Vec::new();
        for argument in set.iter().map(AsRef::as_ref) {
            let not_an_assignment = || SettingsError::NotAnAssignment { text: shorten(argument) };
            let (left, right) = argument.split_once('=').ok_or_else(not_an_assignment)?;
            let (key, is_json) = left.strip_suffix(':').map_or((left, false), |key| (key, true));
            if key.is_empty() {
                return Err(not_an_assignment());
            }
            if given.contains_key(key) || texts.iter().any(|(other, _)| other == key) {
                return Err(SettingsError::Repeated { key: shorten(key) });
            }
            if is_json {
                let not_json = |reason| SettingsError::ValueNotJson {
                    key: shorten(key),
                    reason,
                    is_container: right.trim_start().starts_with(['[', '{']),
                    quoted: quoted(right),
                    is_file: right.trim_start().starts_with('@'),
                };
                given.insert(key.to_owned(), json::parse(right).map_err(not_json)?);
            } else {
                texts.push((key.to_owned(), right.to_owned()));
            }
        }
        // Told now rather than after the flavor was loaded.
        let given = Settings::from_object(given)?.0;
        Ok(Self { given, texts })
    }

    /// Whether no argument was given.
    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.texts.is_empty()
    }

    /// Makes the settings. `schema` is the flavor's JSON Schema, where it has one: the `type` that it gives a property of the object decides
    /// how the V of `K=V` is read. Without one, or where `string` is among the types, V is a string. References are not followed.
    ///
    /// # Errors
    /// A V that can't be read as the schema wants it, or settings that are too large.
    pub fn resolve(self, flavor: &str, schema: Option<&Value>) -> Result<Settings, SettingsError> {
        let mut object = self.given;
        for (key, text) in self.texts {
            let value = typed(flavor, &key, &text, property(schema, &key))?;
            object.insert(key, value);
        }
        Settings::from_object(object)
    }

    /// The same, with each V that can't be read as a string: for the schema, to say everything that it has against the settings.
    ///
    /// # Errors
    /// Settings that are too large.
    pub fn resolve_loosely(&self, schema: &Value) -> Result<Settings, SettingsError> {
        let mut object = self.given.clone();
        for (key, text) in &self.texts {
            let value = typed("", key, text, property(Some(schema), key)).unwrap_or_else(|_| Value::String(text.clone()));
            object.insert(key.clone(), value);
        }
        Settings::from_object(object)
    }
}

/// What a schema says of a property.
fn property<'a>(schema: Option<&'a Value>, key: &str) -> Option<&'a Value> {
    schema?.get("properties")?.get(key)
}

/// The file that `--settings` probably means without `@`: there is one, or its name ends like that of one.
fn meant_file(argument: &str) -> Option<String> {
    let path = Path::new(argument);
    let is_name = argument.len() <= MAX_FILE_NAME_BYTES && !argument.starts_with(['{', '[']) && !argument.contains(char::is_control);
    let ends_so = path.extension().is_some_and(|ending| ["toml", "json"].iter().any(|known| ending.eq_ignore_ascii_case(known)));
    (is_name && (ends_so || path.is_file())).then(|| argument.to_owned())
}

/// Longer texts are not taken for the name of a file: this goes into a hint.
const MAX_FILE_NAME_BYTES: usize = 200;

/// Reads a text as one of the types that a schema wants of a property.
fn typed(flavor: &str, key: &str, text: &str, property: Option<&Value>) -> Result<Value, SettingsError> {
    let types: Vec<&str> = match property.and_then(|property| property.get("type")) {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let Some(first) = types.iter().find_map(|name| expected(name)) else {
        return Ok(Value::String(text.to_owned()));
    };
    if types.contains(&"string") {
        return Ok(Value::String(text.to_owned()));
    }
    match json::parse(text) {
        Ok(value) if types.iter().any(|name| is_of_type(&value, name)) => Ok(value),
        _ => Err(SettingsError::WrongType {
            flavor: flavor.to_owned(),
            key: shorten(key),
            expected: first,
            shape: shape(property, first),
            value: shorten(text),
        }),
    }
}

/// A type of JSON Schema with its article; none for `string`, `null` and what is no type.
fn expected(name: &str) -> Option<&'static str> {
    ["an integer", "a number", "a boolean", "an array", "an object"]
        .into_iter()
        .find(|with_article| with_article.split_once(' ').is_some_and(|(_, kind)| kind == name))
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match expected(name) {
        Some("an integer") => value.is_i64() || value.is_u64(),
        Some(with_article) => describe(value) == with_article,
        None => false,
    }
}

/// Reads a settings file: TOML if its name ends in `.toml`, JSON otherwise.
fn from_file(path: &Path) -> Result<Settings, SettingsError> {
    let text = read(path)?;
    let malformed = |language, reason| SettingsError::Malformed { path: path.to_owned(), language, reason };
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        let object = toml_file(&text);
        let object = object.map_err(|(position, reason)| malformed("TOML", format!("{reason} at {position}")))?;
        return Settings::from_object(object);
    }
    Settings::parse(&text).map_err(|error| match error {
        SettingsError::NotJson { reason, .. } => malformed("JSON", reason),
        error => error,
    })
}

/// Reads a settings file, which may be a pipe.
fn read(path: &Path) -> Result<String, SettingsError> {
    // Spaces between the members do not count for the settings themselves.
    let read = pushgate_files::read_or_pipe(path, 4 * MAX_SETTINGS_BYTES as u64).map_err(io::Error::from);
    let text = read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8")));
    text.map_err(|source| SettingsError::File { path: path.to_owned(), source })
}
