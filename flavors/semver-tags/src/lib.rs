//! Refuses tags that are not a semantic version.

mod version;

use pushgate_flavor::{Flavor, Push, Refusal, Violation, Violations, deny, flavor};
use serde::Deserialize;
use tag_pattern::TagPattern;

use crate::version::{Parts, Version};

struct SemverTags;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    prefix: Prefix,
    prereleases: bool,
    partial: bool,
    build: bool,
    except: Vec<TagPattern>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { prefix: Prefix::Optional, prereleases: true, partial: false, build: false, except: Vec::new() }
    }
}

/// Whether a `v` stands before the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Prefix {
    #[serde(rename = "v")]
    Required,
    #[serde(rename = "")]
    None,
    #[serde(rename = "optional")]
    Optional,
}

impl Flavor for SemverTags {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        if let Some(every) = settings.except.iter().find(|pattern| pattern.is_every()) {
            return Err(Refusal::Misconfigured(format!("except: by `{every}` no tag has to be a version")));
        }
        let Some(tag) = push.tag() else { return Ok(()) };
        if settings.except.iter().any(|pattern| pattern.matches(tag)) {
            return Ok(());
        }
        settings.violations(tag).into_iter().map(|violation| violation.detail("tag", tag)).collect::<Violations>().into()
    }
}

impl Settings {
    /// All that is wrong with a tag.
    fn violations(&self, tag: &str) -> Vec<Violation> {
        let (has_prefix, text) = match tag.strip_prefix('v') {
            Some(text) => (true, text),
            None => (false, tag),
        };
        let version = match Version::parse(text) {
            Ok(version) => version,
            Err(reason) => {
                return vec![deny("tag.not-semver", format!("the tag `{tag}` is not a semantic version: {reason}")).hint(format!(
                    "push MAJOR.MINOR.PATCH, for example `{}1.4.2`; https://semver.org says what it means",
                    if self.prefix == Prefix::Required { "v" } else { "" }
                ))];
            }
        };
        let mut violations = Vec::new();
        match self.prefix {
            Prefix::Required if !has_prefix => {
                violations
                    .push(deny("tag.prefix", format!("the tag `{tag}` has no `v` before its version")).hint(format!("push `v{tag}`")));
            }
            Prefix::None if has_prefix => {
                violations.push(deny("tag.prefix", format!("the tag `{tag}` has a `v` before its version")).hint(format!("push `{text}`")));
            }
            _ => {}
        }
        if version.parts != Parts::Three && !self.partial {
            violations.push(
                deny("tag.partial", format!("the tag `{tag}` leaves out a part of the version, and moves with every release"))
                    .hint("push MAJOR.MINOR.PATCH, with all three numbers"),
            );
        }
        if version.prerelease && !self.prereleases {
            violations.push(
                deny("tag.prerelease", format!("the tag `{tag}` is a pre-release"))
                    .hint("push a release, or push this one to a registry that takes pre-releases"),
            );
        }
        if version.build && !self.build {
            violations.push(
                deny("tag.build", format!("the tag `{tag}` has build metadata after `_`, which stands for `+` in a tag"))
                    .hint("leave it out: versions that differ in it alone are of the same precedence"),
            );
        }
        violations
    }
}

flavor!(SemverTags, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
