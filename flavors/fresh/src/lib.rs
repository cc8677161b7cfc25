//! Refuses images that were created too long ago.

use pushgate_flavor::{ConfigError, Flavor, Image, Push, Refusal, Violation, Violations, deny, flavor, log};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

struct Fresh;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    max_days: u32,
    #[serde(default)]
    unknown: Unknown,
}

/// What happens to an image that does not say when it was created.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unknown {
    /// It could be old, so it is refused.
    #[default]
    Refuse,
    /// The person who pushes is told.
    Warn,
}

/// The member of an image config that is looked at.
#[derive(Deserialize)]
struct Config {
    created: Option<String>,
}

const DAY: i64 = 24 * 60 * 60;
/// The most days that can be set: a hundred years.
const MOST_DAYS: u32 = 36_500;
/// How far the clocks of two machines may differ, in seconds.
const SKEW: i64 = 60 * 60;
/// The first second of 1980-01-02. Reproducible builds set a date before it: Go's zero time, 1970-01-01, or 1980-01-01T00:00:01Z as Buildpacks do.
const FIRST_REAL_DATE: i64 = 315_619_200;

/// What is wrong with the date of an image.
enum Problem {
    Known(Violation),
    /// In words. It is a refusal only where the settings want it to be one.
    Unknown(String),
}

/// The member of the config, empty where it is not there.
fn created(image: &Image) -> Result<String, ConfigError> {
    Ok(image.parse_config::<Config>()?.created.unwrap_or_default())
}

impl Flavor for Fresh {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        let Settings { max_days, unknown } = settings;
        if max_days == 0 || max_days > MOST_DAYS {
            let problem = if max_days == 0 {
                "no image is created after it is pushed: give at least 1".to_owned()
            } else {
                format!("give at most {MOST_DAYS}")
            };
            return Err(Refusal::misconfigured(format!("max_days: {problem}")));
        }
        let now = i64::try_from(push.requested_at()).unwrap_or(i64::MAX);
        let mut violations = Violations::new();
        for image in push.images()? {
            let created = created(&image)?;
            let violation = match problem(image.platform(), &created, now, max_days) {
                Some(Problem::Unknown(message)) if unknown == Unknown::Warn => {
                    log::warn(&message);
                    continue;
                }
                Some(Problem::Unknown(message)) => deny("created.unknown", message).hint(UNKNOWN_HINT),
                Some(Problem::Known(violation)) => violation,
                None => continue,
            };
            violations.push(violation.detail("platform", image.platform()).detail("created", created));
        }
        violations.into()
    }
}

fn problem(platform: &str, created: &str, now: i64, max_days: u32) -> Option<Problem> {
    if created.is_empty() {
        return Some(Problem::Unknown(format!("the image for {platform} does not say when it was created")));
    }
    let Ok(date) = OffsetDateTime::parse(created, &Rfc3339) else {
        return Some(Problem::Unknown(format!("the image for {platform} was created at `{created}`, which is no date and time")));
    };
    let date = date.unix_timestamp();
    if date < FIRST_REAL_DATE {
        let message = format!("the image for {platform} was created at `{created}`, as builds have it that are the same each time");
        return Some(Problem::Unknown(message));
    }
    let age = now.saturating_sub(date);
    if age < -SKEW {
        let violation = deny("created.future", format!("the image for {platform} was created at `{created}`, after this push"));
        return Some(Problem::Known(
            violation.hint("set the clock of the machine that builds; the date is the `created` of the image's config"),
        ));
    }
    (age > i64::from(max_days) * DAY).then(|| {
        let days = age / DAY;
        let message =
            format!("the image for {platform} was created at `{created}`, {days} days before this push, and {max_days} are allowed");
        let violation = deny("created.too-old", message);
        let hint = "build it again, from a base image of today (`docker build --pull --no-cache`)";
        Problem::Known(violation.hint(hint).detail("days", days.to_string()))
    })
}

const UNKNOWN_HINT: &str = "have the build set the date: for reproducible builds SOURCE_DATE_EPOCH, for example to the time of the commit";

flavor!(Fresh, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
