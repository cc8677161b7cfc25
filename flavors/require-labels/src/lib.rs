//! Refuses images that lack certain labels or annotations: every image of the push must have each of them, not empty, and in the form that the settings name.

mod format;
mod url;
mod visible;

use std::collections::BTreeMap;

use pushgate_flavor::{Flavor, Image, Push, Refusal, Violation, Violations, deny, flavor};
use serde::Deserialize;

use crate::format::Format;
use crate::visible::is_blank;

struct RequireLabels;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    labels: Vec<String>,
    annotations: Vec<String>,
    formats: BTreeMap<String, Format>,
}

impl Flavor for RequireLabels {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        settings.check().map_err(Refusal::misconfigured)?;
        let mut violations = Violations::new();
        for image in push.images()? {
            let named = settings.required().map(|label| (Place::Label, label));
            let named = named.chain(settings.annotations.iter().map(|annotation| (Place::Annotation, annotation)));
            violations.extend(named.filter_map(|(place, name)| violation(&image, place, name, settings.formats.get(name), push.tag())));
        }
        violations.into()
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
enum Place {
    Label,
    Annotation,
}

impl Place {
    const fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Annotation => "annotation",
        }
    }

    fn value<'a>(self, image: &'a Image, name: &str) -> Option<&'a str> {
        match self {
            Self::Label => image.label(name),
            Self::Annotation => image.annotation(name),
        }
    }
}

impl Settings {
    /// The labels that an image must have, each once. What has a form and is no annotation is a label.
    fn required(&self) -> impl Iterator<Item = &String> {
        self.labels.iter().chain(self.formats.keys().filter(|name| !self.labels.contains(name) && !self.annotations.contains(name)))
    }

    /// What makes no sense about them.
    fn check(&self) -> Result<(), String> {
        let labels = self.labels.iter().map(|label| ("labels", label));
        let annotations = self.annotations.iter().map(|annotation| ("annotations", annotation));
        let mut named = labels.chain(annotations).chain(self.formats.keys().map(|name| ("formats", name))).peekable();
        if named.peek().is_none() {
            return Err("`labels`, `annotations` and `formats`: none names a label".to_owned());
        }
        named.try_for_each(|(setting, name)| name_problem(name).map_or(Ok(()), |problem| Err(format!("{setting}: {problem}"))))
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

/// What is wrong with this label or annotation of this image, if anything.
fn violation(image: &Image, place: Place, name: &str, format: Option<&Format>, tag: Option<&str>) -> Option<Violation> {
    let (platform, what) = (image.platform(), place.name());
    let violation = match (place.value(image, name), place) {
        (None, Place::Label) => deny("label.missing", format!("the image for {platform} has no label `{name}`"))
            .hint("set it in the build, for example with `docker build --label`"),
        (None, Place::Annotation) => {
            deny("annotation.missing", format!("the manifest of the image for {platform} has no annotation `{name}`")).hint(
                "set it in the build, for example with `docker buildx build --annotation`; the Docker Engine and `docker save` keep none",
            )
        }
        (Some(value), _) if is_blank(value) => {
            deny(format!("{what}.empty"), format!("the {what} `{name}` of the image for {platform} is empty"))
                .hint(format!("an empty {what} is often a build argument that was not given"))
        }
        (Some(value), _) => {
            let format = format?;
            let problem = format.problem(value, tag)?;
            deny(format!("{what}.format"), format!("the {what} `{name}` of the image for {platform} is `{value}`, {problem}"))
                .hint(format!("set it to {format}"))
                .detail("format", format.name())
        }
    };
    Some(violation.detail("platform", platform).detail(what, name))
}

flavor!(RequireLabels, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
