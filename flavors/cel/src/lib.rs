//! Rules without a compiler: expressions in the Common Expression Language that a push must satisfy.
//!
//! Every call compiles and checks the rules ([`rule`], [`check`], [`sample`]) before it looks at the push, so that a rule that cannot work is reported when the
//! registry is registered. Then the rules about the push are evaluated, and those about images once for each image ([`ask`]).

mod ask;
mod rule;

mod check;
mod sample;
mod values;

mod message;

mod expression;
mod json;
mod results;

mod errors;
mod place;
mod suggestion;
mod syntax;

mod functions;
mod tree;

mod types;

mod image_config;
mod objects;

use pushgate_flavor::{Flavor, Push, Refusal, flavor};

struct Cel;

impl Flavor for Cel {
    type Settings = rule::Settings;

    fn prepare(push: &Push, settings: rule::Settings) -> Result<(), Refusal> {
        let environment = functions::environment()?;
        let destination = check::Destination::new(push.registry(), push.registry_uri());
        let rules = rule::compile(settings, &environment, &destination).map_err(Refusal::misconfigured)?;
        ask::ask(push, &rules, &environment)
    }
}

flavor!(Cel, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
