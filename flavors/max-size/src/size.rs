//! Sizes, as people write and read them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// The units, and how many bytes each has; a `B` may follow. Registries and Docker count in powers of a thousand; Kubernetes writes both without the `B`.
const UNITS: [(&str, u64); 10] = [
    ("", 1),
    ("k", 1_000),
    ("K", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("T", 1_000_000_000_000),
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("Ti", 1 << 40),
];
const FORM: &str = "a size is a number of bytes, or one with a unit: kB, MB, GB and TB are powers of 1000, KiB, MiB, GiB and TiB of 1024, and the `B` may be left out";

/// The most bytes that an image may have: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limit {
    bytes: u64,
    /// As the operator wrote it.
    text: String,
}

impl Limit {
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn of_bytes<E: Error>(bytes: u64) -> Result<Self, E> {
        let text = if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
        Self { bytes, text }.checked()
    }

    fn checked<E: Error>(self) -> Result<Self, E> {
        if self.bytes == 0 { Err(E::custom("no image fits into nothing: give a size of at least one byte")) } else { Ok(self) }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;

        impl Visitor<'_> for Written {
            type Value = Limit;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a number of bytes, or a text like \"500 MB\"")
            }

            fn visit_u64<E: Error>(self, bytes: u64) -> Result<Limit, E> {
                Limit::of_bytes(bytes)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Limit, E> {
                let bytes = parse(text).ok_or_else(|| E::custom(format!("`{text}` is no size: {FORM}")))?;
                if text.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Limit::of_bytes(bytes);
                }
                Limit { bytes, text: text.to_owned() }.checked()
            }
        }

        deserializer.deserialize_any(Written)
    }
}

/// Digits, perhaps a point and up to three more, perhaps a space and a unit. What is less than a byte is dropped.
fn parse(text: &str) -> Option<u64> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    // A space goes before a unit, and not before nothing.
    if unit.is_empty() && text != number {
        return None;
    }
    let unit = unit.strip_suffix('B').unwrap_or(unit);
    let (_, bytes) = *UNITS.iter().find(|(name, _)| *name == unit)?;
    let Some((whole, fraction)) = number.split_once('.') else { return number.parse::<u64>().ok()?.checked_mul(bytes) };
    // There are no parts of a byte.
    if bytes == 1 || fraction.is_empty() || fraction.len() > 3 {
        return None;
    }
    let parts = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let part = fraction.parse::<u64>().ok()?.checked_mul(bytes)? / parts;
    whole.parse::<u64>().ok()?.checked_mul(bytes)?.checked_add(part)
}

/// A size for people, with all of its bytes, so that one that is a little above a limit is seen to be so.
pub(crate) fn shown(bytes: u64) -> String {
    let units = [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match units.into_iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{}.{} {name} ({bytes} bytes)", bytes / unit, bytes % unit / (unit / 10)),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        for (text, bytes) in [
            ("0", 0),
            ("500", 500),
            ("500 B", 500),
            ("1kB", 1_000),
            ("1 KB", 1_000),
            ("500 MB", 500_000_000),
            ("1.5 GB", 1_500_000_000),
            ("0.001 kB", 1),
            ("0.125 KiB", 128),
            ("2 GiB", 2 << 30),
            ("2.75TiB", 11 << 38),
            ("2Gi", 2 << 30),
            ("512 Mi", 512 << 20),
            ("500M", 500_000_000),
            ("1.5G", 1_500_000_000),
            ("64k", 64_000),
            ("18446744073709551615", u64::MAX),
            ("18446744.073 TB", 18_446_744_073_000_000_000),
        ] {
            assert_eq!(parse(text), Some(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_none() {
        let texts = "| |MB|5 mb|5 m|5 g|2gi|5 BB|5 iB|5  MB| 5 MB|5 MB |-1|+1|1,5 GB|1.5.5 GB|.5 GB|5. GB|1.0001 GB|1.5|1.5 B|1e9|5\u{a0}MB|18446744073709551616|18446745 TB|five";
        for text in texts.split('|') {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_shown_with_all_of_their_bytes() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB (1000 bytes)"),
            (500_000_001, "500.0 MB (500000001 bytes)"),
            (612_471_000, "612.4 MB (612471000 bytes)"),
            (u64::MAX, "18446744.0 TB (18446744073709551615 bytes)"),
        ] {
            assert_eq!(shown(bytes), text);
        }
    }
}
