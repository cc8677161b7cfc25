//! The platform of an image: operating system, architecture, variant.

use std::fmt;
use std::str::FromStr;

use pushgate_json::{DocumentError, Object, Shape};

/// What an image runs on, in the words of Go's `GOOS` and `GOARCH`.
///
/// From a document come only words of 1 to 64 ASCII letters, digits, `.`, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Platform {
    /// For example `linux`.
    pub os: String,
    /// For example `arm64`.
    pub architecture: String,
    /// For example `v8`.
    pub variant: Option<String>,
    /// The version of the operating system, for example `10.0.17763.6414`. Images for Windows have one.
    pub os_version: Option<String>,
}

/// A text that names no platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a platform")]
pub struct ParsePlatformError(String);

impl FromStr for Platform {
    type Err = ParsePlatformError;

    fn from_str(text: &str) -> Result<Self, ParsePlatformError> {
        let refused = || ParsePlatformError(text.chars().take(160).collect());
        let (machine, os_version) = version_of(text).ok_or_else(refused)?;
        let words: Vec<&str> = machine.split('/').collect();
        let (os, architecture, variant) = match words.as_slice() {
            [os, architecture] => (os, architecture, None),
            [os, architecture, variant] => (os, architecture, Some(variant)),
            _ => return Err(refused()),
        };
        let is_version = |text: &str| is_word(text) && text.starts_with(|first: char| first.is_ascii_digit());
        if !words.iter().all(|text| is_word(text)) || !os_version.is_none_or(is_version) {
            return Err(refused());
        }
        let owned = |text: &&str| (*text).to_owned();
        let os_version = os_version.map(str::to_owned);
        Ok(Self { os: owned(os), architecture: owned(architecture), variant: variant.map(owned), os_version })
    }
}

/// The version of the operating system, and the rest: `windows/amd64:10.0.17763` as crane has it, or
/// `windows(10.0.17763)/amd64` as containerd and buildx do. None if there are two.
fn version_of(text: &str) -> Option<(String, Option<&str>)> {
    match (text.split_once('('), text.rsplit_once(':')) {
        (None, None) => Some((text.to_owned(), None)),
        (None, Some((machine, version))) => Some((machine.to_owned(), Some(version))),
        (Some((os, rest)), None) => rest.split_once(')').map(|(version, rest)| (format!("{os}{rest}"), Some(version))),
        (Some(_), Some(_)) => None,
    }
}

impl Platform {
    /// From its words, as the Docker Engine gives them; an empty variant is none. The version is free text, and dropped
    /// if it is no word.
    ///
    /// # Errors
    /// A word that is none.
    pub fn of_words(os: &str, architecture: &str, variant: Option<&str>, os_version: Option<&str>) -> Result<Self, ParsePlatformError> {
        let variant = variant.filter(|variant| !variant.is_empty());
        if !is_word(os) || !is_word(architecture) || !variant.is_none_or(is_word) {
            let text = format!("{os}/{architecture}{}{}", if variant.is_some() { "/" } else { "" }, variant.unwrap_or_default());
            return Err(ParsePlatformError(text.chars().take(160).collect()));
        }
        let (variant, os_version) = (variant.map(str::to_owned), os_version.filter(|text| is_word(text)).map(str::to_owned));
        Ok(Self { os: os.to_owned(), architecture: architecture.to_owned(), variant, os_version })
    }
}

fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// The platform of a descriptor.
pub(crate) const SHAPE: Shape = Shape::Members(&[
    ("os", Shape::Scalar),
    ("architecture", Shape::Scalar),
    ("variant", Shape::Scalar),
    ("os.version", Shape::Scalar),
    ("os.features", Shape::Unread),
]);

impl Platform {
    /// Reads `os`, `architecture`, `variant` and `os.version` of an object: a descriptor's platform, or an image
    /// config.
    pub(crate) fn read(object: &Object<'_>) -> Result<Self, DocumentError> {
        let word = |name: &str, text: &str| {
            if is_word(text) {
                Ok(text.to_owned())
            } else {
                Err(object.error(name, "not a word of 1 to 64 ASCII letters, digits, `.`, `_` and `-`"))
            }
        };
        let variant = object.string("variant")?.filter(|text| !text.is_empty());
        Ok(Self {
            os: word("os", object.required_string("os")?)?,
            architecture: word("architecture", object.required_string("architecture")?)?,
            variant: variant.map(|text| word("variant", text)).transpose()?,
            // Free text, by which images are told apart and nothing is decided.
            os_version: object.string("os.version").ok().flatten().filter(|text| is_word(text)).map(str::to_owned),
        })
    }

