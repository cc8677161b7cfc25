//! Limits of one hook that differ from the default: `memory=128MiB`, `compute=5s`, `calls=100`.
//!
//! `docs/hooks.md` lists them, with the defaults and the caps; a test compares.
//!
//! A size has a unit (`B`, `KiB`, `MiB`, `GiB`) and so has a time (`ms`, `s`), since a bare number could mean either of several; a number of things has
//! none.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use pushgate_sandbox::Limits;

use crate::name::shorten;

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bytes,
    Milliseconds,
    Number,
}

/// A limit that can be changed. Its value is a plain number: bytes, milliseconds, or how many.
struct Kind {
    name: &'static str,
    unit: Unit,
    get: fn(&Limits) -> u64,
    set: fn(&mut Limits, u64),
}

macro_rules! kinds {
    ($($name:literal $unit:ident $field:ident),+ $(,)?) => {
        [$(Kind {
            name: $name,
            unit: Unit::$unit,
            get: |limits| kinds!(@get $unit limits.$field),
            set: |limits, value| limits.$field = kinds!(@set $unit value),
        }),+]
    };
    (@get Milliseconds $value:expr) => { u64::try_from($value.as_millis()).unwrap_or(u64::MAX) };
    (@get $unit:ident $value:expr) => { u64::try_from($value).unwrap_or(u64::MAX) };
    (@set Milliseconds $value:expr) => { Duration::from_millis($value) };
    (@set $unit:ident $value:expr) => { usize::try_from($value).unwrap_or(usize::MAX) };
}

static KINDS: [Kind; 15] = kinds![
    "memory" Bytes memory_bytes,
    "memories" Number memories,
    "table-elements" Number table_elements,
    "tables" Number tables,
    "instances" Number instances,
    "compute" Milliseconds compute,
    "wall" Milliseconds wall,
    "copy-bytes" Bytes host_call_bytes,
    "handles" Number handles,
    "calls" Number capability_calls,
    "reply-bytes" Bytes capability_bytes,
    "log-bytes" Bytes log_bytes,
    "log-lines" Number log_records,
    "violations" Number violations,
    "violation-bytes" Bytes violation_bytes,
];

/// The limits of one hook, where they differ from the default. All are within the caps of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HookLimits(BTreeMap<&'static str, u64>);

/// A text that is not a limit, or a limit that is given twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseLimitError {
    /// Not `NAME=VALUE`.
    #[error("`{text}` is not a limit: it is not NAME=VALUE")]
    NotAnAssignment {
        /// The text, shortened.
        text: String,
    },
    /// No limit has this name.
    #[error("`{name}` is not a limit")]
    Unknown {
        /// The name, shortened.
        name: String,
    },
    /// The value is not one of this limit.
    #[error("the limit `{name}` can't be `{value}`: it is {expected}")]
    Value {
        /// The limit.
        name: &'static str,
        /// The value, shortened.
        value: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// The value is beyond what any hook may have.
    #[error("the limit `{name}` can't be `{value}`: it is at most {cap}")]
    BeyondCap {
        /// The limit.
        name: &'static str,
        /// The value, shortened.
        value: String,
        /// The cap, with its unit.
        cap: String,
    },
    /// The same limit twice: it would be unclear which of them holds.
    #[error("the limit `{name}` is given twice")]
    Repeated {
        /// The limit.
        name: &'static str,
    },
}

