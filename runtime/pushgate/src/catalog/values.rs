//! Settings and limits in TOML. Whatever [`Settings`] can hold survives the way there and back; what TOML has beyond JSON is refused.

use serde_json::{Map, Number, Value as Json};
use toml_edit::{Array, InlineTable, Item, TableLike, Value as Toml};

use super::error::Position;
use super::fault::{Fault, Lines};
use super::parse;
use crate::hook_limits::HookLimits;
use crate::name::shorten;
use crate::settings::Settings;

/// Reads `settings = { … }`, or the same as a table of its own.
pub(super) fn settings(item: &Item) -> Result<Settings, Fault> {
    let Some(table) = item.as_table_like() else {
        return Err(Fault::new(item.span(), format!("`settings` must be a table, not {}", kind(item))));
    };
    let object = object(table)?;
    Settings::from_object(object).map_err(|error| Fault::new(item.span(), error.to_string()))
}

/// Reads a file of settings: a document whose keys are theirs.
///
/// # Errors
/// What is wrong with it, and where.
pub(crate) fn settings_file(text: &str) -> Result<Map<String, Json>, (Position, String)> {
    parse::document(text)
        .and_then(|document| object(document.as_table()))
        .map_err(|fault| (Lines::new(text.as_bytes()).position(fault.span.as_ref()), fault.reason))
}

/// Writes settings as an inline table.
pub(super) fn inline(settings: &Settings) -> InlineTable {
    settings.as_object().iter().filter_map(|(key, value)| Some((key.as_str(), toml(value)?))).collect()
}

/// Reads `limits = { … }`: a size or a time is a string with its unit, a number of things an integer or a string.
pub(super) fn limits(item: &Item) -> Result<HookLimits, Fault> {
    let Some(table) = item.as_table_like() else {
        return Err(Fault::new(item.span(), format!("`limits` must be a table, not {}", kind(item))));
    };
    let mut limits = HookLimits::default();
    for (name, value) in table.iter() {
        let text = match value {
            Item::Value(Toml::String(text)) => text.value().clone(),
            Item::Value(Toml::Integer(integer)) => integer.value().to_string(),
            other => {
                let message = format!("the limit `{}` must be a string or an integer, not {}", shorten(name), kind(other));
                return Err(Fault::new(value.span(), message));
            }
        };
        limits.set(name, &text).map_err(|error| Fault::new(value.span(), error.to_string()))?;
    }
    Ok(limits)
}

/// Writes limits as an inline table.
pub(super) fn limits_inline(limits: &HookLimits) -> InlineTable {
    let value =
        |text: String, number: Option<u64>| number.and_then(|number| i64::try_from(number).ok()).map_or_else(|| text.into(), Toml::from);
    limits.iter().map(|(name, text, number)| (name, value(text, number))).collect()
}

/// A null, which settings never hold, is left out.
fn toml(value: &Json) -> Option<Toml> {
    Some(match value {
        Json::Null => return None,
        Json::Bool(boolean) => (*boolean).into(),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number.as_f64()?.into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().filter_map(toml).collect::<Array>().into(),
        Json::Object(members) => {
            members.iter().filter_map(|(key, value)| Some((key.as_str(), toml(value)?))).collect::<InlineTable>().into()
        }
    })
}

fn object(table: &dyn TableLike) -> Result<Map<String, Json>, Fault> {
    table.iter().map(|(key, item)| Ok((key.to_owned(), json(key, item)?))).collect()
}

fn json(key: &str, item: &Item) -> Result<Json, Fault> {
    match item {
        Item::None => Ok(Json::Null),
        Item::Value(value) => from_value(key, value),
        Item::Table(table) => Ok(Json::Object(object(table)?)),
        Item::ArrayOfTables(tables) => tables.iter().map(|table| Ok(Json::Object(object(table)?))).collect(),
    }
}

fn from_value(key: &str, value: &Toml) -> Result<Json, Fault> {
    let unsupported = |found: &str| Fault::new(value.span(), format!("the setting `{}` holds {found}", shorten(key)));
    match value {
        Toml::String(text) => Ok(Json::String(text.value().clone())),
        Toml::Integer(integer) => Ok(Json::Number((*integer.value()).into())),
        Toml::Float(float) => Number::from_f64(*float.value()).map(Json::Number).ok_or_else(|| unsupported("a number that is not finite")),
        Toml::Boolean(boolean) => Ok(Json::Bool(*boolean.value())),
        Toml::Datetime(_) => Err(unsupported("a date or time, which JSON does not have: write it as a string")),
        Toml::Array(array) => array.iter().map(|item| from_value(key, item)).collect(),
        Toml::InlineTable(table) => Ok(Json::Object(object(table)?)),
    }
}

/// The kind of an item, with its article.
pub(super) fn kind(item: &Item) -> &'static str {
    match item {
        Item::None => "nothing",
        Item::Table(_) => "a table",
        Item::ArrayOfTables(_) => "an array of tables",
        Item::Value(value) => match value {
            Toml::String(_) => "a string",
            Toml::Integer(_) => "an integer",
            Toml::Float(_) => "a float",
            Toml::Boolean(_) => "a boolean",
            Toml::Datetime(_) => "a date or time",
            Toml::Array(_) => "an array",
            Toml::InlineTable(_) => "a table",
        },
    }
}
