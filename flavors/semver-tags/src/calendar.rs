//! Calendar versions, in the words of <https://calver.org>: `YYYY.0M.0D`, `YY.MM.MICRO`, `YYYY0M0D`.

use crate::version::Version;

/// The form of a calendar version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A number with this meaning; `digits` where it always has so many, with zeros before it.
    Number {
        meaning: Meaning,
        digits: Option<usize>,
    },
    Separator(char),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Year,
    /// Counted from 2000.
    ShortYear,
    Month,
    Week,
    Day,
    /// `MAJOR`, `MINOR` or `MICRO`.
    Count,
}

const WORDS: [(&str, Meaning, Option<usize>); 12] = [
    ("YYYY", Meaning::Year, Some(4)),
    ("YY", Meaning::ShortYear, None),
    ("0Y", Meaning::ShortYear, Some(2)),
    ("MM", Meaning::Month, None),
    ("0M", Meaning::Month, Some(2)),
    ("WW", Meaning::Week, None),
    ("0W", Meaning::Week, Some(2)),
    ("DD", Meaning::Day, None),
    ("0D", Meaning::Day, Some(2)),
    ("MAJOR", Meaning::Count, None),
    ("MINOR", Meaning::Count, None),
    ("MICRO", Meaning::Count, None),
];

impl Form {
    /// Reads a form in which each version can be read in one way.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts: Vec<Part> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let word = WORDS.iter().find_map(|(word, meaning, digits)| Some((rest.strip_prefix(word)?, *meaning, *digits)));
            let (after, part) = match word {
                Some((after, meaning, digits)) => (after, Part::Number { meaning, digits }),
                None => match rest.strip_prefix(['.', '-', '_']) {
                    Some(after) => (after, Part::Separator(rest.chars().next().unwrap_or_default())),
                    None => {
                        return Err(format!(
                            "`{text}` is no form of a version: `{rest}` is none of the words of calver.org, such as YYYY, 0M, 0D and MICRO"
                        ));
                    }
                },
            };
            match (parts.last(), part) {
                (None | Some(Part::Separator(_)), Part::Separator(_)) => {
                    return Err(format!("`{text}` is no form of a version: before `{rest}` a word is missing"));
                }
                (Some(Part::Number { digits: None, .. }), Part::Number { .. }) => {
                    return Err(format!(
                        "`{text}` is no form of a version: between a word of any length and `{rest}` a `.`, `-` or `_` is missing"
                    ));
                }
                _ => parts.push(part),
            }
            rest = after;
        }
        let has = |wanted: Meaning| parts.iter().any(|part| matches!(part, Part::Number { meaning, .. } if *meaning == wanted));
        if !has(Meaning::Year) && !has(Meaning::ShortYear) {
            return Err(format!("`{text}` is no form of a version: it is `semver`, or has a year, as `YYYY.0M.0D` and `YY.MM.MICRO` have"));
        }
        if has(Meaning::Day) && !has(Meaning::Month) {
            return Err(format!("`{text}` is no form of a version: a day without a month says nothing"));
        }
        if matches!(parts.last(), Some(Part::Separator(_))) {
            return Err(format!("`{text}` is no form of a version: nothing follows its last separator"));
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads a version without prefix.
    pub(crate) fn version(&self, text: &str) -> Result<Version, String> {
        let mut rest = text;
        // 29 February is a day of any year that is not known to have none.
        let (mut year, mut month, mut day) = (2000, 1, 1);
        for part in &self.parts {
            let (meaning, digits) = match *part {
                Part::Separator(separator) => {
                    rest = rest.strip_prefix(separator).ok_or_else(|| format!("a `{separator}` is missing"))?;
                    continue;
                }
                Part::Number { meaning, digits } => (meaning, digits),
            };
            let found = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, after) = rest.split_at_checked(digits.map_or(found, |digits| digits.min(found))).unwrap_or((rest, ""));
            rest = after;
            let value: u32 = match (number, digits) {
                ("", _) => return Err(format!("its {} is missing", meaning.name())),
                (number, Some(digits)) if number.len() < digits => {
                    return Err(format!("its {} has {digits} digits, and not `{number}`", meaning.name()));
                }
                (number, None) if number.len() > 1 && number.starts_with('0') => {
                    return Err(format!("the number `{number}` has a leading zero"));
                }
                // A count may be of any size.
                (number, _) => number.parse().unwrap_or(u32::MAX),
            };
            match meaning {
                Meaning::Year => year = value,
                Meaning::ShortYear => year = value.saturating_add(2000),
                Meaning::Month if !(1..=12).contains(&value) => return Err(format!("`{number}` is no month")),
                Meaning::Day if !(1..=31).contains(&value) => return Err(format!("`{number}` is no day")),
                Meaning::Month => month = value,
                Meaning::Week if !(1..=53).contains(&value) => return Err(format!("`{number}` is no week")),
                Meaning::Day => day = value,
                Meaning::Week | Meaning::Count => {}
            }
        }
        if !(1000..=9999).contains(&year) {
            return Err("its year has 4 digits, and no zero before them".to_owned());
        }
        if day > days(year, month) {
            return Err(format!("`{day}` is no day of that month"));
        }
        Version::followed_by(rest)
    }
}

