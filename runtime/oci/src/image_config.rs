//! The image config that hooks see.
//!
//! [`ImageConfig`] is not the document that lies in the registry: it is one that this program builds, with the same members whatever the
//! source was. What is absent, `null` or empty in the source is left out, so that an OCI config and Docker's answer to an inspection of
//! the same image give the same text. History is left out, because Docker's inspection has none. `architecture`, `os`, `config` and
//! `rootfs` are always there.

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::digest::Digest;
use crate::platform::Platform;
use pushgate_json::{DocumentError, MAX_DOCUMENT, Object, Shape, Tree};

/// An image config after the OCI image specification, "OCI Image Configuration". Serialises to that form.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ImageConfig {
    /// When the image was made, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// For example `amd64`.
    pub architecture: String,
    /// For example `linux`.
    pub os: String,
    /// For example `v8`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// For example `10.0.17763.6414`. Images for Windows have one.
    #[serde(rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// How a container is run.
    pub config: ExecutionConfig,
    /// What the layers hold.
    pub rootfs: RootFilesystem,
}

/// The member `config`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExecutionConfig {
    /// The user that runs the process; empty: root.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// `port/protocol`, serialised as keys of an object.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", serialize_with = "as_keys")]
    pub exposed_ports: BTreeSet<String>,
    /// `NAME=value`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The command that is always run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// Its default arguments, or the default command.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    /// Paths, serialised as keys of an object.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", serialize_with = "as_keys")]
    pub volumes: BTreeSet<String>,
    /// Where the process starts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
    /// Labels, by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The signal that ends the process.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stop_signal: String,
    /// How Docker finds out whether a container works. The specification reserves the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Healthcheck>,
}

/// The member `Healthcheck` of the member `config`, as Docker has it. Durations are in nanoseconds; what is zero is Docker's default, and left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Healthcheck {
    /// `CMD` or `CMD-SHELL` and the command, or `NONE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub test: Vec<String>,
    /// Between two checks.
    #[serde(skip_serializing_if = "is_zero")]
    pub interval: i64,
    /// How long one may take.
    #[serde(skip_serializing_if = "is_zero")]
    pub timeout: i64,
    /// How long failures do not count.
    #[serde(skip_serializing_if = "is_zero")]
    pub start_period: i64,
    /// Between two checks in that time.
    #[serde(skip_serializing_if = "is_zero")]
    pub start_interval: i64,
    /// How many failures count.
    #[serde(skip_serializing_if = "is_zero")]
    pub retries: i64,
}

/// The member `rootfs`. Its type is always `layers`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RootFilesystem {
    /// The digests of the uncompressed layers, the lowest first.
    pub diff_ids: Vec<Digest>,
}

/// An image config that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read, or could be read in two ways.
    #[error("image config: {0}")]
    Document(DocumentError),
}

impl From<DocumentError> for ConfigError {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

impl ImageConfig {
    /// What is kept of the document, with the members of the specification. What is [`Shape::Unread`] or [`Shape::Checked`] is not shown to
    /// hooks. Docker's own members are those of its `image.Image`; what is read of them is nothing.
    pub const SHAPE: Shape = Shape::Members(&[
        ("created", Shape::Scalar),
        ("author", Shape::Scalar),
        ("architecture", Shape::Scalar),
        ("os", Shape::Scalar),
        ("os.version", Shape::Scalar),
        ("os.features", Shape::Unread),
        ("variant", Shape::Scalar),
        ("config", ExecutionConfig::SHAPE),
        ("rootfs", Shape::Members(&[("type", Shape::Scalar), ("diff_ids", Shape::LIST)])),
        ("history", Shape::Checked(&Shape::List(usize::MAX, &Shape::Members(&[])))),
        ("container_config", Shape::Checked(&ExecutionConfig::SHAPE)),
    ]);

    /// Reads the config of an OCI or Docker image.
    ///
    /// # Errors
    /// If it is larger than 4 MiB, is not what the specification says, or could be read in two ways: a key that stands twice in any
    /// object, or is spelled in another case than the specification's.
    pub fn parse(bytes: &[u8]) -> Result<Self, ConfigError> {
        let tree = Tree::parse(bytes, MAX_DOCUMENT, "config", &Self::SHAPE)?;
        let object = tree.object()?;
        let platform = Platform::read(&object)?;
        let execution = object.object("config")?;
        Ok(Self {
            created: text(&object, "created")?,
            author: text(&object, "author")?,
            architecture: platform.architecture,
            os: platform.os,
            variant: platform.variant,
            os_version: platform.os_version,
            config: execution.as_ref().map(ExecutionConfig::read).transpose()?.unwrap_or_default(),
            rootfs: RootFilesystem::read(&object)?,
        })
    }