impl HookLimits {
    /// Parses a list of `NAME=VALUE`.
    ///
    /// # Errors
    /// An unknown name, a value that is none or is beyond its cap, a name that is given twice.
    pub fn parse_all(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, ParseLimitError> {
        Self::default().changed(texts)
    }

    /// The names of all limits.
    pub fn names() -> [&'static str; 15] {
        KINDS.each_ref().map(|kind| kind.name)
    }

    /// These limits with those of a list of `NAME=VALUE` changed.
    ///
    /// # Errors
    /// As [`HookLimits::parse_all`].
    pub fn changed(&self, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, ParseLimitError> {
        let mut limits = self.clone();
        let mut seen: Vec<&'static str> = Vec::new();
        for text in texts {
            let text = text.as_ref();
            let (name, value) = text.split_once('=').ok_or_else(|| ParseLimitError::NotAnAssignment { text: shorten(text) })?;
            let name = limits.set(name, value)?;
            if seen.contains(&name) {
                return Err(ParseLimitError::Repeated { name });
            }
            seen.push(name);
        }
        Ok(limits)
    }

    /// Sets one limit, and returns its name. The default needs no entry.
    ///
    /// # Errors
    /// An unknown name, a value that is none or is beyond its cap.
    pub fn set(&mut self, name: &str, text: &str) -> Result<&'static str, ParseLimitError> {
        let kind = KINDS.iter().find(|kind| kind.name == name).ok_or_else(|| ParseLimitError::Unknown { name: shorten(name) })?;
        let expected = || ParseLimitError::Value { name: kind.name, value: shorten(text), expected: kind.unit.expected() };
        let value = kind.unit.parse(text).ok_or_else(expected)?;
        let cap = (kind.get)(&Limits::CAPS);
        if value > cap {
            return Err(ParseLimitError::BeyondCap { name: kind.name, value: shorten(text), cap: kind.unit.print(cap) });
        }
        if value == (kind.get)(&Limits::default()) {
            self.0.remove(kind.name);
        } else {
            self.0.insert(kind.name, value);
        }
        Ok(kind.name)
    }

    /// The limits of a call of this hook.
    pub fn effective(&self) -> Limits {
        let mut limits = Limits::default();
        for kind in &KINDS {
            if let Some(value) = self.0.get(kind.name) {
                (kind.set)(&mut limits, *value);
            }
        }
        limits
    }

    /// Whether all limits are the default ones.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What differs from the default, by name: a value as it is written, and as a number if it is a number of things.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, String, Option<u64>)> {
        KINDS.iter().filter_map(|kind| {
            let value = *self.0.get(kind.name)?;
            Some((kind.name, kind.unit.print(value), (kind.unit == Unit::Number).then_some(value)))
        })
    }

    /// All limits of this hook for machines: `memory_bytes`, `compute_ms`, `calls`.
    pub fn effective_numbers(&self) -> impl Iterator<Item = (String, u64)> {
        let limits = self.effective();
        KINDS.iter().map(move |kind| {
            let name = kind.name.replace('-', "_");
            let name = match kind.unit {
                Unit::Bytes if !name.ends_with("_bytes") => format!("{name}_bytes"),
                Unit::Milliseconds => format!("{name}_ms"),
                Unit::Bytes | Unit::Number => name,
            };
            (name, (kind.get)(&limits))
        })
    }
}

impl fmt::Display for HookLimits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.iter().map(|(name, value, _)| format!("{name}={value}")).collect();
        formatter.write_str(&parts.join(" "))
    }
}

const BYTES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];
const TIMES: [(&str, u64); 2] = [("ms", 1), ("s", 1000)];

