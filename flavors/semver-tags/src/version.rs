//! Semantic versions 2.0.0, as a tag can hold them: a tag has no `+`, and `_` stands for it, as Helm has it.
//!
//! A `-` for the `+` can't be told from what begins a pre-release, so it does.

/// What there is in a version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) parts: Parts,
    /// It has a pre-release: `-rc.1`.
    pub(crate) prerelease: bool,
    /// It has build metadata: `_20260101`.
    pub(crate) build: bool,
}

/// How many numbers it has. Only three make a semantic version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parts {
    /// `1`
    One,
    /// `1.4`
    Two,
    /// `1.4.2`
    Three,
}

impl Version {
    /// Reads a version without prefix. The numbers may be of any size, as in the specification.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (rest, build) = cut(text, '_');
        let (numbers, prerelease) = cut(rest, '-');
        let mut count = 0_usize;
        for number in numbers.split('.') {
            count += 1;
            match number.as_bytes() {
                [] => return Err("a number is missing".to_owned()),
                [b'0', _, ..] if is_numeric(number) => return Err(format!("the number `{number}` has a leading zero")),
                _ if !is_numeric(number) => return Err(format!("`{number}` is not a number")),
                _ => {}
            }
        }
        let parts = match count {
            3 => Parts::Three,
            2 => Parts::Two,
            1 => Parts::One,
            _ => return Err(format!("it has {count} numbers instead of three")),
        };
        if parts == Parts::One && numbers.len() >= DATE {
            return Err(format!("`{numbers}` is one number, as a date or the number of a build is"));
        }
        if parts != Parts::Three && (prerelease.is_some() || build.is_some()) {
            return Err("before a pre-release or build metadata stand three numbers".to_owned());
        }
        if let Some(prerelease) = prerelease {
            if let Some(number) = prerelease.split('.').find(|part| part.len() > 1 && part.starts_with('0') && is_numeric(part)) {
                return Err(format!("the number `{number}` of the pre-release has a leading zero"));
            }
        }
        Self::new(parts, prerelease, build)
    }

    /// A version with what follows its numbers: `-rc.1`, `_5`, both or nothing.
    pub(crate) fn followed_by(text: &str) -> Result<Self, String> {
        let (rest, build) = cut(text, '_');
        match cut(rest, '-') {
            ("", prerelease) => Self::new(Parts::Three, prerelease, build),
            (other, _) => Err(format!("`{other}` follows it")),
        }
    }

    fn new(parts: Parts, prerelease: Option<&str>, build: Option<&str>) -> Result<Self, String> {
        if let Some(prerelease) = prerelease {
            identifiers("pre-release", prerelease)?;
        }
        if let Some(build) = build {
            identifiers("build metadata", build)?;
        }
        Ok(Self { parts, prerelease: prerelease.is_some(), build: build.is_some() })
    }
}

/// A number alone with so many digits is no major version.
const DATE: usize = 6;

