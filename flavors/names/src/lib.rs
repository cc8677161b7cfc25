//! Refuses images whose repository and tag are not as the settings name them.

use name_pattern::ImagePattern;
use pushgate_flavor::{Flavor, Push, Refusal, Violation, Violations, deny, flavor};
use serde::Deserialize;

struct Names;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    allowed: Option<Vec<ImagePattern>>,
    forbidden: Option<Vec<ImagePattern>>,
}

impl Flavor for Names {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        settings.check(push).map_err(Refusal::misconfigured)?;
        let matches = |pattern: &&ImagePattern| pattern.matches(push.repository(), push.tag());
        let mut violations = Violations::new();
        violations.extend(settings.forbidden.iter().flatten().find(matches).map(|pattern| is_forbidden(push, pattern)));
        if let Some(allowed) = settings.allowed.as_ref().filter(|allowed| !allowed.iter().any(|pattern| matches(&pattern))) {
            violations.push(not_allowed(push, allowed));
        }
        violations.into()
    }
}

/// What is compared: the repository with its tag.
fn name(push: &Push) -> String {
    match push.tag() {
        Some(tag) => format!("{}:{tag}", push.repository()),
        None => push.repository().to_owned(),
    }
}

fn is_forbidden(push: &Push, pattern: &ImagePattern) -> Violation {
    deny("name.forbidden", format!("the name `{}` is forbidden by `{pattern}`", name(push)))
        .hint("push under another name, or ask the operator of the registry to change the setting `forbidden`")
        .detail("name", name(push))
        .detail("pattern", pattern.to_string())
}

fn not_allowed(push: &Push, allowed: &[ImagePattern]) -> Violation {
    let allowed = allowed.iter().map(|pattern| format!("`{pattern}`")).collect::<Vec<_>>().join(", ");
    deny("name.not-allowed", format!("the name `{}` is none of those that are allowed: {allowed}", name(push)))
        .hint("push under one of these names, or ask the operator of the registry to change the setting `allowed`")
        .detail("name", name(push))
}

impl Settings {
    /// What makes no sense about them, for the registry of this push.
    fn check(&self, push: &Push) -> Result<(), String> {
        if self.allowed.is_none() && self.forbidden.is_none() {
            return Err("`allowed` or `forbidden`: one of them has to be set".to_owned());
        }
        let path = push.registry_uri().split_once('/').map_or("", |(_, path)| path);
        for (setting, patterns) in [("allowed", &self.allowed), ("forbidden", &self.forbidden)] {
            let Some(patterns) = patterns else { continue };
            if patterns.is_empty() {
                let what =
                    if setting == "allowed" { "allows no name, so that nothing can be pushed" } else { "forbids nothing; leave it out" };
                return Err(format!("{setting}: an empty list {what}"));
            }
            for pattern in patterns {
                check_pattern(setting, pattern, push, path)?;
                if !pattern.repository().can_match_below(path) {
                    return Err(format!(
                        "{setting}: `{pattern}` matches no repository below the registry's URI `{}`: give the whole path, as in `{path}/*`",
                        push.registry_uri()
                    ));
                }
            }
        }
        Ok(())
    }
}

fn check_pattern(setting: &str, pattern: &ImagePattern, push: &Push, path: &str) -> Result<(), String> {
    let text = pattern.to_string();
    if let Some(rest) = text.strip_prefix(push.registry()).and_then(|rest| rest.strip_prefix('/')) {
        return Err(format!("{setting}: `{text}` begins with the registry's host, which no repository does: give `{rest}`"));
    }
    if !pattern.matches_all_below(path) {
        return Ok(());
    }
    Err(match setting {
        "allowed" => format!("allowed: `{text}` allows every name{}; leave the setting out", inside(path, push)),
        _ => format!("forbidden: `{text}` forbids every name{}, so that nothing can be pushed", inside(path, push)),
    })
}

/// Where a pattern takes every name, if not everywhere.
fn inside(path: &str, push: &Push) -> String {
    if path.is_empty() { String::new() } else { format!(" below the registry's URI `{}`", push.registry_uri()) }
}

flavor!(Names, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
