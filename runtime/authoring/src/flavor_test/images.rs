//! The images of a case, as the host shows them to a hook: whatever the case says of them goes through the document that the host builds for a real
//! source.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pushgate_gate::decide::shown;
use pushgate_gate::settings;
use pushgate_oci::{ImageConfig, ParsePlatformError, Platform};
use pushgate_sandbox::Image;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::document;
use super::error::{CaseFault, ProjectError};
use super::members::{self, Written};
use super::values;

/// One of the tables `[[images]]`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ImageSection {
    platform: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "values::object")]
    config: Map<String, Value>,
    config_file: Option<PathBuf>,
    compressed_size: Option<u64>,
    uncompressed_size: Option<u64>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// What writes the config of an image into a file.
const WRITTEN_BY: &str = "`skopeo inspect --config docker://IMAGE`";

/// What an image is of that does not say it.
const PLATFORM: &str = "linux/amd64";

/// The images of the case in this file.
pub(super) fn build(case: &Path, sections: Vec<ImageSection>) -> Result<Vec<Image>, ProjectError> {
    let unusable = |index: usize, fault: Fault| match fault {
        Fault::Config((reason, hint)) => {
            ProjectError::Unusable { path: case.to_owned(), reason: format!("image {}: {reason}", index + 1), hint }
        }
        Fault::Platform(error) => ProjectError::Case { path: case.to_owned(), fault: CaseFault::Platform { image: index + 1, error } },
    };
    let mut images = Vec::new();
    for (index, section) in sections.into_iter().enumerate() {
        let file = match &section.config_file {
            Some(name) => Some(config_file(&case.with_file_name(name))?),
            None => None,
        };
        let (compressed_size, uncompressed_size, annotations) =
            (section.compressed_size, section.uncompressed_size, section.annotations.clone());
        let (platform, config) = described(section, file).map_err(|problem| unusable(index, problem))?;
        images.push(shown(&platform, &config, compressed_size, uncompressed_size, &annotations));
    }
    Ok(images)
}

fn config_file(path: &Path) -> Result<Map<String, Value>, ProjectError> {
    let unusable = |(reason, hint)| ProjectError::Unusable { path: path.to_owned(), reason, hint };
    match settings::parse_json(&document::text(path)?).map_err(|reason| unusable((reason, None)))? {
        Value::Object(object) => members::check(&object, Written::InFile).map_err(unusable).map(|()| object),
        _ => Err(unusable(("an image config is a JSON object".to_owned(), Some(format!("{WRITTEN_BY} writes one"))))),
    }
}

/// What is wrong with an image of a case.
enum Fault {
    /// Its config, and the remedy where there is one.
    Config((String, Option<String>)),
    /// Its platform.
    Platform(ParsePlatformError),
}

/// The platform and the config of an image: the least that one has, then what the file says, then what the case says, then the labels. A variant
/// that the config leaves out is that of the platform, as it is that of an index.
fn described(section: ImageSection, file: Option<Map<String, Value>>) -> Result<(Platform, ImageConfig), Fault> {
    members::check(&section.config, Written::InCase).map_err(Fault::Config)?;
    let asked = section.platform.as_deref().map(str::parse::<Platform>).transpose();
    let asked = asked.map_err(Fault::Platform)?;
    let named = |member: &str| section.config.contains_key(member) || file.as_ref().is_some_and(|file| file.contains_key(member));
    let least = match &asked {
        Some(platform) => platform.clone(),
        None => PLATFORM.parse().map_err(Fault::Platform)?,
    };
    let mut whole = json!({ "rootfs": { "type": "layers", "diff_ids": [] }, "config": {} });
    if !named("os") && !named("architecture") {
        let platform =
            json!({ "os": least.os, "architecture": least.architecture, "variant": least.variant, "os.version": least.os_version });
        merge(&mut whole, platform);
    }
    let labels = json!({ "config": { "Labels": section.labels } });
    for part in [file.map(Value::Object), Some(Value::Object(section.config)), Some(labels)].into_iter().flatten() {
        merge(&mut whole, part);
    }
    let config = ImageConfig::parse(whole.to_string().as_bytes()).map_err(|error| Fault::Config((error.to_string(), None)))?;
    let platform = config.platform().completed(asked.as_ref());
    match asked {
        // The config may say of which version of the system it is.
        Some(asked) if asked != (Platform { os_version: asked.os_version.clone().and(config.os_version.clone()), ..platform.clone() }) => {
            let problem = format!("its platform is {asked}, and its config says {}", config.platform());
            Err(Fault::Config((problem, Some("leave out `platform`: the config says it".to_owned()))))
        }
        _ => Ok((platform, config)),
    }
}

/// Puts one document over another, member by member.
fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                merge(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}
