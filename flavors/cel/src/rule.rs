//! The rules of the settings, compiled.

use std::collections::BTreeSet;
use std::sync::Arc;

use interpreter::Env;
use serde::Deserialize;

use crate::check::{self, Names};
use crate::expression::Expression;
use crate::message::Message;
use crate::sample::Sample;

/// The most rules, as in the schema.
const MAX_RULES: usize = 100;

/// What a registry gives the flavor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    rules: Vec<Words>,
}

/// One rule as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    code: String,
    require: String,
    when: Option<String>,
    message: Option<String>,
    hint: Option<String>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The code of its violations.
    pub(crate) code: String,
    /// What must be true.
    pub(crate) require: Expression,
    /// Where it counts; everywhere if there is none.
    pub(crate) when: Option<Expression>,
    /// What the person who pushes is told.
    pub(crate) message: Option<Message>,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// What all its expressions name.
    pub(crate) names: Names,
    /// What `when` names.
    pub(crate) when_names: Names,
}

/// Compiles and checks all rules.
///
/// # Errors
/// Everything that is wrong with them, each with its place: `rules[0].require: …`.
pub(crate) fn compile(settings: Settings, environment: &Arc<Env>) -> Result<Vec<Rule>, String> {
    if settings.rules.is_empty() || settings.rules.len() > MAX_RULES {
        return Err(format!("rules: from 1 to {MAX_RULES} rules"));
    }
    let mut problems = Vec::new();
    let mut rules = Vec::new();
    for (index, words) in settings.rules.into_iter().enumerate() {
        match rule(words, environment) {
            Ok(rule) => rules.push(rule),
            Err(found) => problems.extend(found.into_iter().map(|(member, problem)| format!("rules[{index}].{member}: {problem}"))),
        }
    }
    if problems.is_empty() {
        problems = mistyped(&rules, environment);
    }
    if problems.is_empty() { Ok(rules) } else { Err(problems.join("; ")) }
}

/// Compiles one rule. What is wrong with it is told of each of its members.
fn rule(words: Words, environment: &Arc<Env>) -> Result<Rule, Vec<(&'static str, String)>> {
    let mut problems = Vec::new();
    let mut names = Names::default();
    let mut when_names = Names::default();
    let mut expression = |member: &'static str, source: &str, names: &mut Names| {
        let compiled = Expression::parse(source).and_then(|expression| {
            check::check(&expression, environment, names)?;
            Ok(expression)
        });
        compiled.map_err(|problem| problems.push((member, problem))).ok()
    };
    let when = words.when.as_deref().map(|source| expression("when", source, &mut when_names));
    let require = expression("require", &words.require, &mut names);
    let message = words.message.as_deref().map(|text| {
        Message::parse(text, |source| {
            let expression = Expression::parse(source)?;
            check::check(&expression, environment, &mut names)?;
            Ok(expression)
        })
    });
    let message = match message.transpose() {
        Ok(message) => message,
        Err(problem) => {
            problems.push(("message", problem));
            None
        }
    };
    match require {
        Some(require) if problems.is_empty() => {
            names.add(&when_names);
            Ok(Rule { code: words.code, require, when: when.flatten(), message, hint: words.hint, names, when_names })
        }
        _ => Err(problems),
    }
}

/// What the rules get wrong about types, found by evaluating them for a sample.
fn mistyped(rules: &[Rule], environment: &Arc<Env>) -> Vec<String> {
    let sample = Sample::new(environment, &members(rules, |_| true));
    let mut problems = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let when = rule.when.as_ref().map(|when| ("when", sample.condition(when)));
        let message = rule.message.iter().flat_map(Message::expressions).map(|expression| ("message", sample.value(expression)));
        for (member, result) in when.into_iter().chain([("require", sample.condition(&rule.require))]).chain(message) {
            problems.extend(result.err().map(|problem| format!("rules[{index}].{member}: {problem}")));
        }
    }
    problems
}

/// The members of images that those of the rules name which are meant.
pub(crate) fn members<'r>(rules: impl IntoIterator<Item = &'r Rule>, meant: impl Fn(&Rule) -> bool) -> BTreeSet<&'static str> {
    rules.into_iter().filter(|rule| meant(rule)).flat_map(|rule| rule.names.members.iter().copied()).collect()
}
