//! Values of a case that are more than TOML: told to be wrong where they stand.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pushgate_gate::settings::Settings;
use pushgate_oci::Digest;
use pushgate_reference::{ImageReference, RegistryUri};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde_json::{Map, Value};
use toml_edit::{Date, Datetime, Offset};

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

/// Seconds since 1970-01-01 UTC, as such or as a date and time with its offset.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Time;

    impl<'de> Visitor<'de> for Time {
        type Value = u64;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a date and time such as 2026-01-01T00:00:00Z, or seconds since 1970-01-01 UTC")
        }

        fn visit_u64<E: Error>(self, seconds: u64) -> Result<u64, E> {
            Ok(seconds)
        }

        fn visit_i64<E: Error>(self, seconds: i64) -> Result<u64, E> {
            u64::try_from(seconds).map_err(|_| E::invalid_value(Unexpected::Signed(seconds), &self))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
            Err(E::custom(format!("`{text}` is a text: write a date and time without quotes, such as 2026-01-01T00:00:00Z")))
        }

        fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<u64, A::Error> {
            let time = Datetime::deserialize(MapAccessDeserializer::new(access));
            let time = time.map_err(|_: A::Error| A::Error::invalid_type(Unexpected::Map, &self))?;
            since_epoch(&time).map_err(A::Error::custom)
        }
    }

    deserializer.deserialize_any(Time)
}

/// The seconds between 1970-01-01 UTC and a time.
fn since_epoch(datetime: &Datetime) -> Result<u64, String> {
    let (Some(date), Some(time)) = (datetime.date, datetime.time) else {
        return Err(format!("`{datetime}` is not a moment: write a date and time with its offset, such as 2026-01-01T00:00:00Z"));
    };
    let minutes = match datetime.offset {
        Some(Offset::Z) => 0,
        Some(Offset::Custom { minutes }) => i64::from(minutes),
        None => return Err(format!("`{datetime}` has no offset from UTC: add `Z` for UTC, as in {datetime}Z")),
    };
    let in_day = i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + i64::from(time.second.unwrap_or_default());
    let seconds = days_since_epoch(date) * 86_400 + in_day - minutes * 60;
    u64::try_from(seconds).map_err(|_| format!("`{datetime}` is before 1970-01-01T00:00:00Z, when the contract's clock starts"))
}

/// The days between 1970-01-01 and a date of the Gregorian calendar. A year begins with March, so that the day that some years have more is its last.
fn days_since_epoch(date: Date) -> i64 {
    let (year, month, day) = (i64::from(date.year), i64::from(date.month), i64::from(date.day));
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 1970-01-01 is day 719,468 of this count.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_seconds() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01 00:00:01z", 1),
            ("2026-01-01T00:00:00Z", 1_767_225_600),
            ("2026-01-01T01:30:00+01:30", 1_767_225_600),
            ("2025-12-31T16:00:00.999-08:00", 1_767_225_600),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2024-12-31T00:00:00Z", 1_735_603_200),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(since_epoch(&text.parse().unwrap()), Ok(seconds), "{text}");
        }
        for (text, told) in [
            ("2026-01-01T00:00:00", "add `Z` for UTC, as in 2026-01-01T00:00:00Z"),
            ("2026-01-01", "is not a moment"),
            ("00:00:00", "is not a moment"),
            ("1969-12-31T23:59:59Z", "is before 1970"),
            ("1970-01-01T00:00:00+00:01", "is before 1970"),
        ] {
            let error = since_epoch(&text.parse().unwrap()).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
