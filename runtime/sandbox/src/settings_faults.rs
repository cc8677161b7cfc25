//! What a schema has against settings, in words: everything at once, what is unknown and what is missing by its name.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use crate::text::excerpt;
use crate::validator::fits;

/// The longest path and the longest description of a value, in bytes.
const TEXT_BYTES: usize = 300;
/// The longest list of what an `enum` allows, in bytes.
const OPTIONS_BYTES: usize = 4_000;
/// The longest text of an alternative, and of all faults: a worker process says it within its own bound.
const ALTERNATIVE_BYTES: usize = 1_000;
const ALL_BYTES: usize = 16_000;
/// How many faults are told, and how many names of one kind.
const MAX_FAULTS: usize = 100;
/// How deep alternatives are told in alternatives.
const MAX_DEPTH: usize = 3;

/// The faults of some settings, by kind.
#[derive(Default)]
struct Faults {
    /// With what was probably meant.
    unknown: Vec<(String, Option<String>)>,
    missing: Vec<String>,
    others: Vec<String>,
}

/// Every fault in one text, each once; none if there is no fault.
pub(crate) fn in_words<'a>(schema: &Value, faults: impl Iterator<Item = ValidationError<'a>>) -> Option<String> {
    let faults: Vec<ValidationError<'_>> = faults.take(MAX_FAULTS + 1).collect();
    let told = excerpt(&tell(schema, faults.iter().take(MAX_FAULTS), 0), ALL_BYTES);
    match faults.len() {
        0 => None,
        count if count > MAX_FAULTS => Some(format!("{told}; and more")),
        _ => Some(told),
    }
}

fn tell<'a>(schema: &Value, errors: impl Iterator<Item = &'a ValidationError<'a>>, depth: usize) -> String {
    let mut faults = Faults::default();
    for error in errors {
        faults.add(schema, error, depth);
    }
    faults.into_text()
}

