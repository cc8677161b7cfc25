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
    Unknown(Violation),
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
            return Err(Refusal::Misconfigured(format!("max_days: {problem}")));
        }
        let now = i64::try_from(push.requested_at()).unwrap_or(i64::MAX);
        let mut violations = Violations::new();
        for image in push.images()? {
            match problem(&image, now, max_days)? {
                Some(Problem::Unknown(violation)) if unknown == Unknown::Warn => log::warn(&violation.message),
                Some(Problem::Known(violation) | Problem::Unknown(violation)) => violations.push(violation),
                None => {}
            }
        }
        violations.into()
    }
}

fn problem(image: &Image, now: i64, max_days: u32) -> Result<Option<Problem>, ConfigError> {
    let created = image.parse_config::<Config>()?.created.unwrap_or_default();
    let platform = image.platform();
    let with_facts = |violation: Violation| violation.detail("platform", platform).detail("created", &created);
    let unknown = |message: String| Ok(Some(Problem::Unknown(with_facts(deny("created.unknown", message).hint(UNKNOWN_HINT)))));
    if created.is_empty() {
        return unknown(format!("the image for {platform} does not say when it was created"));
    }
    let Ok(date) = OffsetDateTime::parse(&created, &Rfc3339) else {
        return unknown(format!("the image for {platform} was created at `{created}`, which is no date and time"));
    };
    let date = date.unix_timestamp();
    if date < FIRST_REAL_DATE {
        return unknown(format!("the image for {platform} was created at `{created}`, as builds have it that are the same each time"));
    }
    let age = now.saturating_sub(date);
    let violation = if age < -SKEW {
        deny("created.future", format!("the image for {platform} was created at `{created}`, after this push"))
            .hint("set the clock of the machine that builds; the date is the `created` of the image's config")
    } else if age > i64::from(max_days) * DAY {
        let days = age / DAY;
        deny(
            "created.too-old",
            format!("the image for {platform} was created at `{created}`, {days} days before this push, and {max_days} are allowed"),
        )
        .hint("build it again, from a base image of today (`docker build --pull --no-cache`)")
        .detail("days", days.to_string())
    } else {
        return Ok(None);
    };
    Ok(Some(Problem::Known(with_facts(violation))))
}

const UNKNOWN_HINT: &str = "have the build set the date: for reproducible builds SOURCE_DATE_EPOCH, for example to the time of the commit";

flavor!(Fresh, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