    /// The document for the hooks: JSON without spaces, members in the order of the fields.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Text, lists and maps with text keys: there is nothing that serde_json cannot write.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the image runs on.
    #[must_use]
    pub fn platform(&self) -> Platform {
        let (variant, os_version) = (self.variant.clone(), self.os_version.clone());
        Platform { os: self.os.clone(), architecture: self.architecture.clone(), variant, os_version }
    }

    /// The labels, by key.
    #[must_use]
    pub fn labels(&self) -> &BTreeMap<String, String> {
        &self.config.labels
    }
}

impl ExecutionConfig {
    /// What is kept of a document's member `config`, whether an image config's or, as `Config`, that of Docker's inspection.
    pub const SHAPE: Shape = Shape::Members(&[
        ("User", Shape::Scalar),
        ("ExposedPorts", Shape::KEYS),
        ("Env", Shape::LIST),
        ("Entrypoint", Shape::LIST),
        ("Cmd", Shape::LIST),
        ("Volumes", Shape::KEYS),
        ("WorkingDir", Shape::Scalar),
        ("Labels", Shape::TEXTS),
        ("StopSignal", Shape::Scalar),
        ("Healthcheck", Healthcheck::SHAPE),
    ]);

    /// Reads the member, of a document that was parsed with [`Self::SHAPE`] in its place. What is absent, `null` or empty is empty.
    ///
    /// # Errors
    /// A member of another kind than the specification says.
    pub fn read(object: &Object<'_>) -> Result<Self, DocumentError> {
        let text = |name| text(object, name).map(Option::unwrap_or_default);
        Ok(Self {
            user: text("User")?,
            exposed_ports: object.keys("ExposedPorts")?,
            env: object.strings("Env")?,
            entrypoint: object.strings("Entrypoint")?,
            cmd: object.strings("Cmd")?,
            volumes: object.keys("Volumes")?,
            working_dir: text("WorkingDir")?,
            labels: object.string_map("Labels")?,
            stop_signal: text("StopSignal")?,
            healthcheck: object
                .object("Healthcheck")?
                .as_ref()
                .map(Healthcheck::read)
                .transpose()?
                .filter(|check| *check != Healthcheck::default()),
        })
    }
}

impl Healthcheck {
    const SHAPE: Shape = Shape::Members(&[
        ("Test", Shape::LIST),
        ("Interval", Shape::Scalar),
        ("Timeout", Shape::Scalar),
        ("StartPeriod", Shape::Scalar),
        ("StartInterval", Shape::Scalar),
        ("Retries", Shape::Scalar),
    ]);

    fn read(object: &Object<'_>) -> Result<Self, DocumentError> {
        let number = |name| object.integer(name).map(Option::unwrap_or_default);
        Ok(Self {
            test: object.strings("Test")?,
            interval: number("Interval")?,
            timeout: number("Timeout")?,
            start_period: number("StartPeriod")?,
            start_interval: number("StartInterval")?,
            retries: number("Retries")?,
        })
    }
}

impl RootFilesystem {
    fn read(config: &Object<'_>) -> Result<Self, DocumentError> {
        let object = config.object("rootfs")?.ok_or_else(|| config.error("rootfs", "is missing"))?;
        if object.string("type")? != Some("layers") {
            return Err(object.error("type", "not `layers`"));
        }
        let digests = object.strings("diff_ids")?;
        let diff_ids = digests.iter().map(|text| Digest::parse(text).map_err(|error| object.error("diff_ids", error.to_string())));
        Ok(Self { diff_ids: diff_ids.collect::<Result<_, _>>()? })
    }
}

impl Serialize for RootFilesystem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", "layers")?;
        let digests: Vec<&str> = self.diff_ids.iter().map(Digest::as_str).collect();
        map.serialize_entry("diff_ids", &digests)?;
        map.end()
    }
}

fn text(object: &Object<'_>, name: &str) -> Result<Option<String>, DocumentError> {
    let text = object.string(name)?.filter(|text| !text.is_empty());
    Ok(text.map(str::to_owned))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}

