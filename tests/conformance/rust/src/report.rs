//! What the flavor sees.

use std::collections::BTreeMap;

use pushgate_flavor::{ImageConfig, Push, Refusal, Violation, deny};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The names of the settings, whatever they are.
#[derive(Deserialize)]
struct Names(BTreeMap<String, IgnoredAny>);

pub(crate) fn report(push: &Push) -> Result<Violation, Refusal> {
    let Names(settings) = serde_json::from_str(push.settings()).map_err(|error| Refusal::other(error.to_string()))?;
    let mut violation = deny("report", "what the flavor sees")
        .detail("reference", push.reference())
        .detail("registry", push.registry())
        .detail("repository", push.repository())
        .detail("tag", push.tag().unwrap_or("none"))
        .detail("registry-uri", push.registry_uri())
        .detail("settings", settings.into_keys().collect::<Vec<_>>().join(","))
        .detail("requested-at", push.requested_at().to_string())
        .detail("dry-run", push.dry_run().to_string())
        .detail("digest", push.digest().map_or_else(|error| crate::inspect_error(&error), |digest| digest.unwrap_or_else(|| "unknown".to_owned())));
    let images = match push.images() {
        Ok(images) => images,
        Err(error) => return Ok(violation.detail("images", crate::inspect_error(&error))),
    };
    violation = violation.detail("images", images.len().to_string());
    for (number, image) in images.iter().enumerate() {
        let config: ImageConfig = image.parse_config()?;
        let command: Vec<&str> = config.config.entrypoint.iter().chain(&config.config.cmd).map(String::as_str).collect();
        let ports: Vec<&str> = config.config.exposed_ports.iter().map(String::as_str).collect();
        for (name, value) in [
            ("platform", image.platform().to_owned()),
            ("labels", pairs(image.labels())),
            ("architecture", config.architecture),
            ("os", config.os),
            ("user", config.config.user),
            ("environment", config.config.env.join(";")),
            ("command", command.join(" ")),
            ("ports", ports.join(";")),
            ("layers", config.rootfs.diff_ids.len().to_string()),
            ("compressed-size", size(image.compressed_size())),
            ("uncompressed-size", size(image.uncompressed_size())),
            ("annotations", pairs(image.annotations())),
        ] {
            violation = violation.detail(format!("image.{number}.{name}"), value);
        }
    }
    Ok(violation)
}

fn pairs(pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(";")
}

fn size(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "unknown".to_owned(), |bytes| bytes.to_string())
}
