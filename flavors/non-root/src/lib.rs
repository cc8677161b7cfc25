//! Refuses images whose process would run as root, or might.

mod user;

use pushgate_flavor::{ConfigError, Flavor, Image, Push, Refusal, Violation, Violations, deny, flavor};
use serde::Deserialize;

use crate::user::{Identity, Problem};

struct NonRoot;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    numeric: Option<bool>,
    min_uid: Option<u32>,
}

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
        let rule = Rule::new(&settings).map_err(Refusal::Misconfigured)?;
        let mut violations = Violations::new();
        for image in push.images()? {
            violations.extend(rule.violation(&image)?);
        }
        violations.into()
    }
}

/// The settings, understood.
struct Rule {
    numeric: bool,
    min_uid: u32,
}

impl Rule {
    fn new(settings: &Settings) -> Result<Self, String> {
        match *settings {
            Settings { min_uid: Some(0), .. } => Err("min_uid: 0 is root".to_owned()),
            Settings { min_uid: Some(least), .. } if least > user::LARGEST => {
                Err(format!("min_uid: {least} is larger than every user ID that works everywhere, {}", user::LARGEST))
            }
            Settings { min_uid: Some(_), numeric: Some(false) } => {
                Err("`min_uid` and `numeric`: a user's name can't be compared with a least user ID, so it can't be allowed beside it"
                    .to_owned())
            }
            Settings { min_uid, numeric } => Ok(Self { numeric: numeric.unwrap_or(min_uid.is_some()), min_uid: min_uid.unwrap_or(1) }),
        }
    }

    /// What is wrong with the user of this image, if anything.
    fn violation(&self, image: &Image) -> Result<Option<Violation>, ConfigError> {
        let config: Config = image.parse_config()?;
        let (platform, text) = (image.platform(), config.config.user.as_str());
        // What the image calls its system may be spelled anyhow, and Windows is asked by its own rule.
        let parsed = if platform.split('/').next().is_some_and(|os| os.eq_ignore_ascii_case("windows")) {
            user::windows(text)
        } else {
            user::unix(text)
        };
        let violation = match parsed {
            Ok(identity) => self.refuse(&identity, platform, text),
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
            Identity::Name if self.numeric => Some(
                deny(
                    "user.name",
                    format!(
                        "the user `{text}` of the image for {platform} is a name, and which user ID that is only the image's files say"
                    ),
                )
                .hint("set the number instead, for example `USER 65532:65532`: Kubernetes' runAsNonRoot asks for it too"),
            ),
            Identity::Number(_) | Identity::Name | Identity::WindowsName => None,
        }
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

flavor!(NonRoot, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
