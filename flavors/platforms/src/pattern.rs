//! Platforms, compared as containerd compares them, and patterns of them.

use std::fmt;

use serde::Deserialize;

use crate::known;

/// A platform in one spelling, as containerd's `platforms.Normalize` has it: `linux/aarch64`, `linux/arm64` and `linux/arm64/v8` are one, and so are
/// `linux/arm` and `linux/arm/v7`. An empty variant is none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Platform {
    os: String,
    architecture: String,
    variant: String,
    /// The version of Windows, or its beginning; of an image the whole one, empty where it has none.
    os_version: String,
}

/// Some platforms: one of them, or `*` for any system, architecture or variant.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern(Platform);

impl Platform {
    /// The platform of an image, as the host gives it, `os/architecture[/variant]`, and the version of its system.
    pub(crate) fn of_image(text: &str, os_version: &str) -> Self {
        let mut parts = text.splitn(3, '/').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        Self { os: next(), architecture: next(), variant: next(), os_version: os_version.to_owned() }.normal()
    }

    /// Whether this is the platform of the image, whose version may have more numbers.
    pub(crate) fn is_of(&self, image: &Self) -> bool {
        self.has_words_of(image) && self.variant == image.variant && self.has_version_of(image)
    }

    /// Whether a machine of this platform runs the image, by the variants of one architecture, as containerd's `platforms.Only` decides it.
    pub(crate) fn runs(&self, image: &Self) -> bool {
        let variant_fits = match self.architecture.as_str() {
            "amd64" | "arm" => level(&image.variant) <= level(&self.variant),
            "arm64" => match (arm64_level(&self.variant), arm64_level(&image.variant)) {
                // Armv9.0 has what Armv8.5 has, and so on.
                (Some((9, minor)), Some((8, wanted))) => wanted <= minor + 5,
                (Some((major, minor)), Some((wanted_major, wanted))) => major == wanted_major && wanted <= minor,
                _ => self.variant == image.variant,
            },
            _ => self.variant == image.variant,
        };
        self.has_words_of(image) && variant_fits && self.has_version_of(image)
    }

    /// The platforms of images that a machine of this one runs.
    pub(crate) fn runnable(&self) -> impl Iterator<Item = Self> {
        let of_variant = |variant: &&str| Self { variant: (*variant).to_owned(), ..self.clone() };
        known::variants(&self.architecture).iter().map(of_variant).chain([self.clone()]).filter(|image| self.runs(image))
    }

    /// Whether somebody looks at versions.
    pub(crate) fn has_version(&self) -> bool {
        !self.os_version.is_empty()
    }

    /// As `docker buildx build --platform` takes it: `windows(10.0.20348)/amd64`.
    pub(crate) fn for_buildx(&self) -> String {
        let plain = Self { os_version: String::new(), ..self.clone() }.to_string();
        match (self.os_version.as_str(), plain.split_once('/')) {
            ("", _) | (_, None) => plain,
            (version, Some((os, rest))) => format!("{os}({version})/{rest}"),
        }
    }

    fn has_words_of(&self, image: &Self) -> bool {
        self.os == image.os && self.architecture == image.architecture
    }

    fn has_version_of(&self, image: &Self) -> bool {
        let rest = image.os_version.strip_prefix(&self.os_version);
        self.os_version.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    fn normal(self) -> Self {
        let (os, architecture, variant) =
            (self.os.to_ascii_lowercase(), self.architecture.to_ascii_lowercase(), self.variant.to_ascii_lowercase());
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
        let os = if os == "macos" { "darwin".to_owned() } else { os };
        Self { os, architecture: architecture.to_owned(), variant: variant.to_owned(), os_version: self.os_version }
    }
}

/// The level of a variant of amd64 or arm: 1 for none, which is `v1` of amd64.
fn level(variant: &str) -> u32 {
    variant.strip_prefix('v').and_then(|level| level.parse().ok()).unwrap_or(1)
}

/// The numbers of a variant of arm64: `v9.2`; none is `v8`.
pub(crate) fn arm64_level(variant: &str) -> Option<(u32, u32)> {
    let numbers = if variant.is_empty() { "8" } else { variant.strip_prefix('v')? };
    let (major, minor) = numbers.split_once('.').unwrap_or((numbers, "0"));
    Some((major.parse().ok().filter(|major| (8..=9).contains(major))?, minor.parse().ok().filter(|minor| *minor < 100)?))
}

impl Pattern {
    /// Whether the platform is one of these. Without a variant, `linux/*` is each of any variant, and `linux/arm64` the default one.
    pub(crate) fn matches(&self, platform: &Platform) -> bool {
        let part = |pattern: &str, part: &str| pattern == "*" || pattern == part;
        let Platform { os, architecture, variant, .. } = &self.0;
        let any_variant = architecture == "*" && variant.is_empty();
        let words =
            part(os, &platform.os) && part(architecture, &platform.architecture) && (any_variant || part(variant, &platform.variant));
        words && self.0.has_version_of(platform)
    }

