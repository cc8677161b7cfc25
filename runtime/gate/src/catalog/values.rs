//! Settings and limits in TOML. Whatever [`Settings`] can hold survives the way there and back; what TOML has beyond JSON is refused.

use serde_json::Value as Json;
use toml_edit::{Array, InlineTable, Item, Value as Toml};

use crate::hook_limits::HookLimits;
use crate::name::shorten;
use crate::settings::Settings;
use crate::toml::{Fault, kind, object};

/// Reads `settings = { … }`, or the same as a table of its own.
pub(super) fn settings(item: &Item) -> Result<Settings, Fault> {
    let Some(table) = item.as_table_like() else {
        return Err(Fault::new(item.span(), format!("`settings` must be a table, not {}", kind(item))));
    };
    let object = object(table)?;
    Settings::from_object(object).map_err(|error| Fault::new(item.span(), error.to_string()))
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
