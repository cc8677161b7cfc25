//! The rules of the settings, compiled.

use std::collections::BTreeSet;
use std::sync::Arc;

use interpreter::Env;
use serde::Deserialize;

use crate::check::{self, Destination, Names};
use crate::expression::Expression;
use crate::message::Message;
use crate::objects::Object;
use crate::place::Problem;
use crate::sample::Sample;
use crate::types::{Texts, Type};

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
    pub(crate) hint: Option<Message>,
    /// What all its expressions name.
    pub(crate) names: Names,
    /// What `require` names.
    pub(crate) require_names: Names,
    /// What `when` names.
    pub(crate) when_names: Names,
}

/// Compiles and checks all rules, for a registry.
///
/// # Errors
/// Everything that is wrong with them, each with its place: `rules[0] (tag.format).require: …`.
pub(crate) fn compile(settings: Settings, environment: &Arc<Env>, destination: &Destination) -> Result<Vec<Rule>, String> {
    if settings.rules.is_empty() || settings.rules.len() > MAX_RULES {
        return Err(format!("rules: from 1 to {MAX_RULES} rules"));
    }
    let mut problems = Vec::new();
    let mut rules: Vec<Rule> = Vec::new();
    let codes: Vec<String> = settings.rules.iter().map(|words| words.code.clone()).collect();
    for (index, words) in settings.rules.into_iter().enumerate() {
        let place = place(index, &words.code);
        // People look for a code, and switch rules off by it: one that two rules have was copied and not changed.
        if let Some(first) = codes.iter().take(index).position(|code| *code == words.code) {
            problems.push(format!("{place}.code: `rules[{first}]` has this code already; give each rule its own"));
        }
        match rule(words, environment, destination) {
            Ok(rule) => rules.push(rule),
            Err(found) => problems.extend(found.into_iter().map(|(member, problem)| format!("{place}.{member}: {problem}"))),
        }
    }
    if problems.is_empty() {
        problems = mistyped(&rules, environment);
    }
    if problems.is_empty() { Ok(rules) } else { Err(problems.join("; ")) }
}

fn place(index: usize, code: &str) -> String {
    format!("rules[{index}] ({code})")
}

/// The check of one rule's members.
struct Compiler<'c> {
    environment: &'c Arc<Env>,
    destination: &'c Destination,
    problems: Vec<(&'static str, String)>,
}

impl Compiler<'_> {
    fn checked(&self, expression: Expression, names: &mut Names, fits: impl Fn(&Type) -> Result<(), String>) -> Result<Expression, String> {
        let of = check::check(&expression, self.environment, self.destination, names);
        let fitting = of.and_then(|of| fits(&of).map_err(|text| Problem::about(&expression.tree, text)));
        match fitting {
            Ok(()) => Ok(expression),
            Err(problem) => Err(expression.placed(&problem)),
        }
    }

    /// An expression that must be true or false.
    fn condition(&mut self, member: &'static str, source: &str, names: &mut Names) -> Option<Expression> {
        let checked = Expression::parse(source).and_then(|expression| self.checked(expression, names, fits_condition));
        checked.map_err(|problem| self.problems.push((member, problem))).ok()
    }

    /// A text with expressions in it.
    fn text(&mut self, member: &'static str, text: Option<&str>, names: &mut Names) -> Option<Message> {
        let parsed = Message::parse(text?, |before, source| self.checked(Expression::parse_after(before, source)?, names, fits_text));
        parsed.map_err(|problem| self.problems.push((member, problem))).ok()
    }
}

/// What else is no condition comes to light with the sample.
fn fits_condition(of: &Type) -> Result<(), String> {
    match of {
        Type::Optional(of) if **of == Type::Bool => Err("is optional, and must be true or false: add `.orValue(false)`".to_owned()),
        Type::Optional(_) => Err("is optional, and must be true or false: add `.hasValue()`, or compare its `.orValue(…)`".to_owned()),
        _ => Ok(()),
    }
}

fn fits_text(of: &Type) -> Result<(), String> {
    let whole = |part: &Type| matches!(part, Type::Object(Object::Image | Object::Config | Object::Execution));
    let variables = |part: &Type| matches!(part, Type::Map(_, value) if **value == Type::Text(Texts::Variable));
    match of {
        Type::Optional(of) => Err(format!("a value that is shown must not be optional: add `.orValue({})`", of.empty())),
        of if of.holds(&whole) => Err("shows a whole image or config; name a member of it".to_owned()),
        of if of.holds(&variables) => {
            Err("shows the value of every variable, and some may be secret; `image.env.map(n, n)` shows the names".to_owned())
        }
        _ => Ok(()),
    }
}

/// Compiles one rule. What is wrong with it is told of each of its members.
fn rule(words: Words, environment: &Arc<Env>, destination: &Destination) -> Result<Rule, Vec<(&'static str, String)>> {
    let mut compiler = Compiler { environment, destination, problems: Vec::new() };
    let (mut when_names, mut require_names, mut text_names) = (Names::default(), Names::default(), Names::default());
    let when = words.when.as_deref().map(|source| compiler.condition("when", source, &mut when_names));
    let require = compiler.condition("require", &words.require, &mut require_names);
    let message = compiler.text("message", words.message.as_deref(), &mut text_names);
    let hint = compiler.text("hint", words.hint.as_deref(), &mut text_names);
    match require {
        Some(require) if compiler.problems.is_empty() => {
            let mut names = text_names;
            names.add(&when_names);
            names.add(&require_names);
            Ok(Rule { code: words.code, require, when: when.flatten(), message, hint, names, require_names, when_names })
        }
        _ => Err(compiler.problems),
    }
}

/// What the rules get wrong about types, found by evaluating them for a sample.
fn mistyped(rules: &[Rule], environment: &Arc<Env>) -> Vec<String> {
    let sample = Sample::new(environment, &members(rules, |_| true));
    let mut problems = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let when = rule.when.as_ref().map(|when| ("when", when, sample.condition(when)));
        let texts = [("message", &rule.message), ("hint", &rule.hint)];
        let texts = texts
            .into_iter()
            .flat_map(|(member, text)| text.iter().flat_map(Message::expressions).map(move |expression| (member, expression)));
        let texts = texts.map(|(member, expression)| (member, expression, sample.value(expression)));
        let require = ("require", &rule.require, sample.condition(&rule.require));
        for (member, expression, result) in when.into_iter().chain([require]).chain(texts) {
            problems.extend(result.err().map(|problem| format!("{}.{member}: {}", place(index, &rule.code), expression.placed(&problem))));
        }
    }
    problems
}

/// The members of images that those of the rules name which are meant.
pub(crate) fn members<'r>(rules: impl IntoIterator<Item = &'r Rule>, meant: impl Fn(&Rule) -> bool) -> BTreeSet<&'static str> {
    rules.into_iter().filter(|rule| meant(rule)).flat_map(|rule| rule.names.members.iter().copied()).collect()
}
