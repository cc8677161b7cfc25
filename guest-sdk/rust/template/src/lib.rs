//! Says which images may be pushed.

{% if http %}
use pushgate_flavor::http::Request;
{% endif %}
{% if registry %}
use pushgate_flavor::registry::manifest_digest;
{% endif %}
{% if settings %}
use pushgate_flavor::{Flavor, Push, Refusal, deny, flavor};
use serde::Deserialize;
{% else %}
use pushgate_flavor::{Flavor, NoSettings, Push, Refusal, deny, flavor};
{% endif %}

struct Hook;
{% if settings %}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Tags that nobody may push.
    #[serde(default = "latest")]
    tags: Vec<String>,
}

fn latest() -> Vec<String> {
    vec!["latest".to_owned()]
}
{% endif %}

impl Flavor for Hook {
{% if settings %}
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        let Some(tag) = push.tag() else { return Ok(()) };
        if settings.tags.iter().any(|forbidden| forbidden == tag) {
            return deny("tag.forbidden", format!("the tag `{tag}` is forbidden")).hint("push a tag that names the version").detail("tag", tag).into();
        }
{% else %}
    type Settings = NoSettings;

    fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
        let Some(tag) = push.tag() else { return Ok(()) };
        if tag == "latest" {
            return deny("tag.forbidden", "the tag `latest` is forbidden").hint("push a tag that names the version").detail("tag", tag).into();
        }
{% endif %}
{% if registry %}
        if let Some(digest) = manifest_digest(push.repository(), tag)? {
            return deny("tag.exists", format!("the tag `{tag}` exists already")).hint("push a new tag").detail("digest", digest).into();
        }
{% endif %}
{% if http %}
        let unavailable = |reason: String| Refusal::unavailable(format!("the status page {reason}"));
        let page = Request::get("https://status.example.com/freeze").send();
        let page = page.map_err(|error| unavailable(format!("could not be asked: {error}")))?;
        if page.status != 200 {
            return Err(unavailable(format!("answered {}", page.status)));
        }
        if page.text() == Some("frozen") {
            return deny("push.frozen", "pushes are frozen").hint("try again when the freeze is over").into();
        }
{% endif %}
        Ok(())
    }
}

{% if settings %}
flavor!(Hook, settings_schema = include_str!("../settings.schema.json"));
{% else %}
flavor!(Hook);
{% endif %}

#[cfg(test)]
mod tests {
    use pushgate_flavor::testing::TestPush;

    use super::*;

    fn ask(tag: &str) -> Result<(), Refusal> {
        let push = TestPush::new("registry.example.com", "team/app").tag(tag);
{% if registry %}
        let push = push.manifest_digest("team/app", tag, Ok(None));
{% endif %}
{% if http %}
        let open = pushgate_flavor::http::Response { status: 200, ..Default::default() };
        let push = push.response("GET", "https://status.example.com/freeze", Ok(open));
{% endif %}
        push.ask::<Hook>()
    }

    #[test]
    fn latest_is_forbidden_and_a_version_is_not() {
        assert!(matches!(ask("latest"), Err(Refusal::Denied(_))));
        assert_eq!(ask("1.4.2"), Ok(()));
    }
}