impl Faults {
    fn add(&mut self, schema: &Value, error: &ValidationError<'_>, depth: usize) {
        let place = place(error);
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().map_or_else(|| property.to_string(), str::to_owned);
                push(&mut self.missing, inside(&place, &name));
            }
            ValidationErrorKind::AdditionalProperties { unexpected } | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                for name in unexpected {
                    // What is there already is meant at most by a slip within the word: `code` is not `mode`.
                    let is_there = |known: &str| error.instance().get(known).is_some();
                    let possible =
                        properties(schema, error).filter(|known| !is_there(known) || known.chars().next() == name.chars().next());
                    let meant = nearest(name, possible).map(|meant| inside(&place, meant));
                    push(&mut self.unknown, (inside(&place, name), meant));
                }
            }
            ValidationErrorKind::Enum { options } => {
                let found = error.instance();
                let list = options.as_array().map(Vec::as_slice).unwrap_or_default();
                let words: Vec<String> = list.iter().map(Value::to_string).collect();
                let meant = found.as_str().and_then(|found| nearest(found, list.iter().filter_map(Value::as_str)));
                let meant = meant.map(|meant| format!(" (did you mean \"{}\"?)", excerpt(meant, TEXT_BYTES))).unwrap_or_default();
                let problem = format!("{} is not one of {}", shown(found), excerpt(&words.join(", "), OPTIONS_BYTES));
                push(&mut self.others, not_as_wanted(&place, &format!("{problem}{meant}")));
            }
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } if depth < MAX_DEPTH => {
                if let Some(meant) = alternative_by_type(schema, error).and_then(|index| context.get(index)) {
                    meant.iter().take(MAX_FAULTS).for_each(|error| self.add(schema, error, depth + 1));
                    return;
                }
                let mut alternatives: Vec<String> = Vec::new();
                for errors in context.iter().take(MAX_FAULTS) {
                    push(&mut alternatives, excerpt(&tell(schema, errors.iter().take(MAX_FAULTS), depth + 1), ALTERNATIVE_BYTES));
                }
                let found = shown(error.instance());
                let problem = format!("{found} fits none of the alternatives: {}", alternatives.join("; or "));
                push(&mut self.others, not_as_wanted(&place, &problem));
            }
            ValidationErrorKind::Not { .. } if let Some(instead) = gone(schema, error) => {
                push(&mut self.others, format!("there is no setting `{place}` any more: {}", excerpt(instead, TEXT_BYTES)));
            }
            ValidationErrorKind::PropertyNames { error: name } => {
                push(
                    &mut self.others,
                    not_as_wanted(&place, &format!("a name in it is wrong: {}", excerpt(&name.to_string(), TEXT_BYTES))),
                );
            }
            ValidationErrorKind::MinProperties { limit: 1 } if properties(schema, error).next().is_some() => {
                let names: Vec<String> =
                    properties(schema, error).take(MAX_FAULTS).map(|name| format!("`{}`", inside(&place, name))).collect();
                push(
                    &mut self.others,
                    excerpt(&format!("at least one of the settings {} has to be set", listed(&names, "and")), OPTIONS_BYTES),
                );
            }
            ValidationErrorKind::Type { kind } if takes_text(kind) && (error.instance().is_number() || error.instance().is_boolean()) => {
                let quoted = format!("\"{}\"", shown(error.instance()));
                let problem = format!("{}: write it in quotes, {quoted}", excerpt(&error.to_string(), TEXT_BYTES));
                push(&mut self.others, not_as_wanted(&place, &problem));
            }
            ValidationErrorKind::Type { .. } => {
                let taker = taker(schema, error).map(|name| format!("; `{name}` takes it")).unwrap_or_default();
                push(&mut self.others, not_as_wanted(&place, &format!("{}{taker}", excerpt(&error.to_string(), TEXT_BYTES))));
            }
            _ => push(&mut self.others, not_as_wanted(&place, &excerpt(&error.to_string(), TEXT_BYTES))),
        }
    }

    fn into_text(self) -> String {
        let mut parts = Vec::new();
        if !self.unknown.is_empty() {
            let names: Vec<String> = self
                .unknown
                .into_iter()
                .map(|(name, meant)| match meant {
                    Some(meant) => format!("`{name}` (did you mean `{meant}`?)"),
                    None => format!("`{name}`"),
                })
                .collect();
            parts.push(format!("there is no setting {}", listed(&names, "or")));
        }
        if !self.missing.is_empty() {
            let names: Vec<String> = self.missing.into_iter().map(|name| format!("`{name}`")).collect();
            let (noun, verb) = if names.len() == 1 { ("setting", "is") } else { ("settings", "are") };
            parts.push(format!("the {noun} {} {verb} missing", listed(&names, "and")));
        }
        parts.extend(self.others);
        parts.join("; ")
    }
}

/// Each once, and not without end: the schema may be an attack.
fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if list.len() < MAX_FAULTS && !list.contains(&item) {
        list.push(item);
    }
}

fn listed(names: &[String], word: &str) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} {word} {last}", first.join(", ")),
        _ => names.concat(),
    }
}

fn not_as_wanted(place: &str, problem: &str) -> String {
    if place.is_empty() {
        format!("the settings are not what their schema wants: {problem}")
    } else {
        format!("the setting `{place}` is not what its schema wants: {problem}")
    }
}

/// Whether a text would have been taken where something else was found.
fn takes_text(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Single(one) => *one == JsonType::String,
        TypeKind::Multiple(several) => several.contains(JsonType::String),
    }
}

/// `labels[0].name`: as a person would write it.
fn place(error: &ValidationError<'_>) -> String {
    let mut place = String::new();
    for segment in error.instance_path() {
        match segment {
            LocationSegment::Property(name) => place = inside(&place, &name),
            LocationSegment::Index(index) => place.push_str(&format!("[{index}]")),
        }
    }
    excerpt(&place, TEXT_BYTES)
}

