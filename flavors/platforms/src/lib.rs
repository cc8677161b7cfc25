//! Refuses a push that lacks a platform, or has one that is not allowed.

mod known;
mod pattern;

use pushgate_flavor::{ConfigError, Flavor, Image, Push, Refusal, Violation, Violations, deny, flavor};
use serde::Deserialize;

use crate::pattern::{Pattern, Platform};

struct Platforms;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    required: Option<Vec<Platform>>,
    runs_on: Option<Vec<Platform>>,
    allowed: Option<Vec<Pattern>>,
}

/// The member of an image config that is looked at where versions are.
#[derive(Deserialize)]
struct Config {
    #[serde(default, rename = "os.version")]
    os_version: String,
}

/// An image, by its platform.
struct Found<'a> {
    platform: Platform,
    /// As the host names it, with the version of its system where the settings ask for one.
    name: String,
    image: &'a Image,
}

impl Flavor for Platforms {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        settings.check().map_err(Refusal::misconfigured)?;
        let images = push.images()?;
        let looks_at_versions = settings.looks_at_versions();
        let found = images.iter().map(|image| found(image, looks_at_versions)).collect::<Result<Vec<_>, _>>()?;
        let names = found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>().join(", ");

        let mut violations = Violations::new();
        let required = settings.required.as_deref().unwrap_or_default();
        violations.extend(required.iter().filter(|wanted| !found.iter().any(|found| wanted.is_of(&found.platform))).map(|missing| {
            let all = required.iter().map(Platform::for_buildx).collect::<Vec<_>>().join(",");
            deny("platform.missing", format!("there is no image for {missing}: the push has {names}"))
                .hint(format!("build all of them, for example with `docker buildx build --platform {all}`"))
                .detail("platform", missing.to_string())
                .detail("found", &names)
        }));
        let machines = settings.runs_on.iter().flatten();
        violations.extend(machines.filter(|machine| !found.iter().any(|found| machine.runs(&found.platform))).map(|machine| {
            deny("platform.not-runnable", format!("no image runs on {machine}: the push has {names}"))
                .hint(format!(
                    "build one for that platform, or for an older variant of it, for example with `docker buildx build --platform {}`",
                    machine.for_buildx()
                ))
                .detail("platform", machine.to_string())
                .detail("found", &names)
        }));
        if let Some(allowed) = &settings.allowed {
            let refused = found.iter().filter(|found| !allowed.iter().any(|pattern| pattern.matches(&found.platform)));
            violations.extend(refused.map(|found| not_allowed(found, allowed)));
        }
        violations.into()
    }
}

fn found(image: &Image, looks_at_versions: bool) -> Result<Found<'_>, ConfigError> {
    let version = if looks_at_versions { image.parse_config::<Config>()?.os_version } else { String::new() };
    let platform = image.platform();
    let name = if version.is_empty() { platform.to_owned() } else { format!("{platform}:{version}") };
    Ok(Found { platform: Platform::of_image(platform, &version), name, image })
}

fn not_allowed(found: &Found<'_>, allowed: &[Pattern]) -> Violation {
    let allowed = allowed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    deny("platform.not-allowed", format!("the push has an image for {}, and allowed are {allowed}", found.name))
        .hint("leave the platform out of the build, or ask the operator of the registry to change the setting `allowed`")
        .detail("platform", found.image.platform())
        .detail("allowed", allowed)
}

impl Settings {
    /// What makes no sense about them.
    fn check(&self) -> Result<(), String> {
        if self.required.is_none() && self.runs_on.is_none() && self.allowed.is_none() {
            return Err("`required`, `runs_on` or `allowed`: one of them has to be set".to_owned());
        }
        for (name, list) in [("required", &self.required), ("runs_on", &self.runs_on)] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                return Err(format!("{name}: an empty list requires nothing; leave it out"));
            }
        }
        let Some(allowed) = &self.allowed else { return Ok(()) };
        if allowed.is_empty() {
            return Err("allowed: an empty list allows nothing".to_owned());
        }
        if let Some(every) = allowed.iter().find(|pattern| pattern.is_every()) {
            return Err(format!("allowed: `{every}` allows every platform; leave the setting out"));
        }
        let is_allowed = |platform: &Platform| allowed.iter().any(|pattern| pattern.overlaps(platform));
        if let Some(platform) = self.required.iter().flatten().find(|platform| !is_allowed(platform)) {
            return Err(format!("`required` and `allowed`: {platform} is required and not allowed"));
        }
        match self.runs_on.iter().flatten().find(|machine| !machine.runnable().any(|platform| is_allowed(&platform))) {
            Some(machine) => Err(format!("`runs_on` and `allowed`: nothing that is allowed runs on {machine}")),
            None => Ok(()),
        }
    }

    fn looks_at_versions(&self) -> bool {
        let mut platforms = self.required.iter().chain(&self.runs_on).flatten();
        platforms.any(Platform::has_version) || self.allowed.iter().flatten().any(Pattern::has_version)
    }
}

flavor!(Platforms, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