impl Unit {
    const fn expected(self) -> &'static str {
        match self {
            Self::Bytes => "a size with its unit",
            Self::Milliseconds => "a time with its unit",
            Self::Number => "a number without a unit",
        }
    }

    fn parse(self, text: &str) -> Option<u64> {
        let units: &[(&str, u64)] = match self {
            Self::Bytes => &BYTES,
            Self::Milliseconds => &TIMES,
            Self::Number => &[("", 1)],
        };
        let digits_end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (digits, unit) = text.split_at(digits_end);
        let (_, factor) = units.iter().find(|(word, _)| *word == unit)?;
        digits.parse::<u64>().ok()?.checked_mul(*factor)
    }

    /// In the largest unit that divides it.
    fn print(self, value: u64) -> String {
        match self {
            Self::Bytes => {
                let whole = |(_, factor): &&(&str, u64)| value >= *factor && value.is_multiple_of(*factor);
                BYTES.iter().find(whole).map_or_else(|| format!("{value}B"), |(word, factor)| format!("{}{word}", value / factor))
            }
            Self::Milliseconds if value.is_multiple_of(1000) => format!("{}s", value / 1000),
            Self::Milliseconds => format!("{value}ms"),
            Self::Number => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_parsed_printed_and_have_effect() {
        let limits = HookLimits::parse_all(["compute=5s", "memory=131072KiB", "calls=100", "wall=1500ms", "log-bytes=1000B"]).unwrap();
        assert_eq!(limits.to_string(), "memory=128MiB compute=5s wall=1500ms calls=100 log-bytes=1000B");
        assert_eq!(HookLimits::parse_all(limits.to_string().split(' ')).unwrap(), limits);
        let expected = Limits {
            memory_bytes: 128 << 20,
            compute: Duration::from_secs(5),
            wall: Duration::from_millis(1500),
            capability_calls: 100,
            log_bytes: 1000,
            ..Limits::default()
        };
        assert_eq!(limits.effective(), expected);
    }

    #[test]
    fn every_limit_reaches_its_own_field_up_to_its_cap() {
        for kind in &KINDS {
            let cap = (kind.get)(&Limits::CAPS);
            let limits = HookLimits::parse_all([format!("{}={}", kind.name, kind.unit.print(cap))]).unwrap();
            let changed: Vec<&str> = KINDS
                .iter()
                .filter(|other| (other.get)(&limits.effective()) != (other.get)(&Limits::default()))
                .map(|other| other.name)
                .collect();
            assert_eq!(changed, [kind.name]);
            assert_eq!((kind.get)(&limits.effective()), cap);
            let beyond = match kind.unit {
                Unit::Bytes => format!("{}B", cap + 1),
                Unit::Milliseconds => format!("{}ms", cap + 1),
                Unit::Number => (cap + 1).to_string(),
            };
            let error = HookLimits::parse_all([format!("{}={beyond}", kind.name)]).unwrap_err();
            assert!(matches!(error, ParseLimitError::BeyondCap { .. }), "{error}");
            assert!(error.to_string().contains(&kind.unit.print(cap)), "{error}");
        }
    }

    #[test]
    fn the_page_about_hooks_lists_every_limit() {
        let page = include_str!("../../../docs/hooks.md");
        let listed: Vec<Vec<&str>> = page
            .lines()
            .skip_while(|line| !line.starts_with("| name |"))
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
            .collect();
        assert_eq!(listed.len(), KINDS.len());
        for (kind, cells) in KINDS.iter().zip(listed) {
            let print = |limits: &Limits| kind.unit.print((kind.get)(limits));
            assert_eq!(
                (cells[0], cells[2], cells[3]),
                (format!("`{}`", kind.name).as_str(), &*print(&Limits::default()), &*print(&Limits::CAPS))
            );
        }
    }

    #[test]
    fn a_limit_may_be_lowered_and_the_default_is_no_entry() {
        assert_eq!(HookLimits::parse_all(["memory=0B"]).unwrap().effective().memory_bytes, 0);
        assert!(HookLimits::parse_all(["memory=64MiB", "compute=2000ms", "calls=64"]).unwrap().is_empty());
    }

    #[test]
    fn what_is_not_a_limit() {
        for text in [
            "",
            "memory",
            "=1",
            "Memory=1MiB",
            "speed=1",
            "memory=",
            "memory=1",
            "memory=MiB",
            "memory=1mib",
            "memory=1 MiB",
            "memory=-1MiB",
            "memory=1.5MiB",
            "memory=1MB",
            "memory=99999999999999999999MiB",
            "memory=18446744073709551615GiB",
            "compute=5",
            "compute=5m",
            "compute=5MiB",
            "compute=∞",
            "calls=5s",
            "calls=+5",
            "calls=1e3",
            "calls= 5",
            "text-bytes=1KiB",
            "memory=2GiB",
            "compute=61s",
        ] {
            HookLimits::parse_all([text]).expect_err(text);
        }
        let error = HookLimits::parse_all(["calls=1", "calls=64"]).unwrap_err();
        assert_eq!(error.to_string(), "the limit `calls` is given twice");
    }

    #[test]
    fn machines_get_every_limit_with_its_unit() {
        let numbers: BTreeMap<String, u64> = HookLimits::default().effective_numbers().collect();
        assert_eq!(numbers.len(), KINDS.len());
        for (name, value) in [("memory_bytes", 64 << 20), ("compute_ms", 2000), ("calls", 64), ("reply_bytes", 16 << 20)] {
            assert_eq!(numbers.get(name), Some(&value), "{name}");
        }
    }
}
