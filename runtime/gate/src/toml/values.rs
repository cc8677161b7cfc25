//! What a table holds, as JSON. What TOML has beyond that is refused.

use serde_json::{Map, Number, Value as Json};
use toml_edit::{Item, TableLike, Value as Toml};

use super::fault::Fault;
use crate::name::shorten;

/// The members of a table.
///
/// # Errors
/// A value that JSON does not have.
pub fn object(table: &dyn TableLike) -> Result<Map<String, Json>, Fault> {
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
pub fn kind(item: &Item) -> &'static str {
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
