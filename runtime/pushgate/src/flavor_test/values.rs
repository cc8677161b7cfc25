//! Values of a case that are more than TOML: told to be wrong where they stand.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pushgate_oci::Digest;
use pushgate_reference::{ImageReference, RegistryUri};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::settings::Settings;

/// What the TOML library calls the one key of the table that stands for a date.
const DATE: &str = "$__toml_private_datetime";

pub(super) fn image<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ImageReference, D::Error> {
    ImageReference::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(super) fn uri<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RegistryUri>, D::Error> {
    RegistryUri::parse(&String::deserialize(deserializer)?).map(Some).map_err(D::Error::custom)
}

pub(super) fn digest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Digest>, D::Error> {
    Digest::parse(&String::deserialize(deserializer)?).map(Some).map_err(D::Error::custom)
}

pub(super) fn settings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Settings, D::Error> {
    Settings::from_object(object(deserializer)?).map_err(D::Error::custom)
}

/// A table as JSON.
pub(super) fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let object = Map::deserialize(deserializer)?;
    if object.values().any(holds_a_date) {
        return Err(D::Error::custom("it holds a date or time, which JSON does not have: write it as a string"));
    }
    Ok(object)
}

fn holds_a_date(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.contains_key(DATE) || members.values().any(holds_a_date),
        Value::Array(items) => items.iter().any(holds_a_date),
        _ => false,
    }
}

pub(super) fn base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
    STANDARD.decode(String::deserialize(deserializer)?).map(Some).map_err(|error| D::Error::custom(format!("not base64: {error}")))
}

/// Names and values in the order in which they are written. A name that comes more than once has a list of values.
pub(super) fn headers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    struct Fields;

    #[derive(serde::Deserialize)]
    #[serde(untagged, expecting = "a string or a list of strings")]
    enum Values {
        One(String),
        Many(Vec<String>),
    }

    impl<'de> Visitor<'de> for Fields {
        type Value = Vec<(String, String)>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a table of header fields")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let mut fields = Vec::new();
            while let Some((name, values)) = access.next_entry::<String, Values>()? {
                let values = match values {
                    Values::One(value) => vec![value],
                    Values::Many(values) => values,
                };
                fields.extend(values.into_iter().map(|value| (name.to_ascii_lowercase(), value)));
            }
            Ok(fields)
        }
    }

    deserializer.deserialize_map(Fields)
}
