//! A push and its images as values of expressions.

use std::collections::{BTreeSet, HashMap};

use chrono::DateTime;
use interpreter::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelTimestamp, Type};
use interpreter::common::value::Val;
use pushgate_flavor::{Image, Push, Refusal};
use serde_json::Value as Json;

use crate::image_config::ImageConfig;

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

/// An image, converted.
pub(crate) struct Converted {
    pub(crate) value: Owned,
    /// Whether it sets a variable twice, to different values, where its variables were asked for. It depends on who reads them which of the values counts, so
    /// that no rule may pass because of one of them.
    pub(crate) ambiguous: bool,
}

/// An image with these members. Nothing else of it is converted: an image may have thousands of labels and variables.
///
/// # Errors
/// The config is not one that the host gives.
pub(crate) fn image(image: &Image, members: &BTreeSet<&'static str>) -> Result<Converted, Refusal> {
    const OF_CONFIG: [&str; 10] = ["os", "architecture", "variant", "user", "env", "entrypoint", "cmd", "ports", "volumes", "layers"];
    let mut ambiguous = false;
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
            "env" => {
                let (variables, twice) = environment(&config.config.env);
                ambiguous = twice;
                variables
            }
            "entrypoint" => texts(&config.config.entrypoint),
            "cmd" => texts(&config.config.cmd),
            "ports" => texts(&config.config.exposed_ports),
            "volumes" => texts(&config.config.volumes),
            "layers" => count(config.rootfs.diff_ids.len() as u64),
            "labels" => labels(image.labels()),
            "config" => json(image.parse_config()?),
            "compressed_size" => match image.compressed_size() {
                Some(size) => count(size),
                None => continue,
            },
            "uncompressed_size" => match image.uncompressed_size() {
                Some(size) => count(size),
                None => continue,
            },
            _ => continue,
        };
        values.insert(CelMapKey::from(*member), value);
    }
    Ok(Converted { value: Box::new(CelMap::from(values)), ambiguous })
}

/// The variables of an image, and whether one of them is set to two values: then they are a value that nothing can be done with, so that a message shows none of them.
fn environment(variables: &[String]) -> (Owned, bool) {
    let mut map: HashMap<CelMapKey<'static>, Owned> = HashMap::with_capacity(variables.len());
    let mut twice = false;
    for variable in variables {
        let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
        let value = text(value);
        let name = CelMapKey::from(name.to_owned());
        twice |= map.get(&name).is_some_and(|known| !known.equals(value.as_ref()));
        map.insert(name, value);
    }
    if twice { (Box::new(Ambiguous), true) } else { (Box::new(CelMap::from(map)), false) }
}

/// Variables of which one is set to two values.
#[derive(Debug)]
struct Ambiguous;

impl Val for Ambiguous {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        static TYPE: Type = Type::new_unspecified_type("variables set twice");
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
