//! Refuses images by their tags: `latest`, the tags that the settings forbid, or all that they do not allow.

use name_pattern::RepositoryPattern;
use pushgate_flavor::{Flavor, Push, Refusal, Violation, deny, flavor};
use serde::Deserialize;
use tag_pattern::TagPattern;

struct ForbidTags;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Without it `latest` is forbidden, unless `allowed` says which tags may be pushed.
    tags: Option<Vec<TagPattern>>,
    allowed: Option<Vec<TagPattern>>,
    #[serde(default)]
    exempt_repositories: Vec<RepositoryPattern>,
}

fn latest() -> Vec<TagPattern> {
    vec![TagPattern::exactly("latest")]
}

impl Flavor for ForbidTags {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        let forbidden = settings.forbidden();
        settings.check(&forbidden, push.registry_uri()).map_err(Refusal::misconfigured)?;
        if settings.exempt_repositories.iter().any(|pattern| pattern.matches(push.repository())) {
            return Ok(());
        }
        let Some(tag) = push.tag() else { return Ok(()) };
        let violation = match (forbidden.iter().find(|pattern| pattern.matches(tag)), &settings.allowed) {
            (Some(pattern), _) => is_forbidden(tag, pattern),
            (None, Some(allowed)) if !allowed.iter().any(|pattern| pattern.matches(tag)) => not_allowed(tag, allowed),
            _ => return Ok(()),
        };
        violation.detail("tag", tag).into()
    }
}

fn is_forbidden(tag: &str, pattern: &TagPattern) -> Violation {
    let violation = if tag == "latest" {
        deny("tag.latest", "the tag `latest` says nothing about what is in the image, and moves with the next push")
            .hint("push a tag that names the version, for example `1.4.2`")
    } else {
        deny("tag.forbidden", format!("the tag `{tag}` is forbidden by `{pattern}`"))
            .hint("push another tag, or ask the operator of the registry to change the setting `tags`")
    };
    violation.detail("pattern", pattern.to_string())
}

fn not_allowed(tag: &str, allowed: &[TagPattern]) -> Violation {
    let allowed = allowed.iter().map(|pattern| format!("`{pattern}`")).collect::<Vec<_>>().join(", ");
    deny("tag.not-allowed", format!("the tag `{tag}` is not allowed: allowed are {allowed}"))
        .hint("push one of these tags, or ask the operator of the registry to change the setting `allowed`")
}

impl Settings {
    fn forbidden(&self) -> Vec<TagPattern> {
        match (&self.tags, &self.allowed) {
            (Some(tags), _) => tags.clone(),
            (None, Some(_)) => Vec::new(),
            (None, None) => latest(),
        }
    }

    /// What makes no sense about them.
    fn check(&self, forbidden: &[TagPattern], uri: &str) -> Result<(), String> {
        if self.tags.as_ref().is_some_and(Vec::is_empty) {
            return Err("tags: no tag is forbidden by an empty list".to_owned());
        }
        if let Some(every) = forbidden.iter().find(|pattern| pattern.is_every()) {
            return Err(format!("tags: `{every}` forbids every tag, so that nothing can be pushed"));
        }
        if let Some(allowed) = &self.allowed {
            if allowed.is_empty() {
                return Err("allowed: an empty list allows no tag, so that nothing can be pushed".to_owned());
            }
            if let Some(every) = allowed.iter().find(|pattern| pattern.is_every()) {
                return Err(format!("allowed: `{every}` allows every tag; leave the setting out"));
            }
            let contradiction = |allowed: &TagPattern| forbidden.iter().find(|forbidden| forbidden.covers(allowed));
            if let Some((allowed, forbidden)) = allowed.iter().find_map(|allowed| Some((allowed, contradiction(allowed)?))) {
                return Err(format!("`tags` and `allowed`: `{allowed}` is allowed, and `{forbidden}` forbids it"));
            }
        }
        let path = uri.split_once('/').map_or("", |(_, path)| path);
        if let Some(every) = self.exempt_repositories.iter().find(|pattern| pattern.matches_all_below(path)) {
            return Err(format!(
                "exempt_repositories: `{every}` exempts every repository of the registry `{uri}`, so that no tag is refused"
            ));
        }
        match self.exempt_repositories.iter().find(|pattern| !pattern.can_match_below(path)) {
            Some(pattern) => Err(format!(
                "exempt_repositories: `{pattern}` matches no repository below the registry's URI `{uri}`: give the whole path, as in `{path}/*`"
            )),
            None => Ok(()),
        }
    }
}

flavor!(ForbidTags, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
