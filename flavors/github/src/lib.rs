//! Refuses images whose name GitHub's container registry does not take, or whose owner is not allowed.

use hosted_registry::{Form, Part, listed, not_allowed, not_of_service, only, segments, uri_path};
use pushgate_flavor::{Flavor, Push, Refusal, flavor};
use serde::Deserialize;

struct GitHub;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    owners: Option<Vec<String>>,
}

/// Users that an enterprise manages have a `_` before its short code.
const FORM: Form = Form {
    service: "GitHub's container registry",
    example: "ghcr.io/OWNER/IMAGE",
    parts: &[
        Part {
            name: "owner",
            is_valid: |text| text.len() <= 39 && only(text, b"-_") && !text.contains("--"),
            rule: "owners of at most 39 lowercase letters, digits, single `-`, and `_`",
        },
        Part { name: "image", is_valid: |_| true, rule: "any name" },
    ],
    nested: true,
};

/// `ghcr.io`, or `containers.HOST` of GitHub Enterprise.
fn is_registry(host: &str) -> bool {
    host == "ghcr.io" || host.strip_prefix("containers.").is_some_and(|enterprise| enterprise.contains('.'))
}

impl Flavor for GitHub {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { owners }: Settings) -> Result<(), Refusal> {
        let owners = listed("owners", owners)?;
        if !is_registry(push.registry()) {
            return Err(not_of_service(push, FORM.service, "`ghcr.io` and `containers.HOST` of GitHub Enterprise"));
        }
        let image = segments(push.repository());
        FORM.check(push, &uri_path(push), &image)?;
        let owner = image.first().map_or("", String::as_str);
        not_allowed("owner", "owners", &owners, owner).map_or(Ok(()), Into::into)
    }
}

flavor!(GitHub, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