    /// The platform that build tools give to attestations, which no machine has.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }

    /// The same platform without the version of its operating system, in one spelling, as containerd's `platforms.Normalize` has it: `linux/aarch64`, `linux/arm64` and `linux/arm64/v8`
    /// are one, and so are `linux/arm` and `linux/arm/v7`.
    #[must_use]
    pub fn normal(&self) -> Self {
        let lower = |text: &str| text.to_ascii_lowercase();
        let (architecture, variant) = (lower(&self.architecture), lower(self.variant.as_deref().unwrap_or_default()));
        let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
            ("i386", _) => ("386", ""),
            ("amd64" | "x86_64" | "x86-64", "v1") => ("amd64", ""),
            ("x86_64" | "x86-64", variant) => ("amd64", variant),
            ("arm64" | "aarch64", "8" | "v8" | "") => ("arm64", ""),
            ("aarch64", variant) => ("arm64", variant),
            ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
            ("armel", _) | ("arm", "6") => ("arm", "v6"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "8") => ("arm", "v8"),
            (architecture, variant) => (architecture, variant),
        };
        let os = match lower(&self.os).as_str() {
            "macos" => "darwin".to_owned(),
            other => other.to_owned(),
        };
        let variant = Some(variant.to_owned()).filter(|variant| !variant.is_empty());
        Self { os, architecture: architecture.to_owned(), variant, os_version: None }
    }

    /// Whether both are one platform, however they are spelled. An image of another variant does not match, also if the machine could run it.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.normal() == other.normal()
    }

    /// Whether an image for this platform is one of those that were asked for: `10.0.17763` stands for every
    /// `10.0.17763.…`.
    #[must_use]
    pub fn is_asked_for_by(&self, asked: &Self) -> bool {
        let is_part = |version: &str, part: &str| version.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.is(asked)
            && match (&self.os_version, &asked.os_version) {
                (_, None) => true,
                (Some(version), Some(part)) => is_part(version, part),
                (None, Some(_)) => false,
            }
    }

    /// Without the version of the operating system.
    pub(crate) fn machine(&self) -> (&str, &str, Option<&str>) {
        (&self.os, &self.architecture, self.variant.as_deref())
    }

    /// With the version of the operating system, as it can be asked for.
    #[must_use]
    pub fn in_full(&self) -> String {
        match &self.os_version {
            Some(version) => format!("{self}:{version}"),
            None => self.to_string(),
        }
    }

    /// Whether a descriptor that says `self` may lead to an image whose config says `config`. A variant that only one of them names is no
    /// contradiction: older build tools left it out of the config.
    pub(crate) fn agrees_with(&self, config: &Self) -> bool {
        self.os == config.os
            && self.architecture == config.architecture
            && match (&self.variant, &config.variant) {
                (Some(one), Some(other)) => one == other,
                _ => true,
            }
    }

    /// What a config says, with the variant that its descriptor has where the config has none. Build tools leave it out of configs, and whoever pulls
    /// an image chooses it by the index: <https://github.com/estesp/manifest-tool/issues/68>, <https://github.com/estesp/manifest-tool/issues/72>.
    #[must_use]
    pub fn completed(self, listed: Option<&Self>) -> Self {
        let variant = self.variant.or_else(|| listed.and_then(|listed| listed.variant.clone()));
        Self { variant, ..self }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(formatter, "/{variant}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pushgate_json::{MAX_DOCUMENT, Tree};

    fn platform(text: &str) -> Result<Platform, DocumentError> {
        Platform::read(&Tree::parse(text.as_bytes(), MAX_DOCUMENT, "platform", &SHAPE)?.object()?)
    }

    #[test]
    fn display() {
        let arm = platform(r#"{"os":"linux","architecture":"arm64","variant":"v8"}"#).unwrap();
        assert_eq!(arm.to_string(), "linux/arm64/v8");
        let amd = platform(r#"{"os":"linux","architecture":"amd64","variant":""}"#).unwrap();
        assert_eq!(amd.to_string(), "linux/amd64");
    }

    #[test]
    fn agreement() {
        let arm = |variant: Option<&str>| Platform {
            os: "linux".to_owned(),
            architecture: "arm".to_owned(),
            variant: variant.map(str::to_owned),
            os_version: None,
        };
        assert!(arm(Some("v7")).agrees_with(&arm(Some("v7"))));
        assert!(arm(Some("v7")).agrees_with(&arm(None)));
        assert!(!arm(Some("v7")).agrees_with(&arm(Some("v6"))));
    }

    #[test]
    fn a_variant_that_a_config_leaves_out_is_that_of_the_index() {
        let of = |text: &str| text.parse::<Platform>().unwrap();
        for (config, listed, platform) in [
            ("linux/arm", Some("linux/arm/v6"), "linux/arm/v6"),
            ("linux/arm", Some("linux/arm"), "linux/arm"),
            ("linux/arm/v7", Some("linux/arm"), "linux/arm/v7"),
            ("linux/arm/v7", None, "linux/arm/v7"),
            ("linux/arm64", Some("linux/arm64/v8"), "linux/arm64/v8"),
            ("linux/amd64", None, "linux/amd64"),
        ] {
            assert_eq!(of(config).completed(listed.map(of).as_ref()), of(platform), "{config} {listed:?}");
        }
    }

    #[test]
    fn spellings_of_one_platform() {
        let is = |one: &str, other: &str| one.parse::<Platform>().unwrap().is(&other.parse().unwrap());
        for (one, other) in [
            ("linux/amd64", "linux/amd64"),
            ("linux/amd64", "Linux/x86_64"),
            ("linux/amd64", "linux/amd64/v1"),
            ("linux/arm64", "linux/arm64/v8"),
            ("linux/arm64", "linux/aarch64"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/arm/7", "linux/armhf"),
            ("linux/arm/v6", "linux/armel"),
            ("linux/386", "linux/i386"),
            ("darwin/arm64", "macos/arm64"),
        ] {
            assert!(is(one, other) && is(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("linux/amd64", "linux/amd64/v2"),
            ("linux/amd64", "linux/arm64"),
            ("linux/amd64", "windows/amd64"),
            ("linux/arm64", "linux/arm64/v9"),
            ("linux/arm64", "linux/arm/v8"),
            ("linux/arm", "linux/arm/v6"),
        ] {
            assert!(!is(one, other) && !is(other, one), "{one} {other}");
        }
        for text in [
            "windows/amd64:",
            "windows/amd64:a",
            "windows/amd64:10/v1",
            "windows/amd64:10:11",
            "windows()/amd64",
            "windows(10.0/amd64",
            "windows(10.0)amd64",
            "windows(10.0)",
            "windows(10.0)/amd64:10.0",
            "windows(10.0+win32k)/amd64",
            "(10.0)/amd64",
        ] {
            assert!(text.parse::<Platform>().is_err(), "{text:?}");
        }
        for text in ["", "linux", "linux/", "/amd64", "linux/amd64/", "a/b/c/d", "linux/a:b", "linux/am d64", "linux/amd64\n", "*/*"] {
            assert!(text.parse::<Platform>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn versions_of_operating_systems() {
        for text in ["windows/amd64:10.0.17763", "windows(10.0.17763)/amd64"] {
            let asked: Platform = text.parse().unwrap();
            assert_eq!((asked.to_string().as_str(), asked.in_full().as_str()), ("windows/amd64", "windows/amd64:10.0.17763"));
            let is_meant = |version: Option<&str>| {
                let os_version = version.map(str::to_owned);
                Platform { os_version, ..asked.clone() }.is_asked_for_by(&asked)
            };
            assert!(is_meant(Some("10.0.17763")) && is_meant(Some("10.0.17763.6414")));
            assert!(!is_meant(Some("10.0.177631")) && !is_meant(Some("10.0.20348.1")) && !is_meant(Some("10.0")) && !is_meant(None));
        }
        let asked: Platform = "windows/amd64".parse().unwrap();
        assert!("windows/x86_64:10.0.17763".parse::<Platform>().unwrap().is_asked_for_by(&asked));
        assert_eq!("linux/arm/v7:1".parse::<Platform>().unwrap().in_full(), "linux/arm/v7:1");
        let read = |version: &str| {
            platform(&format!("{{\"os\":\"windows\",\"architecture\":\"amd64\",\"os.version\":{version}}}")).unwrap().os_version
        };
        assert_eq!(read("\"10.0.17763.6414\"").as_deref(), Some("10.0.17763.6414"));
        // Nothing is decided by it, so it may be anything.
        assert_eq!((read("7"), read("\"a b\""), read("\"\"")), (None, None, None));
    }

    #[test]
    fn other_words_are_refused() {
        for text in [
            r#"{"os":"linux"}"#,
            r#"{"os":"..","architecture":"../.."}"#,
            r#"{"os":"","architecture":"amd64"}"#,
            r#"{"os":"linux","architecture":"\u001b[2J"}"#,
            r#"{"os":"linux","architecture":7}"#,
        ] {
            assert!(platform(text).is_err(), "{text}");
        }
    }
}