fn inside(place: &str, name: &str) -> String {
    let name = excerpt(name, TEXT_BYTES);
    if place.is_empty() { name } else { format!("{place}.{name}") }
}

fn shown(value: &Value) -> String {
    excerpt(&value.to_string(), TEXT_BYTES)
}

/// What takes the place of a setting that was given up: its description.
fn gone<'a>(schema: &'a Value, error: &ValidationError<'_>) -> Option<&'a str> {
    let (setting, _) = error.schema_path().as_str().rsplit_once('/')?;
    let setting = schema.pointer(setting).filter(|setting| is_given_up(setting))?;
    setting.get("description")?.as_str()
}

/// Whether this is the schema of a setting that was given up: it is `deprecated` and takes nothing, `"not": {}`. Its description says what takes its
/// place, and lists of settings leave it out.
#[must_use]
pub fn is_given_up(setting: &Value) -> bool {
    setting.get("deprecated") == Some(&Value::Bool(true)) && setting.get("not").is_some_and(|not| *not == serde_json::json!({}))
}

/// The properties that the schema lists beside the keyword that refused.
fn properties<'a>(schema: &'a Value, error: &ValidationError<'_>) -> impl Iterator<Item = &'a str> {
    let path = error.schema_path().as_str();
    let object = path.rsplit_once('/').and_then(|(parent, _)| schema.pointer(parent));
    let properties = object.and_then(|object| object.get("properties")).and_then(Value::as_object);
    let properties = properties.into_iter().flatten().filter(|(_, setting)| !is_given_up(setting));
    properties.map(|(name, _)| name.as_str())
}

/// The alternative that was meant: each names a type, and the value is of that of one alone.
fn alternative_by_type(schema: &Value, error: &ValidationError<'_>) -> Option<usize> {
    let alternatives = schema.pointer(error.schema_path().as_str())?.as_array()?;
    let types: Option<Vec<&str>> = alternatives.iter().map(|alternative| alternative.get("type")?.as_str()).collect();
    let of_this_type = |name: &&str| match error.instance().as_ref() {
        Value::Object(_) => *name == "object",
        Value::Array(_) => *name == "array",
        Value::String(_) => *name == "string",
        Value::Bool(_) => *name == "boolean",
        Value::Number(_) => matches!(*name, "number" | "integer"),
        Value::Null => *name == "null",
    };
    let types = types?;
    let mut fitting = types.iter().enumerate().filter(|(_, name)| of_this_type(name));
    match (fitting.next(), fitting.next()) {
        (Some((index, _)), None) => Some(index),
        _ => None,
    }
}

/// The setting that takes an object or an array which was given to another: the one whose schema it fits.
fn taker<'a>(schema: &'a Value, error: &ValidationError<'_>) -> Option<&'a str> {
    let found = error.instance();
    let mut place = error.instance_path().into_iter();
    let (Some(LocationSegment::Property(given)), None) = (place.next(), place.next()) else { return None };
    // What is empty, or no container, fits too much.
    if found.as_object().is_none_or(serde_json::Map::is_empty) && found.as_array().is_none_or(Vec::is_empty) {
        return None;
    }
    let others = schema.get("properties")?.as_object()?.iter().filter(|(name, _)| **name != *given);
    // One that says no type takes everything, and is no answer.
    let mut others = others.filter(|(_, schema)| schema.get("type").is_some()).take(MAX_FAULTS);
    others.find(|(_, schema)| fits(schema, found)).map(|(name, _)| name.as_str())
}

/// The name that was probably meant: half of a short name may be wrong, a third of a long one.
fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if wanted.len() > TEXT_BYTES {
        return None;
    }
    let tolerance = wanted.chars().count().div_ceil(3);
    names
        .filter(|name| name.len() <= TEXT_BYTES)
        .map(|name| (strsim::osa_distance(wanted, name), name))
        .filter(|(distance, name)| *distance <= tolerance && *distance < name.chars().count())
        .min()
        .map(|(_, name)| name)
}
