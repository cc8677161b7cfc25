//! Refuses images whose name DigitalOcean's registry does not take, or whose registry is not allowed.

use hosted_registry::{Form, Part, listed, not_allowed, not_of_service, only, segments, uri_path};
use pushgate_flavor::{Flavor, Push, Refusal, flavor};
use serde::Deserialize;

struct DigitalOcean;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    registries: Option<Vec<String>>,
}

const HOST: &str = "registry.digitalocean.com";
const FORM: Form = Form {
    service: "DigitalOcean's container registry",
    example: "registry.digitalocean.com/REGISTRY/REPOSITORY",
    parts: &[
        Part {
            name: "registry",
            is_valid: |text| text.len() <= 63 && text.starts_with(|first: char| first.is_ascii_lowercase()) && only(text, b"-"),
            rule: "registries of at most 63 lowercase letters, digits and `-`, from a letter on",
        },
        Part { name: "repository", is_valid: |_| true, rule: "any name" },
    ],
    nested: true,
};

impl Flavor for DigitalOcean {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { registries }: Settings) -> Result<(), Refusal> {
        let registries = listed("registries", registries)?;
        if push.registry() != HOST {
            return Err(not_of_service(push, FORM.service, "`registry.digitalocean.com`"));
        }
        let image = segments(push.repository());
        FORM.check(push, &uri_path(push), &image)?;
        let registry = image.first().map_or("", String::as_str);
        not_allowed("registry", "registries", &registries, registry).map_or(Ok(()), Into::into)
    }
}

flavor!(DigitalOcean, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