    /// Whether it is every platform.
    pub(crate) fn is_every(&self) -> bool {
        let Self(Platform { os, architecture, variant, os_version }) = self;
        os == "*" && architecture == "*" && matches!(variant.as_str(), "" | "*") && os_version.is_empty()
    }

    /// Whether somebody looks at versions.
    pub(crate) fn has_version(&self) -> bool {
        self.0.has_version()
    }

    /// Whether it accepts some images of a platform: all that the platform does not say may be so.
    pub(crate) fn overlaps(&self, platform: &Platform) -> bool {
        let Self(Platform { os_version, .. }) = self;
        let wanted = if platform.os_version.len() < os_version.len() { os_version } else { &platform.os_version };
        let narrow = Platform { os_version: wanted.clone(), ..platform.clone() };
        self.matches(&narrow) && platform.has_version_of(&narrow)
    }
}

/// The two or three words between slashes, and the version behind a colon.
fn words(text: &str) -> Result<Platform, String> {
    let (machine, version) = text.split_once(':').map_or((text, None), |(machine, version)| (machine, Some(version)));
    let words: Vec<&str> = machine.split('/').collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-*".contains(&byte));
    let no_platform = |problem: &str| Err(format!("`{text}` is not a platform: {problem}"));
    if !(2..=3).contains(&words.len()) || !words.iter().all(is_word) {
        return no_platform("it is OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, for example `linux/amd64`");
    }
    let platform = Platform::of_image(machine, version.unwrap_or_default());
    if let Some(problem) = known::problem(&platform.os, &platform.architecture, &platform.variant) {
        return no_platform(&problem);
    }
    match version {
        Some(_) if platform.os != "windows" => no_platform("only images of Windows have a version of their system"),
        Some(version) if !version.split('.').all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())) => {
            no_platform("after the colon stands a version of Windows, or its beginning, for example `windows/amd64:10.0.20348`")
        }
        _ => Ok(platform),
    }
}

