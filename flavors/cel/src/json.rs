//! A value as a person reads it.

use interpreter::Env;
use interpreter::common::traits::Iterable;
use interpreter::common::types::{CelBool, CelDouble, CelInt, CelNull, CelOptional, CelString, CelUInt, Kind};
use interpreter::common::value::{CowVal, Val};
use serde_json::{Map, Value};

use crate::errors::{MAX_SHOWN, shortened};

/// How many elements are looked at: none after them is within what is shown.
const MAX_ELEMENTS: usize = MAX_SHOWN;

/// A value for a person: a text as it is, a list with commas, and a map as JSON. None for what has no text.
pub(crate) fn shown(value: &dyn Val, environment: &Env) -> Option<String> {
    let text = match value.get_type().kind() {
        Kind::List => {
            let items = elements(value.as_iterable()?);
            items.iter().map(|item| plain(item.as_ref(), environment)).collect::<Option<Vec<_>>>()?.join(", ")
        }
        _ => plain(value, environment)?,
    };
    Some(shortened(&text))
}

/// A text without quotes, and anything else as JSON.
fn plain(value: &dyn Val, environment: &Env) -> Option<String> {
    match json(value, environment)? {
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

fn json(value: &dyn Val, environment: &Env) -> Option<Value> {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return Some(Value::String(text.inner().to_owned()));
    }
    if let Some(known) = value.downcast_ref::<CelBool>() {
        return Some(Value::Bool(*known.inner()));
    }
    if let Some(number) = value.downcast_ref::<CelInt>() {
        return Some(Value::from(*number.inner()));
    }
    if let Some(number) = value.downcast_ref::<CelUInt>() {
        return Some(Value::from(*number.inner()));
    }
    if let Some(number) = value.downcast_ref::<CelDouble>() {
        return Some(Value::from(*number.inner()));
    }
    if value.downcast_ref::<CelNull>().is_some() {
        return Some(Value::Null);
    }
    if let Some(optional) = value.downcast_ref::<CelOptional>() {
        return optional.option().map_or(Some(Value::Null), |inner| json(inner, environment));
    }
    match value.get_type().kind() {
        Kind::List => {
            let items = elements(value.as_iterable()?);
            items.iter().map(|item| json(item.as_ref(), environment)).collect::<Option<Vec<_>>>().map(Value::Array)
        }
        Kind::Map => {
            let mut members = Map::new();
            for key in elements(value.as_iterable()?) {
                let member = value.as_indexer()?.get(key.as_ref()).ok()?;
                members.insert(plain(key.as_ref(), environment)?, json(member.as_ref(), environment)?);
            }
            Some(Value::Object(members))
        }
        _ => written(value, environment).map(Value::String),
    }
}

/// What is beyond the limit is not shown.
fn elements<'v>(list: &(dyn Iterable + 'v)) -> Vec<Box<dyn Val + 'v>> {
    let mut items = list.iter();
    let mut found = Vec::new();
    while let Some(item) = items.next().filter(|_| found.len() < MAX_ELEMENTS) {
        found.push(item.clone_as_boxed());
    }
    found
}

/// What the function `string` makes of a value.
fn written(value: &dyn Val, environment: &Env) -> Option<String> {
    let arguments = vec![CowVal::Borrowed(value)];
    let function = environment.find_overload("string", &arguments)?;
    Some(function(arguments).ok()?.downcast_ref::<CelString>()?.inner().to_owned())
}
