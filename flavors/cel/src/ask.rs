//! Asking the rules about a push.

use std::sync::Arc;

use interpreter::common::types::CelBool;
use interpreter::{Context, Env, Value};
use pushgate_flavor::{Image, Push, Refusal, Violation, deny};

use crate::check::Names;
use crate::errors;
use crate::expression::Expression;
use crate::rule::{Rule, members};
use crate::values;

/// Asks every rule.
///
/// # Errors
/// All that the rules have against the push, in their order; the images cannot be read.
pub(crate) fn ask(push: &Push, rules: &[Rule], environment: &Arc<Env>) -> Result<(), Refusal> {
    let mut context = Context::with_env(Arc::clone(environment));
    context.add_variable_as_val("push", values::push(push)?);
    let mut found = Found { violations: Vec::new(), environment };
    let mut about_images = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        if !rule.names.any_image() {
            found.ask(index, rule, &context, &About::PUSH);
        } else if rule.when_names.any_image() || !matches!(applies(rule, &context), Ok(false)) {
            about_images.push((index, rule));
        }
    }
    if !about_images.is_empty() {
        match push.images() {
            Ok(images) => found.ask_images(images, &about_images, &mut context)?,
            Err(error) => match Refusal::from(error) {
                Refusal::Denied(violations) => found.violations.extend(violations.into_iter().map(|violation| (usize::MAX, violation))),
                other => return Err(other),
            },
        }
    }
    found.violations.sort_by_key(|(index, _)| *index);
    let violations: Vec<Violation> = found.violations.into_iter().map(|(_, violation)| violation).collect();
    if violations.is_empty() { Ok(()) } else { Err(Refusal::Denied(violations)) }
}

/// Whether a rule counts here.
fn applies(rule: &Rule, context: &Context<'_, '_>) -> Result<bool, String> {
    rule.when.as_ref().map_or(Ok(true), |when| condition(when, context).map_err(|problem| format!("`when`: {problem}")))
}

/// Whether an expression is true.
fn condition(expression: &Expression, context: &Context<'_, '_>) -> Result<bool, String> {
    let value = Value::resolve_val(&expression.evaluated, context).map_err(|error| errors::text(&error, &expression.tree))?;
    match value.downcast_ref::<CelBool>() {
        Some(value) => Ok(*value.inner()),
        None => Err(format!("it is of type {}, and must be true or false", value.get_type().name())),
    }
}

/// What the rules have against a push so far.
struct Found<'e> {
    /// Each with the number of its rule.
    violations: Vec<(usize, Violation)>,
    environment: &'e Env,
}

impl Found<'_> {
    /// Asks the rules that name images. One image at a time is converted, but for those rules that name all of them.
    fn ask_images(&mut self, images: Vec<Image>, rules: &[(usize, &Rule)], context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let of_image = members(rules.iter().map(|(_, rule)| *rule), |rule| rule.names.image);
        let mut any_ambiguous = false;
        if rules.iter().any(|(_, rule)| rule.names.images) {
            let of_images = members(rules.iter().map(|(_, rule)| *rule), |rule| rule.names.images);
            let mut all = Vec::with_capacity(images.len());
            for image in &images {
                let converted = values::image(image, &of_images)?;
                any_ambiguous |= converted.ambiguous;
                all.push(converted.value);
            }
            context.add_variable_as_val("images", values::list(all));
        }
        for (index, rule) in rules.iter().filter(|(_, rule)| !rule.names.image) {
            self.ask(*index, rule, context, &About { platform: None, ambiguous: any_ambiguous });
        }
        for image in images {
            if !rules.iter().any(|(_, rule)| rule.names.image) {
                break;
            }
            let converted = values::image(&image, &of_image)?;
            context.add_variable_as_val("image", converted.value);
            for (index, rule) in rules.iter().filter(|(_, rule)| rule.names.image) {
                let ambiguous = converted.ambiguous || (rule.names.images && any_ambiguous);
                self.ask(*index, rule, context, &About { platform: Some(image.platform()), ambiguous });
            }
        }
        Ok(())
    }

    /// Asks one rule: anything but true is a violation, and so is a `when` that cannot be evaluated.
    fn ask(&mut self, index: usize, rule: &Rule, context: &Context<'_, '_>, about: &About<'_>) {
        let problem = match about.allows(&rule.when_names, "`when`: ").and_then(|()| applies(rule, context)) {
            Ok(false) => return,
            Ok(true) => match about.allows(&rule.require_names, "").and_then(|()| condition(&rule.require, context)) {
                Ok(true) => return,
                Ok(false) => None,
                Err(problem) => Some(problem),
            },
            Err(problem) => Some(problem),
        };
        let subject = about.platform.map_or_else(|| "the push".to_owned(), |platform| format!("the image for {platform}"));
        // What the problem is, the detail says.
        let message = match (&rule.message, &problem) {
            (Some(message), _) => message.text(context, self.environment),
            (None, problem) => {
                let why = if problem.is_some() { ", which cannot be evaluated" } else { "" };
                format!("{subject} does not meet the rule `{}`{why}", errors::shortened(&rule.require.source))
            }
        };
        let mut violation = deny(&rule.code, message);
        if let Some(hint) = &rule.hint {
            violation = violation.hint(hint.text(context, self.environment));
        }
        for (key, value) in [("platform", about.platform), ("error", problem.as_deref())] {
            if let Some(value) = value {
                violation = violation.detail(key, value);
            }
        }
        self.violations.push((index, violation));
    }
}

/// What a rule is asked about.
struct About<'a> {
    /// That of the image; none if it is the push.
    platform: Option<&'a str>,
    /// Whether an image that it is asked about sets a variable to two values.
    ambiguous: bool,
}

impl About<'_> {
    const PUSH: Self = Self { platform: None, ambiguous: false };

    /// Whether an expression that names this has an answer.
    fn allows(&self, names: &Names, place: &str) -> Result<(), String> {
        if self.ambiguous && names.members.contains("env") {
            return Err(format!("{place}{}", errors::SET_TWICE));
        }
        Ok(())
    }
}
