//! Refuses images with certain tags: `latest`, or those that the settings name, exactly or with `*`.

use pushgate_flavor::{Flavor, Push, Refusal, deny, flavor};
use serde::Deserialize;
use tag_pattern::TagPattern;

struct ForbidTags;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default = "latest")]
    tags: Vec<TagPattern>,
}

fn latest() -> Vec<TagPattern> {
    vec![TagPattern::exactly("latest")]
}

impl Flavor for ForbidTags {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        if settings.tags.is_empty() {
            return Err(Refusal::Misconfigured("tags: no tag is forbidden by an empty list".to_owned()));
        }
        let Some(tag) = push.tag() else { return Ok(()) };
        let Some(pattern) = settings.tags.iter().find(|pattern| pattern.matches(tag)) else { return Ok(()) };
        let violation = if tag == "latest" {
            deny("tag.latest", "the tag `latest` says nothing about what is in the image, and moves with the next push")
                .hint("push a tag that names the version, for example `1.4.2`")
        } else {
            deny("tag.forbidden", format!("the tag `{tag}` is forbidden by `{pattern}`"))
                .hint("push another tag, or ask the operator of the registry to change the setting `tags`")
        };
        violation.detail("tag", tag).detail("pattern", pattern.to_string()).into()
    }
}

flavor!(ForbidTags, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
