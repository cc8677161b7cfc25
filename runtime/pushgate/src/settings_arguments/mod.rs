//! Settings from the command line: `--settings JSON|@FILE`, `--set K=V`, `--set K:=JSON`.
//!
//! Two steps, because a malformed argument is told before the flavor is even loaded, and what `K=V` means depends on the flavor's schema.

mod toml_file;
mod quoted;
mod shape;

use std::io;
use std::path::{Path, PathBuf};

use pushgate_explain::{Explain, Kind, describe_settings};
use pushgate_gate::name::shorten;
use pushgate_gate::settings::{MAX_SETTINGS_BYTES, Settings, SettingsError, describe, parse_json};
use quoted::quoted;
use serde_json::{Map, Value};
use shape::shape;
use toml_file::toml_file;

/// Settings that can't be used as they are given on the command line.
#[derive(Debug, thiserror::Error)]
pub enum ArgumentError {
    /// They are not settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
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
        source: io::Error,
    },
}

impl Explain for ArgumentError {
    fn kind(&self) -> Kind {
        match self {
            // The flavor's schema refuses, and not the command line that is malformed.
            Self::WrongType { .. } => Kind::Configuration,
            _ => Kind::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Settings(error) => return error.hint(),
            Self::NotJson { quoted: Some(quoted), .. } => {
                format!("a shell takes quotes that it finds: put it into single quotes, as in --settings '{quoted}'")
            }
            Self::NotJson { file: Some(file), .. } => format!("`@` stands before the name of a file: --settings @{file}"),
            Self::Malformed { language: "JSON", .. } => "a file is read as TOML if its name ends in .toml".to_owned(),
            Self::NotJson { .. } | Self::File { .. } | Self::Malformed { .. } => return None,
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
            Self::WrongType { flavor, key, expected, shape, value } => match (*expected, quoted(value)) {
                ("an array" | "an object", Some(quoted)) => format!("write it as JSON, in single quotes: --set '{key}:={quoted}'"),
                ("an array" | "an object", None) => format!("write it as JSON, in single quotes: --set '{key}:={shape}'"),
                _ => describe_settings(flavor),
            },
        })
    }
}

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
    pub fn parse(settings: Option<&str>, set: &[impl AsRef<str>]) -> Result<Self, ArgumentError> {
        let mut given = match settings {
            None => Settings::default(),
            Some(argument) => match argument.strip_prefix('@') {
                None => Settings::parse(argument).map_err(|error| match error {
                    SettingsError::NotJson { reason } => {
                        ArgumentError::NotJson { reason, quoted: quoted(argument), file: meant_file(argument) }
                    }
                    error => error.into(),
                })?,
                Some(path) => from_file(Path::new(path))?,
            },
        }
        .into_object();
        let mut texts: Vec<(String, String)> = Vec::new();
        for argument in set.iter().map(AsRef::as_ref) {
            let not_an_assignment = || ArgumentError::NotAnAssignment { text: shorten(argument) };
            let (left, right) = argument.split_once('=').ok_or_else(not_an_assignment)?;
            let (key, is_json) = left.strip_suffix(':').map_or((left, false), |key| (key, true));
            if key.is_empty() {
                return Err(not_an_assignment());
            }
            if given.contains_key(key) || texts.iter().any(|(other, _)| other == key) {
                return Err(ArgumentError::Repeated { key: shorten(key) });
            }
            if is_json {
                let not_json = |reason| ArgumentError::ValueNotJson {
                    key: shorten(key),
                    reason,
                    is_container: right.trim_start().starts_with(['[', '{']),
                    quoted: quoted(right),
                    is_file: right.trim_start().starts_with('@'),
                };
                given.insert(key.to_owned(), parse_json(right).map_err(not_json)?);
            } else {
                texts.push((key.to_owned(), right.to_owned()));
            }
        }
        // Told now rather than after the flavor was loaded.
        let given = Settings::from_object(given)?.into_object();
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
    pub fn resolve(self, flavor: &str, schema: Option<&Value>) -> Result<Settings, ArgumentError> {
        let mut object = self.given;
        for (key, text) in self.texts {
            let value = typed(flavor, &key, &text, property(schema, &key))?;
            object.insert(key, value);
        }
        Ok(Settings::from_object(object)?)
    }

    /// The same, with each V that can't be read as a string: for the schema, to say everything that it has against the settings.
    ///
    /// # Errors
    /// Settings that are too large.
    pub fn resolve_loosely(&self, schema: &Value) -> Result<Settings, ArgumentError> {
        let mut object = self.given.clone();
        for (key, text) in &self.texts {
            let value = typed("", key, text, property(Some(schema), key)).unwrap_or_else(|_| Value::String(text.clone()));
            object.insert(key.clone(), value);
        }
        Ok(Settings::from_object(object)?)
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
fn typed(flavor: &str, key: &str, text: &str, property: Option<&Value>) -> Result<Value, ArgumentError> {
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
    match parse_json(text) {
        Ok(value) if types.iter().any(|name| is_of_type(&value, name)) => Ok(value),
        _ => Err(ArgumentError::WrongType {
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
fn from_file(path: &Path) -> Result<Settings, ArgumentError> {
    let text = read(path)?;
    let malformed = |language, reason| ArgumentError::Malformed { path: path.to_owned(), language, reason };
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        let object = toml_file(&text);
        let object = object.map_err(|(position, reason)| malformed("TOML", format!("{reason} at {position}")))?;
        return Ok(Settings::from_object(object)?);
    }
    Settings::parse(&text).map_err(|error| match error {
        SettingsError::NotJson { reason } => malformed("JSON", reason),
        error => error.into(),
    })
}

/// Reads a settings file, which may be a pipe.
fn read(path: &Path) -> Result<String, ArgumentError> {
    // Spaces between the members do not count for the settings themselves.
    let read = pushgate_files::read_or_pipe(path, 4 * MAX_SETTINGS_BYTES as u64).map_err(io::Error::from);
    let text = read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8")));
    text.map_err(|source| ArgumentError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
