//! Refuses tags that are not a version: a semantic one, or one of the calendar.

mod calendar;
mod settings;
mod version;

use pushgate_flavor::{Flavor, Push, Refusal, Violation, Violations, deny, flavor};

use crate::settings::{Prefix, Settings};
use crate::version::{Parts, Version};

struct SemverTags;

impl Flavor for SemverTags {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        settings.check().map_err(Refusal::misconfigured)?;
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
        let (text, prefix) = self.without_prefix(tag);
        let version = match self.version(self.without_suffixes(text)) {
            Ok(version) => version,
            Err(reason) => return vec![self.no_version(tag, &reason)],
        };
        let mut violations: Vec<Violation> = prefix.into_iter().collect();
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

    /// The version in a tag, and what is wrong with what stands before it.
    fn without_prefix<'a>(&self, tag: &'a str) -> (&'a str, Option<Violation>) {
        let bare = tag.strip_prefix('v').unwrap_or(tag);
        let Prefix::Exactly(prefix) = &self.prefix else { return (bare, None) };
        match tag.strip_prefix(prefix.as_str()) {
            Some(text) if !prefix.is_empty() => (text, None),
            Some(_) if bare == tag => (tag, None),
            found => {
                let message = match found {
                    Some(_) => format!("the tag `{tag}` has a `v` before its version"),
                    None => format!("the tag `{tag}` has no `{prefix}` before its version"),
                };
                (bare, Some(deny("tag.prefix", message).hint(format!("push `{prefix}{bare}`"))))
            }
        }
    }

    /// The version without the suffixes that it ends with, the longest first: `1.4.2` of `1.4.2-bookworm-slim`. What stands between two dashes is a
    /// suffix or none: `alpine*` does not take the `-rc.1` of `1.4.2-alpine-rc.1`.
    fn without_suffixes<'a>(&self, mut text: &'a str) -> &'a str {
        let is_suffix = |text: &str| self.suffixes.iter().any(|pattern| pattern.matches_between_dashes(text));
        let without_one = |text: &'a str| {
            let mut dashes = text.match_indices('-');
            let version = dashes.find_map(|(place, dash)| text.get(place + dash.len()..).filter(|after| is_suffix(after)).map(|_| place));
            version.and_then(|place| text.get(..place))
        };
        while let Some(version) = without_one(text) {
            text = version;
        }
        text
    }

    /// Reads the version by the first of the forms that it has; the reason is that of the first.
    fn version(&self, text: &str) -> Result<Version, String> {
        let mut reason = None;
        for form in &self.versions {
            match form.version(text) {
                Ok(version) => return Ok(version),
                Err(problem) => reason = reason.or(Some(problem)),
            }
        }
        Err(reason.unwrap_or_default())
    }

    fn no_version(&self, tag: &str, reason: &str) -> Violation {
        let prefix = if let Prefix::Exactly(prefix) = &self.prefix { prefix.as_str() } else { "" };
        let calendar: Vec<String> = self.calendar().map(|form| format!("`{prefix}{form}`")).collect();
        let calendar = calendar.join(" or ");
        match (self.takes_semver(), calendar.is_empty()) {
            (true, true) => deny("tag.not-semver", format!("the tag `{tag}` is not a semantic version: {reason}"))
                .hint(format!("push MAJOR.MINOR.PATCH, for example `{prefix}1.4.2`; https://semver.org says what it means")),
            (true, false) => {
                deny("tag.not-semver", format!("the tag `{tag}` is neither a semantic version nor a calendar version {calendar}"))
                    .hint(format!("push MAJOR.MINOR.PATCH, for example `{prefix}1.4.2`, or {calendar}"))
            }
            (false, _) => deny("tag.not-calendar", format!("the tag `{tag}` is not a calendar version {calendar}: {reason}"))
                .hint(format!("push {calendar}; https://calver.org says what it means")),
        }
    }
}

flavor!(SemverTags, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
