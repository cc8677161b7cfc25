mod approving;
mod asking;
mod registering;
mod specification;

use pushgate_flavor::testing::{TestImage, TestPush};
use pushgate_flavor::{InspectError, Refusal, Violation};
use serde_json::{Value, json};

use super::*;

/// A push of `registry.example.com/team/app:v1` with these rules.
fn push(rules: &Value) -> TestPush {
    TestPush::new("registry.example.com", "team/app")
        .registry_uri("registry.example.com/team")
        .tag("v1")
        .settings(json!({ "rules": rules }).to_string())
}

/// The same with one rule.
fn push_with(require: &str) -> TestPush {
    push(&json!([{ "code": "rule", "require": require }]))
}

fn violations(push: TestPush) -> Vec<Violation> {
    match push.ask::<Cel>() {
        Ok(()) => Vec::new(),
        Err(Refusal::Denied(violations)) => violations,
        Err(other) => panic!("expected a denial, got {other:?}"),
    }
}

fn misconfigured(push: TestPush) -> String {
    match push.ask::<Cel>() {
        Err(Refusal::Misconfigured(message)) => message.into(),
        other => panic!("expected a mistake in the settings, got {other:?}"),
    }
}

/// What is wrong with a rule, without its place.
fn mistake(require: &str) -> String {
    let message = misconfigured(push_with(require));
    let problem = message.strip_prefix("rules[0] (rule).require: ").unwrap_or_else(|| panic!("{require}: {message}"));
    let placed = problem.strip_prefix("at column ").and_then(|rest| rest.split_once(": "));
    placed.map_or(problem, |(_, problem)| problem).to_owned()
}

/// An image with this config.
fn image(config: &Value) -> TestImage {
    TestImage::new("linux/amd64").config(config.to_string())
}
