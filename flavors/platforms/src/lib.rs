//! Refuses a push that lacks a platform, or has one that is not allowed.

mod pattern;

use pushgate_flavor::{Flavor, Image, Push, Refusal, Violations, deny, flavor};
use serde::Deserialize;

use crate::pattern::{Pattern, Platform};

struct Platforms;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    required: Option<Vec<Platform>>,
    allowed: Option<Vec<Pattern>>,
}

impl Flavor for Platforms {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        settings.check().map_err(Refusal::Misconfigured)?;
        let images = push.images()?;
        let found: Vec<Platform> = images.iter().map(|image| Platform::of_image(image.platform())).collect();
        let names = images.iter().map(Image::platform).collect::<Vec<_>>().join(", ");

        let mut violations = Violations::new();
        let required = settings.required.iter().flatten();
        violations.extend(required.clone().filter(|platform| !found.contains(platform)).map(|missing| {
            let all = required.clone().map(ToString::to_string).collect::<Vec<_>>().join(",");
            deny("platform.missing", format!("there is no image for {missing}: the push has {names}"))
                .hint(format!("build all of them, for example with `docker buildx build --platform {all}`"))
                .detail("platform", missing.to_string())
                .detail("found", &names)
        }));
        if let Some(allowed) = &settings.allowed {
            let refused = images.iter().zip(&found).filter(|(_, platform)| !allowed.iter().any(|pattern| pattern.matches(platform)));
            violations.extend(refused.map(|(image, _)| {
                let allowed = allowed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                deny("platform.not-allowed", format!("the push has an image for {}, and allowed are {allowed}", image.platform()))
                    .hint("leave the platform out of the build, or ask the operator of the registry to change the setting `allowed`")
                    .detail("platform", image.platform())
                    .detail("allowed", allowed)
            }));
        }
        violations.into()
    }
}

impl Settings {
    /// What makes no sense about them.
    fn check(&self) -> Result<(), String> {
        match (&self.required, &self.allowed) {
            (None, None) => Err("`required` or `allowed`: one of them has to be set".to_owned()),
            (Some(required), _) if required.is_empty() => Err("required: an empty list requires nothing; leave it out".to_owned()),
            (_, Some(allowed)) if allowed.is_empty() => Err("allowed: an empty list allows nothing".to_owned()),
            (Some(required), Some(allowed)) => {
                match required.iter().find(|platform| !allowed.iter().any(|pattern| pattern.matches(platform))) {
                    Some(platform) => Err(format!("`required` and `allowed`: {platform} is required and not allowed")),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

flavor!(Platforms, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
