//! Refuses images whose name DigitalOcean's registry does not take, or whose registry is not allowed.

use hosted_registry::{Form, Part, is_segment, not_of_service, only};
use pushgate_flavor::{Flavor, Push, Refusal, flavor};
use serde::Deserialize;

struct DigitalOcean;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    registries: Option<Vec<String>>,
}

const HOST: &str = "registry.digitalocean.com";
/// Lowercase letters, digits and `-`, at most 63 of them, a digit in front too:
/// <https://docs.digitalocean.com/reference/api/reference/container-registry/>, `name` of "Create Container Registry".
const REGISTRY: Part = Part {
    name: "registry",
    is_valid: |text| text.len() <= 63 && only(text, b"-") && is_segment(text),
    rule: "registries of at most 63 lowercase letters, digits and `-`",
};
const FORM: Form = Form {
    service: "DigitalOcean's container registry",
    example: "registry.digitalocean.com/REGISTRY/REPOSITORY",
    parts: &[REGISTRY, Part { name: "repository", is_valid: is_segment, rule: "any name" }],
    nested: true,
};

impl Flavor for DigitalOcean {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { registries }: Settings) -> Result<(), Refusal> {
        if push.registry() != HOST {
            return Err(not_of_service(push, FORM.service, "`registry.digitalocean.com`"));
        }
        FORM.check(push, &REGISTRY, "registries", registries)
    }
}

flavor!(DigitalOcean, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
