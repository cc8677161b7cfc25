//! Platforms, compared as containerd compares them, and patterns of them.

use std::fmt;

use serde::Deserialize;

/// A platform in one spelling, as containerd's `platforms.Normalize` has it: `linux/aarch64`, `linux/arm64` and `linux/arm64/v8` are one, and so are
/// `linux/arm` and `linux/arm/v7`. An empty variant is none.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Platform {
    os: String,
    architecture: String,
    variant: String,
}

/// Some platforms: one of them, or `*` for any system, architecture or variant.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern(Platform);

impl Platform {
    /// The platform of an image, as the host gives it: `os/architecture[/variant]`.
    pub(crate) fn of_image(text: &str) -> Self {
        let mut parts = text.splitn(3, '/').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        Self { os: next(), architecture: next(), variant: next() }.normal()
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
        Self { os, architecture: architecture.to_owned(), variant: variant.to_owned() }
    }
}

impl Pattern {
    /// Whether the platform is one of these. Without a variant, `linux/*` is each of any variant, and `linux/arm64` the default one.
    pub(crate) fn matches(&self, platform: &Platform) -> bool {
        let part = |pattern: &str, part: &str| pattern == "*" || pattern == part;
        let Platform { os, architecture, variant } = &self.0;
        let any_variant = architecture == "*" && variant.is_empty();
        part(os, &platform.os) && part(architecture, &platform.architecture) && (any_variant || part(variant, &platform.variant))
    }
}

/// The two or three words between slashes.
fn words(text: &str) -> Result<Platform, String> {
    let words: Vec<&str> = text.split('/').collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-*".contains(&byte));
    if !(2..=3).contains(&words.len()) || !words.iter().all(is_word) {
        return Err(format!("`{text}` is not a platform: it is OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, for example `linux/amd64`"));
    }
    Ok(Platform::of_image(text))
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
        if text.split('/').any(|word| word.contains('*') && word != "*") {
            return Err(format!("`{text}` is not a pattern: `*` stands for a whole word, as in `linux/*`"));
        }
        words(&text).map(Self)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.os, self.architecture)?;
        if self.variant.is_empty() { Ok(()) } else { write!(formatter, "/{}", self.variant) }
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
            assert_eq!(Platform::of_image(one), Platform::of_image(other), "{one} {other}");
        }
        for (one, other) in [
            ("linux/amd64", "linux/amd64/v2"),
            ("linux/amd64", "windows/amd64"),
            ("linux/arm64", "linux/arm64/v9"),
            ("linux/arm64", "linux/arm/v8"),
            ("linux/arm", "linux/arm/v6"),
        ] {
            assert_ne!(Platform::of_image(one), Platform::of_image(other), "{one} {other}");
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
            assert_eq!(pattern(text).matches(&Platform::of_image(platform)), expected, "{text} {platform}");
        }
    }

    #[test]
    fn what_is_no_platform() {
        for text in ["", "linux", "linux/", "/amd64", "a/b/c/d", "linux/am d64", "linux/amd64\n", "linux/arm*", "*"] {
            assert!(Pattern::try_from(text.to_owned()).is_err(), "{text:?}");
        }
        assert!(Platform::try_from("linux/*".to_owned()).is_err());
    }
}
