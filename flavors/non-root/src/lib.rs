//! Refuses images whose process would run as root, or might.

mod rule;
mod user;

use pushgate_flavor::{ConfigError, Flavor, Image, Push, Refusal, Violation, Violations, deny, flavor};
use serde::Deserialize;

use crate::rule::{Rule, Settings};
use crate::user::{Identity, Problem};

struct NonRoot;

/// The members of an image config that are looked at.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    config: Execution,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Execution {
    #[serde(default)]
    user: String,
}

impl Flavor for NonRoot {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        let rule = Rule::new(settings).map_err(Refusal::misconfigured)?;
        let mut violations = Violations::new();
        for image in push.images()? {
            violations.extend(rule.violation(&image)?);
        }
        violations.into()
    }
}

impl Rule {
    /// What is wrong with the user of this image, if anything.
    fn violation(&self, image: &Image) -> Result<Option<Violation>, ConfigError> {
        let config: Config = image.parse_config()?;
        let (platform, text) = (image.platform(), config.config.user.as_str());
        // What the image calls its system may be spelled anyhow, and Windows is asked by its own rule.
        let is_windows = platform.split('/').next().is_some_and(|os| os.eq_ignore_ascii_case("windows"));
        let violation = match if is_windows { user::windows(text) } else { user::unix(text) } {
            Ok(identity) => {
                self.refuse(&identity, platform, text).or_else(|| if is_windows { None } else { self.refuse_group(platform, text) })
            }
            Err(_) if is_windows => Some(refuse_windows_problem(platform, text)),
            Err(problem) => Some(refuse_problem(&problem, platform, text)),
        };
        Ok(violation.map(|violation| violation.detail("platform", platform).detail("user", text)))
    }

    fn refuse(&self, identity: &Identity, platform: &str, text: &str) -> Option<Violation> {
        match *identity {
            Identity::Root if text.is_empty() => Some(
                deny("user.root", format!("the image for {platform} sets no user, so it runs as root"))
                    .hint("set one at the end of the Dockerfile, for example `USER 65532:65532`"),
            ),
            Identity::Root => Some(
                deny("user.root", format!("the image for {platform} runs as root: its user is `{text}`"))
                    .hint("set another at the end of the Dockerfile, for example `USER 65532:65532`"),
            ),
            Identity::WindowsDefault => Some(
                deny(
                    "user.root",
                    format!("the image for {platform} sets no user, so its base image decides, and that may be ContainerAdministrator"),
                )
                .hint("set it at the end of the Dockerfile: `USER ContainerUser`"),
            ),
            Identity::Administrator => Some(
                deny("user.root", format!("the image for {platform} runs as an administrator: its user is `{text}`"))
                    .hint("set another at the end of the Dockerfile: `USER ContainerUser`"),
            ),
            Identity::Number(id) if id < self.min_uid => Some(
                deny("user.too-low", format!("the user `{text}` of the image for {platform} is below {}", self.min_uid))
                    .hint(format!("take a user ID of {} or more", self.min_uid))
                    .detail("least", self.min_uid.to_string()),
            ),
            Identity::Number(id) => self.refuse_number(id, platform, text),
            Identity::Name | Identity::WindowsName => self.refuse_name(identity, platform, text),
        }
    }

    fn refuse_number(&self, id: u32, platform: &str, text: &str) -> Option<Violation> {
        let uids = self.uids.as_ref().filter(|uids| !uids.iter().any(|range| range.contains(id)))?;
        let uids = uids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let violation = deny(
            "user.not-allowed",
            format!("the user `{text}` of the image for {platform} is none of the user IDs that are accepted: {uids}"),
        );
        Some(violation.hint("take one of these user IDs").detail("allowed", uids))
    }

    fn refuse_name(&self, identity: &Identity, platform: &str, text: &str) -> Option<Violation> {
        let is_windows = *identity == Identity::WindowsName;
        // Before an account of Windows its domain may stand, and after another user its group.
        let user = if is_windows {
            text.rsplit_once('\\').map_or(text, |(_, user)| user)
        } else {
            text.split_once(':').map_or(text, |(user, _)| user)
        };
        match &self.names {
            // Windows compares names without case.
            Some(names) if names.iter().any(|name| name == user || (is_windows && name.eq_ignore_ascii_case(user))) => None,
            Some(names) => {
                let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let violation = deny(
                    "user.name",
                    format!("the user `{text}` of the image for {platform} is none of the names that are accepted: {names}"),
                );
                Some(violation.hint("take one of these users, or a number").detail("allowed", names))
            }
            None if self.numeric && !is_windows => Some(
                deny(
                    "user.name",
                    format!(
                        "the user `{text}` of the image for {platform} is a name, and which user ID that is only the image's files say"
                    ),
                )
                .hint("set the number instead, for example `USER 65532:65532`: Kubernetes' runAsNonRoot asks for it too"),
            ),
            None => None,
        }
    }

    fn refuse_group(&self, platform: &str, text: &str) -> Option<Violation> {
        if !self.limits_groups() {
            return None;
        }
        let message = match user::group(text) {
            Some((group, identity)) if self.accepts_group(group, &identity) => return None,
            Some((group, _)) => {
                format!("the group `{group}` of the image for {platform} is none of those that are accepted: {}", self.groups_in_words())
            }
            None => format!("the user `{text}` of the image for {platform} has no group, so the image's files decide which one it is"),
        };
        let violation = deny("user.group", message).hint("set both, for example `USER 65532:65532`");
        Some(violation.detail("allowed", self.groups_in_words()))
    }
}

fn refuse_problem(problem: &Problem, platform: &str, text: &str) -> Violation {
    match problem {
        Problem::OutOfRange => {
            deny("user.out-of-range", format!("the user or group `{text}` of the image for {platform} is larger than {}", user::LARGEST))
                .hint("take a smaller one: some versions of containerd count it modulo 2^32, which may be root (CVE-2024-40635)")
        }
        Problem::Malformed => deny(
            "user.malformed",
            format!("the user `{text}` of the image for {platform} is neither a number nor a name, and may be root somewhere"),
        )
        .hint("write USER, USER:GROUP, or both as numbers, without signs, spaces or anything else"),
    }
}

/// Windows knows neither numbers nor groups here.
fn refuse_windows_problem(platform: &str, text: &str) -> Violation {
    deny(
        "user.malformed",
        format!("the user `{text}` of the image for {platform} is not the name of a Windows account, and may be an administrator"),
    )
    .hint("Windows has no user IDs and no groups in USER: set an account by its name, for example `USER ContainerUser`")
}

flavor!(NonRoot, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
