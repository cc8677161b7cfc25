//! A push and its images as values of expressions.

use std::collections::{BTreeSet, HashMap};

use chrono::DateTime;
use interpreter::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelTimestamp, Type};
use interpreter::common::value::Val;
use pushgate_flavor::{Image, Push, Refusal};
use serde_json::Value as Json;

use crate::image_config::ImageConfig;

/// The members of `push`.
pub(crate) const PUSH_MEMBERS: [&str; 7] = ["reference", "registry", "repository", "tag", "uri", "dry_run", "requested_at"];

/// The members of an image.
pub(crate) const IMAGE_MEMBERS: [&str; 15] = [
    "platform",
    "os",
    "architecture",
    "variant",
    "user",
    "env",
    "entrypoint",
    "cmd",
    "ports",
    "volumes",
    "layers",
    "labels",
    "config",
    "compressed_size",
    "uncompressed_size",
];

/// The members of `image.config`: what the host makes of an image config, whatever the source was.
pub(crate) const CONFIG_MEMBERS: [&str; 8] = ["created", "author", "architecture", "os", "variant", "os.version", "config", "rootfs"];

/// The members of `image.config.config`.
pub(crate) const EXECUTION_MEMBERS: [&str; 10] =
    ["User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal", "Healthcheck"];

/// The members of `image.config.config.Healthcheck`.
pub(crate) const HEALTHCHECK_MEMBERS: [&str; 6] = ["Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"];

/// The members of `image.config.rootfs`.
pub(crate) const ROOTFS_MEMBERS: [&str; 2] = ["type", "diff_ids"];

/// A value that owns what it holds.
pub(crate) type Owned = Box<dyn Val>;

/// The variable `push`.
///
/// # Errors
/// The time of the push is none.
pub(crate) fn push(push: &Push) -> Result<Owned, Refusal> {
    Ok(map([
        ("reference", text(push.reference())),
        ("registry", text(push.registry())),
        ("repository", text(push.repository())),
        ("tag", text(push.tag().unwrap_or_default())),
        ("uri", text(push.registry_uri())),
        ("dry_run", Box::new(CelBool::from(push.dry_run())) as Owned),
        ("requested_at", time(push.requested_at()).ok_or_else(|| Refusal::other("the time of the push is out of range".to_owned()))?),
    ]))
}

/// A time in seconds since 1970.
pub(crate) fn time(seconds: u64) -> Option<Owned> {
    let time = DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)?;
    Some(Box::new(CelTimestamp::from(time.fixed_offset())))
}

/// An image with these members. Nothing else of it is converted: an image may have thousands of labels and variables.
///
/// # Errors
/// The config is not one that the host gives.
pub(crate) fn image(image: &Image, members: &BTreeSet<&'static str>) -> Result<Owned, Refusal> {
    const OF_CONFIG: [&str; 10] = ["os", "architecture", "variant", "user", "env", "entrypoint", "cmd", "ports", "volumes", "layers"];
    let config: Option<ImageConfig> =
        if OF_CONFIG.iter().any(|member| members.contains(member)) { Some(image.parse_config()?) } else { None };
    let config = config.unwrap_or_default();
    let mut values = HashMap::new();
    for member in members {
        let value = match *member {
            "platform" => text(image.platform()),
            "os" => text(&config.os),
            "architecture" => text(&config.architecture),
            "variant" => text(config.variant.as_deref().unwrap_or_default()),
            "user" => text(&config.config.user),
            "env" => environment(&config.config.env),
            "entrypoint" => texts(&config.config.entrypoint),
            "cmd" => texts(&config.config.cmd),
            "ports" => texts(&config.config.exposed_ports),
            "volumes" => texts(&config.config.volumes),
            "layers" => count(config.rootfs.diff_ids.len() as u64),
            "labels" => labels(image.labels()),
            "config" => json(image.parse_config()?),
            "compressed_size" => match image.packed_size() {
                Some(size) => count(size),
                None => continue,
            },
            "uncompressed_size" => match image.unpacked_size() {
                Some(size) => count(size),
                None => continue,
            },
            _ => continue,
        };
        values.insert(CelMapKey::from(*member), value);
    }
    Ok(Box::new(CelMap::from(values)))
}

/// The variables of an image. If a name is set to two values, it depends on who reads it which of them counts, and a rule that looks at one must not pass because
/// of the other: then the variables are a value that nothing can be done with.
fn environment(variables: &[String]) -> Owned {
    let mut map: HashMap<CelMapKey<'static>, Owned> = HashMap::with_capacity(variables.len());
    for variable in variables {
        let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
        let value = text(value);
        if map.get(&CelMapKey::from(name.to_owned())).is_some_and(|known| !known.equals(value.as_ref())) {
            return Box::new(Ambiguous);
        }
        map.insert(CelMapKey::from(name.to_owned()), value);
    }
    Box::new(CelMap::from(map))
}

/// The name of the type of [`Ambiguous`].
pub(crate) const AMBIGUOUS: &str = "variables set twice";

/// Variables of which one is set to two values.
#[derive(Debug)]
struct Ambiguous;

impl Val for Ambiguous {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        static TYPE: Type = Type::new_unspecified_type(AMBIGUOUS);
        &TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(Self)
    }
}

fn labels(labels: &[(String, String)]) -> Owned {
    let map: HashMap<CelMapKey<'static>, Owned> = labels.iter().map(|(key, value)| (key.clone().into(), text(value))).collect();
    Box::new(CelMap::from(map))
}

pub(crate) fn map<const LENGTH: usize>(members: [(&'static str, Owned); LENGTH]) -> Owned {
    let map: HashMap<CelMapKey<'static>, Owned> = members.into_iter().map(|(key, value)| (key.into(), value)).collect();
    Box::new(CelMap::from(map))
}

pub(crate) fn text(text: &str) -> Owned {
    Box::new(CelString::from(text.to_owned()))
}

fn texts<'t>(texts: impl IntoIterator<Item = &'t String>) -> Owned {
    list(texts.into_iter().map(|one| text(one)))
}

pub(crate) fn list(values: impl IntoIterator<Item = Owned>) -> Owned {
    Box::new(CelList::from(values.into_iter().collect::<Vec<_>>()))
}

pub(crate) fn count(count: u64) -> Owned {
    Box::new(CelInt::from(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// A JSON document. Numbers are integers where they can be.
pub(crate) fn json(document: Json) -> Owned {
    match document {
        Json::Null => Box::new(CelNull),
        Json::Bool(value) => Box::new(CelBool::from(value)),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Box::new(CelInt::from(integer)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Json::String(value) => Box::new(CelString::from(value)),
        Json::Array(items) => list(items.into_iter().map(json)),
        Json::Object(members) => {
            let map: HashMap<CelMapKey<'static>, Owned> = members.into_iter().map(|(key, value)| (key.into(), json(value))).collect();
            Box::new(CelMap::from(map))
        }
    }
}
