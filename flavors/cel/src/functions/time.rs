//! Times and durations as CEL's specification has them: a time is in UTC whatever offset it is written with, and a duration is what Go's `ParseDuration` takes.

use chrono::{DateTime, TimeDelta};
use interpreter::common::types::{CelDuration, CelInt, CelString, CelTimestamp};
use interpreter::{DeclarationError, Env, ExecutionError};

/// The interpreter's functions, and those that stand in for them. No expression can name one of these.
pub(super) const TIMES: [(&str, &str); 2] = [("timestamp", "@timestamp"), ("duration", "@duration")];

/// From the year 1 to the year 9999, in seconds since 1970.
const YEARS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

pub(super) fn declare(environment: &mut Env) -> Result<(), DeclarationError> {
    interpreter::add_overload!(environment, fn timestamp_of_text: (CelString) -> Result<CelTimestamp>, name = "@timestamp")?;
    interpreter::add_overload!(environment, fn timestamp_of_seconds: (CelInt) -> Result<CelTimestamp>, name = "@timestamp")?;
    interpreter::add_overload!(environment, fn timestamp_as_it_is: (CelTimestamp) -> CelTimestamp, name = "@timestamp")?;
    interpreter::add_overload!(environment, fn duration_of_text: (CelString) -> Result<CelDuration>, name = "@duration")?;
    interpreter::add_overload!(environment, fn duration_as_it_is: (CelDuration) -> CelDuration, name = "@duration")
}

fn timestamp_of_text(text: &CelString<'_>) -> Result<CelTimestamp, ExecutionError> {
    let written = text.inner();
    let refused = || ExecutionError::function_error("timestamp", "not a time");
    let time = DateTime::parse_from_rfc3339(written).map_err(|_| refused())?;
    // The parser takes small letters, a space and a 61st second; Go takes none of them.
    let leap = time.timestamp_subsec_nanos() >= 1_000_000_000;
    if leap || !YEARS.contains(&time.timestamp()) || written.contains(|character: char| character == ' ' || character.is_ascii_lowercase())
    {
        return Err(refused());
    }
    Ok(CelTimestamp::from(time.to_utc().fixed_offset()))
}

fn timestamp_of_seconds(seconds: &CelInt) -> Result<CelTimestamp, ExecutionError> {
    let seconds = *seconds.inner();
    let time = DateTime::from_timestamp(seconds, 0).filter(|_| YEARS.contains(&seconds));
    let time = time.ok_or_else(|| ExecutionError::function_error("timestamp", "out of range"))?;
    Ok(CelTimestamp::from(time.fixed_offset()))
}

fn timestamp_as_it_is(time: &CelTimestamp) -> CelTimestamp {
    time.clone()
}

fn duration_of_text(text: &CelString<'_>) -> Result<CelDuration, ExecutionError> {
    let nanoseconds = nanoseconds(text.inner()).ok_or_else(|| ExecutionError::function_error("duration", "not a duration"))?;
    Ok(CelDuration::from(TimeDelta::nanoseconds(nanoseconds)))
}

const fn duration_as_it_is(duration: &CelDuration) -> CelDuration {
    *duration
}

/// A sign, and numbers with units: `-1.5h30m`. A lone zero needs no unit.
fn nanoseconds(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut sum: i128 = 0;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = after.strip_prefix('.').map_or(("", after), digits);
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let (unit, after) = unit(after)?;
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part = whole.checked_mul(unit)?.checked_add(part_of(fraction, unit))?;
        sum = sum.checked_add(part)?;
        rest = after;
    }
    i64::try_from(if negative { -sum } else { sum }).ok()
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// A fraction of a unit, rounded down.
fn part_of(fraction: &str, unit: i128) -> i128 {
    // More digits change no nanosecond of an hour, and these fit.
    let (part, scale) = fraction.bytes().take(20).fold((0, 1), |(part, scale), digit| (part * 10 + i128::from(digit - b'0'), scale * 10));
    part * unit / scale
}

fn unit(text: &str) -> Option<(i128, &str)> {
    const UNITS: [(&str, i128); 8] = [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("μs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];
    UNITS.iter().find_map(|(name, value)| text.strip_prefix(name).map(|rest| (*value, rest)))
}
