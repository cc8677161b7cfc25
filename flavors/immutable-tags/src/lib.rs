//! Refuses to push a tag that the registry has already, but for those that may move.

use pushgate_flavor::{Flavor, Push, Refusal, deny, flavor, registry};
use serde::Deserialize;
use tag_pattern::TagPattern;

struct ImmutableTags;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default = "every_tag")]
    tags: Vec<TagPattern>,
    #[serde(default)]
    except: Vec<TagPattern>,
}

fn every_tag() -> Vec<TagPattern> {
    vec![TagPattern::every()]
}

impl Flavor for ImmutableTags {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        settings.check().map_err(Refusal::misconfigured)?;
        let Some(tag) = push.tag() else { return Ok(()) };
        let Some(pattern) = settings.immutable(tag) else { return Ok(()) };
        let Some(digest) = registry::manifest_digest(push.repository(), tag)? else { return Ok(()) };
        // A source that cannot be read is one of a check, whose answer is that of a source that cannot tell.
        let pushed = push.digest().ok().flatten();
        if pushed.as_ref() == Some(&digest) {
            return Ok(());
        }
        let violation = deny("tag.exists", format!("the tag `{tag}` of `{}` exists already, and may not move", push.repository()))
            .detail("tag", tag)
            .detail("pattern", pattern.to_string())
            .detail("digest", digest);
        match pushed {
            Some(pushed) => violation.hint("push a new tag; what the registry has stays as it is").detail("pushed", pushed),
            None => violation.hint(
                "push a new tag; what the registry has stays as it is. Whether this is the same image is known before the push only of an OCI layout or archive (`--from oci:DIR`)",
            ),
        }
        .into()
    }
}

impl Settings {
    /// What makes no sense about them.
    fn check(&self) -> Result<(), String> {
        if self.tags.is_empty() {
            return Err("tags: no tag is immutable by an empty list".to_owned());
        }
        if let Some(every) = self.except.iter().find(|pattern| pattern.is_every()) {
            return Err(format!("`tags` and `except`: by `{every}` every tag may move, and none is immutable"));
        }
        let moves = |pattern: &TagPattern| self.except.iter().find(|except| except.covers(pattern));
        match self.tags.iter().find_map(|pattern| Some((pattern, moves(pattern)?))) {
            Some((pattern, except)) => Err(format!("`tags` and `except`: `{pattern}` is immutable, and by `{except}` it may move")),
            None => Ok(()),
        }
    }

    /// The pattern by which this tag may not move, if it may not.
    fn immutable(&self, tag: &str) -> Option<&TagPattern> {
        let may_move = self.except.iter().any(|pattern| pattern.matches(tag));
        self.tags.iter().find(|pattern| !may_move && pattern.matches(tag))
    }
}

flavor!(ImmutableTags, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
