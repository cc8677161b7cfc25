//! Refuses images that lack certain labels: every image of the push must have each of them, not empty, and in the form that the settings name.

mod format;

use std::collections::BTreeMap;

use pushgate_flavor::{Flavor, Image, Push, Refusal, Violation, Violations, deny, flavor};
use serde::Deserialize;

use crate::format::Format;

struct RequireLabels;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    labels: Vec<String>,
    formats: BTreeMap<String, Format>,
}

impl Flavor for RequireLabels {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        settings.check().map_err(Refusal::Misconfigured)?;
        let mut violations = Violations::new();
        for image in push.images()? {
            violations.extend(settings.required().filter_map(|label| violation(&image, label, settings.formats.get(label), push.tag())));
        }
        violations.into()
    }
}

impl Settings {
    /// The labels that an image must have, each once.
    fn required(&self) -> impl Iterator<Item = &String> {
        self.labels.iter().chain(self.formats.keys().filter(|label| !self.labels.contains(label)))
    }

    /// What makes no sense about them.
    fn check(&self) -> Result<(), String> {
        if self.labels.is_empty() && self.formats.is_empty() {
            return Err("`labels` and `formats`: neither names a label".to_owned());
        }
        let named = self.labels.iter().map(|label| ("labels", label)).chain(self.formats.keys().map(|label| ("formats", label)));
        named
            .into_iter()
            .try_for_each(|(setting, label)| name_problem(label).map_or(Ok(()), |problem| Err(format!("{setting}: {problem}"))))
    }
}

/// Why no image has a label of this name: nobody means one when they write this.
fn name_problem(label: &str) -> Option<String> {
    if label.is_empty() {
        return Some("a label without a name".to_owned());
    }
    if let Some((name, _)) = label.split_once('=') {
        return Some(format!(
            "`{label}` holds a value beside the name, which no label's name does: list `{name}`, and say in `formats` what its value must be"
        ));
    }
    if label.contains('*') {
        return Some(format!("`{label}` is a pattern, which no label's name is: list each label"));
    }
    let has_space = label.contains(|character: char| character.is_whitespace() || character.is_control());
    has_space.then(|| format!("`{label}` has a space in it, which no label's name has"))
}

/// What is wrong with this label of this image, if anything.
fn violation(image: &Image, label: &str, format: Option<&Format>, tag: Option<&str>) -> Option<Violation> {
    let platform = image.platform();
    let violation = match image.label(label) {
        None => deny("label.missing", format!("the image for {platform} has no label `{label}`"))
            .hint("set it in the build, for example with `docker build --label`"),
        Some(value) if value.trim_ascii().is_empty() => {
            deny("label.empty", format!("the label `{label}` of the image for {platform} is empty"))
                .hint("an empty label is often a build argument that was not given")
        }
        Some(value) => {
            let format = format?;
            let problem = format.problem(value, tag)?;
            deny("label.format", format!("the label `{label}` of the image for {platform} is `{value}`, {problem}"))
                .hint(format!("set it to {format}"))
                .detail("format", format.name())
        }
    };
    Some(violation.detail("platform", platform).detail("label", label))
}

flavor!(RequireLabels, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