impl Meaning {
    const fn name(self) -> &'static str {
        match self {
            Self::Year | Self::ShortYear => "year",
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
            Self::Count => "number",
        }
    }
}

const fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_by_form() {
        for (form, text, expected) in [
            ("YYYY.0M.0D", "2024.01.15", Ok((false, false))),
            ("YYYY.0M.0D", "2024.01.15-rc.1", Ok((true, false))),
            ("YYYY.0M.0D", "2024.01.15_5", Ok((false, true))),
            ("YYYY.0M.0D", "2024.1.15", Err("its month has 2 digits, and not `1`")),
            ("YYYY.0M.0D", "2024.13.15", Err("`13` is no month")),
            ("YYYY.0M.0D", "2024.02.30", Err("`30` is no day of that month")),
            ("YYYY.0M.0D", "2024.02.29", Ok((false, false))),
            ("YYYY.0M.0D", "2024.02.32", Err("`32` is no day")),
            ("YYYY.0M.0D", "2023.02.29", Err("`29` is no day of that month")),
            ("YYYY.0M.0D", "2024.01", Err("a `.` is missing")),
            ("YYYY.0M.0D", "2024.01.15.1", Err("`.1` follows it")),
            ("YYYY.0M.0D", "1.4.2", Err("its year has 4 digits, and not `1`")),
            ("YYYY0M0D", "20240115", Ok((false, false))),
            ("YYYY0M0D", "20241315", Err("`13` is no month")),
            ("YYYY0M0D", "202401151", Err("`1` follows it")),
            ("YYYY-0M-0D", "2024-01-15", Ok((false, false))),
            ("YYYY-0M-0D", "2024-01-15-dev", Ok((true, false))),
            ("YY.MM.MICRO", "24.4.0", Ok((false, false))),
            ("YY.0M", "24.04", Ok((false, false))),
            ("YY.MM", "24.04", Err("the number `04` has a leading zero")),
            ("YYYY.WW", "2024.54", Err("`54` is no week")),
            ("YYYY.MINOR.MICRO", "2024.99999999999999999999.0", Ok((false, false))),
            ("YYYY.MM", "latest", Err("its year is missing")),
            ("YYYY.0M", "0024.01", Err("its year has 4 digits, and no zero before them")),
        ] {
            let found = Form::parse(form).unwrap().version(text).map(|version| (version.prerelease, version.build));
            assert_eq!(found, expected.map_err(str::to_owned), "{form} {text}");
        }
    }

    #[test]
    fn what_is_no_form() {
        for text in [
            "",
            "v1",
            "YYY.MM",
            "MAJOR.MINOR.MICRO",
            "YYYY.DD",
            "YYYYMM.DDMICRO",
            "YYYY..MM",
            ".YYYY",
            "YYYY.",
            "yyyy.mm",
            "YYYY/MM",
            "semver2",
        ] {
            assert!(Form::parse(text).is_err(), "{text}");
        }
    }
}
