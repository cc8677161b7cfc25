//! The members of an image config that have a name of their own in a rule. The rest is in `image.config`, as the host gives it.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::{Deserialize, Deserializer, IgnoredAny};

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct ImageConfig {
    pub(crate) architecture: String,
    pub(crate) os: String,
    pub(crate) variant: Option<String>,
    pub(crate) config: ExecutionConfig,
    pub(crate) rootfs: RootFilesystem,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ExecutionConfig {
    pub(crate) user: String,
    #[serde(deserialize_with = "keys")]
    pub(crate) exposed_ports: BTreeSet<String>,
    pub(crate) env: Vec<String>,
    pub(crate) entrypoint: Vec<String>,
    pub(crate) cmd: Vec<String>,
    #[serde(deserialize_with = "keys")]
    pub(crate) volumes: BTreeSet<String>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct RootFilesystem {
    pub(crate) diff_ids: Vec<String>,
}

fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    Ok(BTreeMap::<String, IgnoredAny>::deserialize(deserializer)?.into_keys().collect())
}