fn as_keys<S: Serializer>(keys: &BTreeSet<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let empty = BTreeMap::<String, String>::new();
    serializer.collect_map(keys.iter().map(|key| (key, &empty)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF_ID: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn document(members: &str) -> String {
        format!(r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{DIFF_ID}"]}}{members}}}"#)
    }

    #[test]
    fn every_member_survives() {
        const HEALTHCHECK: &str =
            r#""Healthcheck":{"Test":["CMD","/h"],"Interval":5000000000,"StartPeriod":1,"StartInterval":2,"Retries":3}"#;
        let members = r#","created":"2024-01-02T03:04:05Z","author":"someone","variant":"v3","history":[{"x":1}],
            "config":{"User":"1000","ExposedPorts":{"80/tcp":{}},"Env":["A=b"],"Entrypoint":["/e"],"Cmd":["c"],"Volumes":{"/v":{}},
            "WorkingDir":"/w","Labels":{"z":"1","a":"2"},"StopSignal":"SIGTERM","OnBuild":["x"],"Healthcheck":{"Retries":3,"Interval":5000000000,
            "Timeout":0,"StartPeriod":1,"StartInterval":2,"Test":["CMD","/h"],"x":1}}"#;
        let config = ImageConfig::parse(document(members).as_bytes()).unwrap();
        assert_eq!(
            config.to_json(),
            format!(
                "{}{}{}",
                r#"{"created":"2024-01-02T03:04:05Z","author":"someone","architecture":"amd64","os":"linux","variant":"v3","config":{"User":"1000","#,
                r#""ExposedPorts":{"80/tcp":{}},"Env":["A=b"],"Entrypoint":["/e"],"Cmd":["c"],"Volumes":{"/v":{}},"WorkingDir":"/w","#,
                format_args!(
                    r#""Labels":{{"a":"2","z":"1"}},"StopSignal":"SIGTERM",{HEALTHCHECK}}},"rootfs":{{"type":"layers","diff_ids":["{DIFF_ID}"]}}}}"#
                )
            )
        );
        assert_eq!(config.platform().to_string(), "linux/amd64/v3");
        assert_eq!(ImageConfig::parse(config.to_json().as_bytes()), Ok(config.clone()));
    }

    #[test]
    fn absent_null_and_empty_are_the_same() {
        let absent = ImageConfig::parse(document("").as_bytes()).unwrap();
        for members in [
            r#","config":null"#,
            r#","config":{}"#,
            r#","author":"","config":{"User":"","Env":null,"Cmd":[],"Labels":null,"Volumes":{}}"#,
            r#","config":{"Healthcheck":null}"#,
            r#","config":{"Healthcheck":{"Test":null,"Interval":0}}"#,
        ] {
            let config = ImageConfig::parse(document(members).as_bytes()).unwrap();
            assert_eq!(config, absent);
        }
        assert!(absent.to_json().contains(r#""config":{},"rootfs""#));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for members in [
            r#","config":{"User":"1000","user":"0"}"#,
            r#","config":{"user":"0"}"#,
            r#","Config":{"User":"0"}"#,
            r#","OS":"windows""#,
            r#","config":{"Labels":{"a":"1","\u0061":"2"}}"#,
            r#","config":{"Healthcheck":{"Test":[],"test":[]}}"#,
            r#","config":{"Healthcheck":{"test":["NONE"]}}"#,
            r#","config":{"Healthcheck":{"Test":"NONE"}}"#,
            r#","config":{"Healthcheck":{"Interval":"5s"}}"#,
            r#","config":{"x":1,"X":2}"#,
            r#","history":[{"created_by":"a","Created_By":"b"}]"#,
            r#","container_config":{"User":"1000","user":"0"}"#,
            r#","config":{"Labels":{"a":1}}"#,
            r#","config":[]"#,
            r#","config":{"Env":"A=b"}"#,
            r#","variant":"a/b""#,
        ] {
            assert!(ImageConfig::parse(document(members).as_bytes()).is_err(), "{members}");
        }
    }

    /// What maps keys that people choose: image-spec's `config.md`, and the members that Docker adds.
    #[test]
    fn keys_that_differ_in_case_are_two() {
        let maps = r#"{"Labels":{"Name":"rhel7","name":"team/app","user":"x","User":"y"},"ExposedPorts":{"80/TCP":{},"80/tcp":{}},"Volumes":{"/V":{},"/v":{}}}"#;
        let members = format!(r#","config":{maps},"container_config":{maps},"history":[{{"created_by":"x","Labels":{maps}}}],"x":{maps}"#);
        let config = ImageConfig::parse(document(&members).as_bytes()).unwrap();
        let labels: Vec<_> = config.labels().iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(labels, ["Name=rhel7", "User=y", "name=team/app", "user=x"]);
        assert!(config.to_json().contains(r#""ExposedPorts":{"80/TCP":{},"80/tcp":{}}"#), "{}", config.to_json());
        assert!(config.to_json().contains(r#""Volumes":{"/V":{},"/v":{}}"#), "{}", config.to_json());
        // What the hooks get is read again, by flavors and by tests of them.
        assert_eq!(ImageConfig::parse(config.to_json().as_bytes()), Ok(config));
    }

    #[test]
    fn the_root_file_system_must_be_there() {
        for rootfs in [
            "null",
            "{}",
            r#"{"type":"layers","diff_ids":["../x"]}"#,
            r#"{"type":"tree","diff_ids":[]}"#,
            r#"{"type":"layers","diff_ids":{}}"#,
        ] {
            let text = format!(r#"{{"architecture":"amd64","os":"linux","rootfs":{rootfs}}}"#);
            assert!(ImageConfig::parse(text.as_bytes()).is_err(), "{rootfs}");
        }
    }
}
