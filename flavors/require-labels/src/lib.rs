//! Refuses images that lack certain labels: every image of the push must have each of them, and not empty.

use pushgate_flavor::{Flavor, Image, Push, Refusal, Violation, Violations, deny, flavor};
use serde::Deserialize;

struct RequireLabels;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    labels: Vec<String>,
}

impl Flavor for RequireLabels {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { labels }: Settings) -> Result<(), Refusal> {
        if labels.is_empty() || labels.iter().any(String::is_empty) {
            return Err(Refusal::Misconfigured("labels: at least one label, each by its name".to_owned()));
        }
        let mut violations = Violations::new();
        for image in push.images()? {
            violations.extend(labels.iter().filter_map(|label| violation(&image, label)));
        }
        violations.into()
    }
}

/// What is wrong with this label of this image, if anything.
fn violation(image: &Image, label: &str) -> Option<Violation> {
    let platform = image.platform();
    let violation = match image.label(label) {
        None => deny("label.missing", format!("the image for {platform} has no label `{label}`"))
            .hint("set it in the build, for example with `docker build --label`"),
        Some(value) if value.trim_ascii().is_empty() => {
            deny("label.empty", format!("the label `{label}` of the image for {platform} is empty"))
                .hint("an empty label is often a build argument that was not given")
        }
        Some(_) => return None,
    };
    Some(violation.detail("platform", platform).detail("label", label))
}

flavor!(RequireLabels, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