/// What stands before and after the first such character.
fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn is_numeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Words of letters, digits and `-` with dots between them.
fn identifiers(what: &str, text: &str) -> Result<(), String> {
    if text.split('.').any(str::is_empty) {
        return Err(format!("a part of its {what} is empty"));
    }
    match text.chars().find(|character| !character.is_ascii_alphanumeric() && !".-".contains(*character)) {
        Some(character) => Err(format!("its {what} may not have `{character}`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples that semver.org gives for its regular expression, with `_` for `+`.
    const VALID: &str = "0.0.4 1.2.3 10.20.30 1.1.2-prerelease_meta 1.1.2_meta 1.1.2_meta-valid 1.0.0-alpha 1.0.0-beta 1.0.0-alpha.beta \
        1.0.0-alpha.beta.1 1.0.0-alpha.1 1.0.0-alpha0.valid 1.0.0-alpha.0valid 1.0.0-alpha-a.b-c-somethinglong_build.1-aef.1-its-okay \
        1.0.0-rc.1_build.1 2.0.0-rc.1_build.123 1.2.3-beta 10.2.3-DEV-SNAPSHOT 1.2.3-SNAPSHOT-123 1.0.0 2.0.0 1.1.7 2.0.0_build.1848 \
        2.0.1-alpha.1227 1.0.0-alpha_beta 1.2.3----RC-SNAPSHOT.12.9.1--.12_788 1.2.3----R-S.12.9.1--.12_meta 1.2.3----RC-SNAPSHOT.12.9.1--.12 \
        1.0.0_0.build.1-rc.10000aaa-kk-0.1 99999999999999999999999.999999999999999999.99999999999999999 1.0.0-0A.is.legal";

    const INVALID: &str = "1.2.3-0123 1.2.3-0123.0123 1.1.2_.123 _invalid -invalid -invalid_invalid -invalid.01 alpha alpha.beta alpha.beta.1 \
        alpha.1 alpha_beta alpha_beta alpha. alpha.. beta 1.0.0-alpha_beta_x -alpha. 1.0.0-alpha.. 1.0.0-alpha..1 1.0.0-alpha...1 \
        1.0.0-alpha....1 1.0.0-alpha.....1 1.0.0-alpha......1 1.0.0-alpha.......1 01.1.1 1.01.1 1.1.01 1.2.3.DEV 1.2-SNAPSHOT \
        1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12_788 1.2-RC-SNAPSHOT -1.0.3-gamma_b7718 _justmeta 9.8.7_meta_meta 9.8.7-whatever_meta_meta \
        99999999999999999999999.999999999999999999.99999999999999999----RC-SNAPSHOT.12.09.1--------------------------------..12 \
        1.2.3.4 1.2. .1 1..2 00 1.2.3- 1.2.3_ 1.2.3-rc. v1.2.3 1.2.3-é 1.2.3+meta";

    #[test]
    fn the_examples_of_the_specification() {
        for text in VALID.split_whitespace() {
            let version = Version::parse(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
            assert_eq!(version.parts, Parts::Three, "{text}");
        }
        for text in INVALID.split_whitespace() {
            assert!(Version::parse(text).is_err(), "{text}");
        }
        assert!(Version::parse("").is_err());
        assert_eq!(Version::parse("1.2.3-0").map(|version| version.prerelease), Ok(true));
    }

    #[test]
    fn what_there_is_in_a_version() {
        let version = |parts, prerelease, build| Ok(Version { parts, prerelease, build });
        assert_eq!(Version::parse("1"), version(Parts::One, false, false));
        assert_eq!(Version::parse("1.0"), version(Parts::Two, false, false));
        assert_eq!(Version::parse("1.0.0"), version(Parts::Three, false, false));
        assert_eq!(Version::parse("1.0.0-rc.1"), version(Parts::Three, true, false));
        assert_eq!(Version::parse("1.0.0_a-b"), version(Parts::Three, false, true));
        assert_eq!(Version::parse("1.0.0-rc.1_5"), version(Parts::Three, true, true));
        assert_eq!(Version::parse("20240115.0.0"), version(Parts::Three, false, false));
    }

    #[test]
    fn reasons() {
        for (text, expected) in [
            ("latest", "`latest` is not a number"),
            ("1.02.3", "the number `02` has a leading zero"),
            ("1.2.3.4", "it has 4 numbers instead of three"),
            ("1.2.3-rc.01", "the number `01` of the pre-release has a leading zero"),
            ("1.2.3-rc..1", "a part of its pre-release is empty"),
            ("1.2.3_a_b", "its build metadata may not have `_`"),
            ("1.2-rc.1", "before a pre-release or build metadata stand three numbers"),
            ("1..2", "a number is missing"),
            ("20240115", "`20240115` is one number, as a date or the number of a build is"),
        ] {
            assert_eq!(Version::parse(text), Err(expected.to_owned()), "{text}");
        }
    }
}
