//! The message of a rule: text with expressions in it.

use interpreter::common::traits::Iterable;
use interpreter::common::types::{CelString, Kind};
use interpreter::common::value::{CowVal, Val};
use interpreter::{Context, Env, Value};

use crate::expression::Expression;

/// How much of a value is shown, in characters.
const MAX_SHOWN: usize = 200;

/// A message.
#[derive(Debug)]
pub(crate) struct Message(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Value(Expression),
}

impl Message {
    /// Parses a text, and its expressions by `expression`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str, mut expression: impl FnMut(&str) -> Result<Expression, String>) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (source, after) = after.split_once("}}").ok_or("`{{` without `}}`")?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Value(expression(source.trim())?));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The expressions in it.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.0.iter().filter_map(|part| match part {
            Part::Value(expression) => Some(expression),
            Part::Text(_) => None,
        })
    }

    /// The text, with the values that the expressions have here. One that has none is a `?`: the rule is not met whatever its message says.
    pub(crate) fn text(&self, context: &Context<'_, '_>, environment: &Env) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Value(expression) => {
                let value = Value::resolve_val(&expression.tree, context).ok();
                value.and_then(|value| shown(value.as_ref(), environment)).unwrap_or_else(|| "?".to_owned())
            }
        };
        self.0.iter().map(part).collect()
    }
}

/// A value for a person: a text as it is, a list with commas.
fn shown(value: &dyn Val, environment: &Env) -> Option<String> {
    let text = match value.get_type().kind() {
        Kind::List => list(value.as_iterable()?, environment)?,
        _ => one(value, environment)?,
    };
    if text.chars().count() <= MAX_SHOWN {
        return Some(text);
    }
    Some(text.chars().take(MAX_SHOWN).chain(['…']).collect())
}

fn list(list: &dyn Iterable, environment: &Env) -> Option<String> {
    let mut items = list.iter();
    let mut texts = Vec::new();
    // What is beyond the limit is not shown.
    while let Some(item) = items.next().filter(|_| texts.len() < MAX_SHOWN) {
        texts.push(one(item, environment)?);
    }
    Some(texts.join(", "))
}

/// What the function `string` makes of a value.
fn one(value: &dyn Val, environment: &Env) -> Option<String> {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return Some(text.inner().to_owned());
    }
    let arguments = vec![CowVal::Borrowed(value)];
    let function = environment.find_overload("string", &arguments)?;
    Some(function(arguments).ok()?.downcast_ref::<CelString>()?.inner().to_owned())
}