impl TryFrom<String> for Platform {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.contains('*') {
            return Err(format!("`{text}` is a pattern: name each platform"));
        }
        words(&text)
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let machine = text.split(':').next().unwrap_or_default();
        if machine.split('/').any(|word| word.contains('*') && word != "*") {
            return Err(format!("`{text}` is not a pattern: `*` stands for a whole word, as in `linux/*`"));
        }
        words(&text).map(Self)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.os, self.architecture)?;
        if !self.variant.is_empty() {
            write!(formatter, "/{}", self.variant)?;
        }
        if self.os_version.is_empty() { Ok(()) } else { write!(formatter, ":{}", self.os_version) }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn spellings_of_one_platform() {
        for (one, other) in [
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
            assert_eq!(Platform::of_image(one, ""), Platform::of_image(other, ""), "{one} {other}");
        }
        for (one, other) in [
            ("linux/amd64", "linux/amd64/v2"),
            ("linux/amd64", "windows/amd64"),
            ("linux/arm64", "linux/arm64/v9"),
            ("linux/arm64", "linux/arm/v8"),
            ("linux/arm", "linux/arm/v6"),
        ] {
            assert_ne!(Platform::of_image(one, ""), Platform::of_image(other, ""), "{one} {other}");
        }
    }

    #[test]
    fn patterns() {
        for (text, platform, expected) in [
            ("linux/*", "linux/amd64", true),
            ("linux/*", "linux/arm/v6", true),
            ("linux/*", "windows/amd64", false),
            ("*/amd64", "windows/amd64", true),
            ("*/amd64", "linux/amd64/v3", false),
            ("*/*", "freebsd/riscv64", true),
            ("linux/arm/*", "linux/arm/v5", true),
            ("linux/arm/*", "linux/arm64", false),
            ("linux/arm64/*", "linux/arm64", true),
            ("linux/arm64", "linux/arm64/v8", true),
            ("linux/arm64", "linux/arm64/v9", false),
            ("linux/arm", "linux/arm/v7", true),
            ("linux/arm", "linux/arm/v6", false),
            ("linux/*/v7", "linux/arm/v7", true),
            ("linux/*/v7", "linux/amd64", false),
        ] {
            assert_eq!(pattern(text).matches(&Platform::of_image(platform, "")), expected, "{text} {platform}");
        }
    }

    #[test]
    fn what_a_machine_runs() {
        let of = |text: &str| Platform::of_image(text, "");
        for (machine, image, expected) in [
            ("linux/amd64/v3", "linux/amd64", true),
            ("linux/amd64/v3", "linux/amd64/v3", true),
            ("linux/amd64/v3", "linux/amd64/v4", false),
            ("linux/amd64", "linux/amd64/v2", false),
            ("linux/amd64", "linux/386", false),
            ("linux/arm/v7", "linux/arm/v6", true),
            ("linux/arm/v6", "linux/arm/v7", false),
            ("linux/arm64", "linux/arm/v7", false),
            ("linux/arm64", "linux/arm64/v8", true),
            ("linux/arm64/v9", "linux/arm64", true),
            ("linux/arm64/v9", "linux/arm64/v8.5", true),
            ("linux/arm64/v9", "linux/arm64/v8.6", false),
            ("linux/arm64/v8.2", "linux/arm64/v8.1", true),
            ("linux/arm64/v8.2", "linux/arm64/v9", false),
            ("linux/ppc64le", "linux/ppc64le", true),
            ("linux/ppc64le", "linux/ppc64le/power10", false),
            ("windows/amd64", "linux/amd64", false),
        ] {
            assert_eq!(of(machine).runs(&of(image)), expected, "{machine} {image}");
        }
        assert_eq!(
            of("linux/arm/v6").runnable().map(|image| image.to_string()).collect::<Vec<_>>(),
            ["linux/arm/v5", "linux/arm/v6", "linux/arm/v6"]
        );
    }

    #[test]
    fn versions_of_windows() {
        let image = Platform::of_image("windows/amd64", "10.0.20348.2461");
        for (text, expected) in [
            ("windows/amd64", true),
            ("windows/amd64:10.0.20348", true),
            ("windows/amd64:10.0.20348.2461", true),
            ("windows/amd64:10.0.2034", false),
            ("windows/amd64:10.0.17763", false),
        ] {
            assert_eq!(Platform::try_from(text.to_owned()).unwrap().is_of(&image), expected, "{text}");
            assert_eq!(pattern(text).matches(&image), expected, "{text}");
        }
        assert!(!pattern("windows/amd64:10.0").matches(&Platform::of_image("windows/amd64", "")));
        assert!(pattern("windows/amd64:10.0.20348").overlaps(&Platform::of_image("windows/amd64", "")));
        assert!(!pattern("windows/amd64:10.0.20348").overlaps(&Platform::of_image("windows/amd64", "10.0.17763")));
    }

    #[test]
    fn what_is_no_platform() {
        for text in [
            "",
            "linux",
            "linux/",
            "/amd64",
            "a/b/c/d",
            "linux/am d64",
            "linux/amd64\n",
            "linux/arm*",
            "*",
            "amd64/linux",
            "linxu/amd64",
            "linux/x64",
            "linux/arm64/v7",
            "linux/arm/v4",
            "linux/amd64/v5",
            "unknown/unknown",
            "linux/amd64:22.04",
            "windows/amd64:ltsc2022",
            "windows/amd64:",
            "windows/amd64:10..0",
        ] {
            assert!(Pattern::try_from(text.to_owned()).is_err(), "{text:?}");
        }
        for text in [
            "linux/amd64/v1",
            "linux/arm64/v8",
            "linux/arm64/v9.2",
            "linux/riscv64",
            "wasi/wasm",
            "*/*",
            "linux/*/v7",
            "Linux/x86_64",
            "linux/386",
            "windows/*:10.0",
        ] {
            assert!(Pattern::try_from(text.to_owned()).is_ok(), "{text:?}");
        }
        assert!(Platform::try_from("linux/*".to_owned()).is_err());
    }
}
