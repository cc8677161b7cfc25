//! Refuses images whose name GitHub's container registry does not take, or whose owner is not allowed.

use hosted_registry::{Form, Part, is_segment, not_of_service, only};
use pushgate_flavor::{Flavor, Push, Refusal, flavor};
use serde::Deserialize;

struct GitHub;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    owners: Option<Vec<String>>,
}

const OWNER: Part = Part {
    name: "owner",
    is_valid: is_owner,
    rule: "owners of at most 39 lowercase letters, digits and single `-`, and managed users with `_` and the short code of 3 to 8 letters and digits",
};
const FORM: Form = Form {
    service: "GitHub's container registry",
    example: "ghcr.io/OWNER/IMAGE",
    parts: &[OWNER, Part { name: "image", is_valid: is_segment, rule: "any name" }],
    nested: true,
};

/// Letters, digits and single dashes between them, at most 39. An enterprise that manages its users puts `_` and its short code of 3 to 8
/// letters and digits behind their names, and calls the first `SHORTCODE_admin`:
/// <https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication>.
/// No other name has a `_`.
fn is_owner(text: &str) -> bool {
    let (login, code) = text.rsplit_once('_').map_or((text, None), |(login, code)| (login, Some(code)));
    let is_login = only(login, b"-") && is_segment(login) && !login.contains("--");
    is_login && text.len() <= 39 && code.is_none_or(|code| (3..=8).contains(&code.len()) && only(code, b""))
}

/// `ghcr.io`, or `containers.HOST` of a GitHub Enterprise Server with subdomain isolation or of GHE.com:
/// <https://docs.github.com/en/packages/working-with-a-github-packages-registry/working-with-the-container-registry>,
/// <https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom>.
fn is_registry(host: &str) -> bool {
    host == "ghcr.io" || host.strip_prefix("containers.").is_some_and(|enterprise| enterprise.contains('.'))
}

impl Flavor for GitHub {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { owners }: Settings) -> Result<(), Refusal> {
        if !is_registry(push.registry()) {
            return Err(not_of_service(push, FORM.service, "`ghcr.io` and `containers.HOST` of GitHub Enterprise"));
        }
        // GitHub does not tell owners apart by case, and an image's name is in lower case.
        let owners = owners.map(|names| names.iter().map(|name| name.to_ascii_lowercase()).collect());
        FORM.check(push, &OWNER, "owners", owners)
    }
}

flavor!(GitHub, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
