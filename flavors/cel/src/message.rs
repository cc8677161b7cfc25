//! The message and the hint of a rule: texts with expressions in them.

use interpreter::{Context, Env, Value};

use crate::expression::Expression;
use crate::json;

/// A text with expressions in it.
#[derive(Debug)]
pub(crate) struct Message(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Value(Expression),
}

impl Message {
    /// Parses a text, and its expressions by `expression`, which gets what is before them.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str, mut expression: impl FnMut(&str, &str) -> Result<Expression, String>) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some((before, after)) = text.get(at..).and_then(|rest| rest.split_once("{{")) {
            let (written, _) = after.split_once("}}").ok_or("`{{` without `}}`")?;
            let begin = at + before.len() + 2;
            let source = written.trim();
            let begin_of_source = begin + (written.len() - written.trim_start().len());
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Value(expression(text.get(..begin_of_source).unwrap_or_default(), source)?));
            at = begin + written.len() + 2;
        }
        parts.push(Part::Text(text.get(at..).unwrap_or_default().to_owned()));
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
                let value = Value::resolve_val(&expression.evaluated, context).ok();
                value.and_then(|value| json::shown(value.as_ref(), environment)).unwrap_or_else(|| "?".to_owned())
            }
        };
        self.0.iter().map(part).collect()
    }
}
