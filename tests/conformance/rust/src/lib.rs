//! The conformance flavor: see `tests/conformance/README.md`.

mod questions;
mod report;

use std::collections::BTreeMap;

use pushgate_flavor::{Flavor, InspectError, Push, Refusal, Violation, Violations, deny, flavor, log};
use serde::Deserialize;

struct Hook;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    log: bool,
    warn: Option<String>,
    refuse: Option<Refused>,
    #[serde(default)]
    report: bool,
    #[serde(default)]
    labels: Vec<String>,
    registry: Option<AskRegistry>,
    http: Option<AskServer>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Refused {
    Misconfigured,
    Unavailable,
    Other,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskRegistry {
    repository: Option<String>,
    tag: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskServer {
    method: Option<String>,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
}

impl Flavor for Hook {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        if settings.log {
            log::trace("trace");
            log::debug("debug");
            log::info("info");
            log::warn("warn");
            log::error("error");
        }
        if let Some(warning) = &settings.warn {
            log::warn(warning);
        }
        if let Some(refused) = settings.refuse {
            let message = "as the settings ask";
            return Err(match refused {
                Refused::Misconfigured => Refusal::misconfigured(message),
                Refused::Unavailable => Refusal::unavailable(message),
                Refused::Other => Refusal::other(message),
            });
        }
        let mut violations = Violations::new();
        if settings.report {
            violations.push(report::report(push)?);
        }
        violations.extend(missing_labels(push, &settings.labels)?);
        if let Some(asked) = settings.registry {
            violations.push(questions::ask_registry(push, asked));
        }
        if let Some(asked) = settings.http {
            violations.push(questions::ask_server(asked));
        }
        violations.into()
    }
}

fn missing_labels(push: &Push, labels: &[String]) -> Result<Vec<Violation>, Refusal> {
    if labels.is_empty() {
        return Ok(Vec::new());
    }
    let unavailable = |error| Refusal::unavailable(format!("the images could not be looked at: {}", inspect_error(&error)));
    let mut violations = Vec::new();
    for image in push.images().map_err(unavailable)? {
        for label in labels.iter().filter(|label| image.label(label).is_none_or(str::is_empty)) {
            let violation = deny("label.missing", format!("the image for {} has no label `{label}`", image.platform()));
            violations.push(violation.hint(format!("add it: LABEL {label}=...")).detail("platform", image.platform()).detail("label", label));
        }
    }
    Ok(violations)
}

/// The error's case, and its text.
fn inspect_error(error: &InspectError) -> String {
    match error {
        InspectError::NotFound => "not-found".to_owned(),
        InspectError::NotAnImage(artifact_type) => format!("not-an-image: {artifact_type}"),
        InspectError::Unavailable(reason) => format!("unavailable: {reason}"),
        InspectError::Other(reason) => format!("other: {reason}"),
        _ => "unknown".to_owned(),
    }
}

flavor!(Hook, settings_schema = include_str!("../settings.schema.json"));
