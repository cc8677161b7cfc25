//! The image config, typed.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::{Deserialize, Deserializer, IgnoredAny};

/// The image config as the host gives it, after the OCI image specification, "OCI Image Configuration": for
/// [`Image::parse_config`](crate::Image::parse_config). What an image does not say is empty.
///
/// A flavor that looks at one member is smaller with a type of its own that has this member alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct ImageConfig {
    /// When the image was made, RFC 3339.
    pub created: Option<String>,
    /// Who made it.
    pub author: Option<String>,
    /// `amd64`.
    pub architecture: String,
    /// `linux`.
    pub os: String,
    /// `v8`.
    pub variant: Option<String>,
    /// `10.0.17763.6414`: images for Windows have one.
    #[serde(rename = "os.version")]
    pub os_version: Option<String>,
    /// How a container is run.
    pub config: ExecutionConfig,
    /// What the layers hold.
    pub rootfs: RootFilesystem,
}

/// The member `config` of an [`ImageConfig`].
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ExecutionConfig {
    /// The user that runs the process; empty: root.
    pub user: String,
    /// `8080/tcp`.
    #[serde(deserialize_with = "keys")]
    pub exposed_ports: BTreeSet<String>,
    /// `NAME=value`.
    pub env: Vec<String>,
    /// The command that is always run.
    pub entrypoint: Vec<String>,
    /// Its default arguments, or the default command.
    pub cmd: Vec<String>,
    /// Paths.
    #[serde(deserialize_with = "keys")]
    pub volumes: BTreeSet<String>,
    /// Where the process starts.
    pub working_dir: String,
    /// Labels, by key.
    pub labels: BTreeMap<String, String>,
    /// The signal that ends the process.
    pub stop_signal: String,
    /// How Docker finds out whether a container works.
    pub healthcheck: Option<Healthcheck>,
}

/// The member `Healthcheck` of an [`ExecutionConfig`], as Docker has it. Durations are in nanoseconds; 0 is Docker's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Healthcheck {
    /// `CMD` or `CMD-SHELL` and the command, or `NONE`.
    pub test: Vec<String>,
    /// Between two checks.
    pub interval: i64,
    /// How long one may take.
    pub timeout: i64,
    /// How long failures do not count.
    pub start_period: i64,
    /// Between two checks in that time.
    pub start_interval: i64,
    /// How many failures count.
    pub retries: i64,
}

/// The member `rootfs` of an [`ImageConfig`].
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct RootFilesystem {
    /// The digests of the uncompressed layers, the lowest first.
    pub diff_ids: Vec<String>,
}

/// The specification writes sets as objects whose values say nothing.
fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    Ok(BTreeMap::<String, IgnoredAny>::deserialize(deserializer)?.into_keys().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys of maps are exact: old base images have labels that differ in case only.
    #[test]
    fn keys_that_differ_in_case_are_two() {
        let text = r#"{"architecture":"amd64","os":"linux","config":{"Labels":{"Name":"rhel7","name":"team/app"},
            "ExposedPorts":{"80/TCP":{},"80/tcp":{}},"Volumes":{"/V":{},"/v":{}}},"rootfs":{"type":"layers","diff_ids":[]}}"#;
        let config: ImageConfig = serde_json::from_str(text).unwrap();
        let labels: Vec<_> = config.config.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(labels, ["Name=rhel7", "name=team/app"]);
        assert_eq!((config.config.exposed_ports.len(), config.config.volumes.len()), (2, 2));
    }
}
