//! The base images that are allowed, and how an image is held against them.

use name_pattern::ImagePattern;
use serde::Deserialize;

/// One base image. All that it names must be so of an image that is built from it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Base {
    /// For people.
    title: Option<String>,
    name: Option<NamePattern>,
    digest: Option<Digest>,
    diff_ids: Option<Vec<Digest>>,
}

/// Base images by their names, in Docker's short form too: `debian:12*` is `docker.io/library/debian:12*`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct NamePattern {
    text: String,
    pattern: ImagePattern,
}

/// A digest: `sha256:` and 64 hexadecimal digits.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Digest(String);

/// What an image says of its base image.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) name: Option<String>,
    pub(crate) digest: Option<String>,
}

impl TryFrom<String> for NamePattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.contains('@') {
            return Err(format!("`{text}` has a digest: give it as `digest`"));
        }
        let whole = canonical(&text);
        let pattern = ImagePattern::try_from(whole.clone()).map_err(|problem| problem.replacen(&whole, &text, 1))?;
        Ok(Self { text, pattern })
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = match text.split_once(':') {
            Some(("sha256", digits)) if digits.len() == 64 => Some(digits),
            Some(("sha512", digits)) if digits.len() == 128 => Some(digits),
            _ => None,
        };
        if digits.is_some_and(|digits| digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))) {
            return Ok(Self(text));
        }
        Err(format!("`{text}` is no digest: it is `sha256:` and 64 hexadecimal digits in lower case"))
    }
}

/// The names of Docker Hub, as pushgate knows them for registries too.
const DOCKER_HUB: [&str; 4] = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/// The name, or the pattern of names, with its host, as Docker completes it: `debian`, `docker.io/debian` and `docker.io/library/debian` are one, and a
/// host is the same in upper case.
fn canonical(name: &str) -> String {
    let (host, repository) = match name.split_once('/') {
        None if name.starts_with("**") => return name.to_owned(),
        None => ("docker.io".to_owned(), name),
        Some((first, rest)) if first.contains(['.', ':', '*']) || first.eq_ignore_ascii_case("localhost") => {
            (first.to_ascii_lowercase(), rest)
        }
        Some(_) => ("docker.io".to_owned(), name),
    };
    match DOCKER_HUB.contains(&host.as_str()) {
        // `**` is every repository there, official or not.
        true if repository.contains('/') || repository.starts_with("**") => format!("docker.io/{repository}"),
        true => format!("docker.io/library/{repository}"),
        false => format!("{host}/{repository}"),
    }
}

impl NamePattern {
    fn matches(&self, name: &str) -> bool {
        self.pattern.matches_name(&canonical(name.split('@').next().unwrap_or_default()))
    }
}

impl Base {
    /// What makes no sense about it.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self {
            Self { name: None, digest: None, diff_ids: None, .. } => {
                Err("an entry names no base image: give its `name`, its `digest` or its `diff_ids`".to_owned())
            }
            Self { diff_ids: Some(diff_ids), .. } if diff_ids.is_empty() => Err("`diff_ids`: every image begins with no layers".to_owned()),
            Self { name: Some(name), digest: None, diff_ids: None, .. } if name.pattern.matches_all_on_all_hosts() => {
                Err(format!("the name `{}` allows every base image", name.text))
            }
            _ => Ok(()),
        }
    }

    /// Whether somebody has to read the layers of the image.
    pub(crate) fn looks_at_layers(&self) -> bool {
        self.diff_ids.is_some()
    }

    /// Whether somebody has to read what the image says of its base image.
    pub(crate) fn looks_at_claim(&self) -> bool {
        self.name.is_some() || self.digest.is_some()
    }

    /// Whether an image is built from it, by what it says and by the layers that it begins with.
    pub(crate) fn is_base_of(&self, claim: &Claim, layers: &[String]) -> bool {
        let name = self.name.as_ref().is_none_or(|name| claim.name.as_ref().is_some_and(|claimed| name.matches(claimed)));
        let digest = self.digest.as_ref().is_none_or(|digest| claim.digest.as_ref() == Some(&digest.0));
        let begins = |diff_ids: &Vec<Digest>| {
            let first = layers.get(..diff_ids.len());
            first.is_some_and(|first| first.iter().zip(diff_ids).all(|(layer, diff_id)| *layer == diff_id.0))
        };
        name && digest && self.diff_ids.as_ref().is_none_or(begins)
    }

    /// For people.
    pub(crate) fn title(&self) -> String {
        let layers = || {
            self.diff_ids
                .as_ref()
                .map(|diff_ids| format!("the {} layers up to {}", diff_ids.len(), diff_ids.last().map_or("none", |last| &last.0)))
        };
        let name = || self.name.as_ref().map(|name| format!("`{}`", name.text));
        let digest = || self.digest.as_ref().map(|digest| digest.0.clone());
        self.title.as_ref().map(|title| format!("`{title}`")).or_else(name).or_else(digest).or_else(layers).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(pattern: &str, claimed: &str) -> bool {
        NamePattern::try_from(pattern.to_owned()).unwrap().matches(claimed)
    }

    #[test]
    fn names_are_compared_with_their_hosts() {
        for (pattern, claimed, expected) in [
            ("debian:12*", "docker.io/library/debian:12.5-slim", true),
            ("debian:12*", "debian:12", true),
            ("debian:12*", "index.docker.io/library/debian:12", true),
            ("debian:12*", "evil.example/library/debian:12", false),
            ("debian:12*", "debian", false),
            ("debian", "debian:11", true),
            ("bitnami/*", "docker.io/bitnami/redis:7", true),
            ("gcr.io/distroless/**", "gcr.io/distroless/static-debian12:nonroot@sha256:00", true),
            ("gcr.io/distroless/*", "gcr.io/distroless.evil/x", false),
            ("localhost:5000/base", "localhost:5000/base:1", true),
            ("localhost/base", "localhost/base:1", true),
            ("*/library/debian", "docker.io/library/debian:12", true),
            ("**", "anything/at/all", true),
            ("docker.io/**", "bitnami/redis", true),
            ("docker.io/**", "debian", true),
            ("docker.io/*", "debian", true),
            ("docker.io/*", "bitnami/redis", false),
            ("gcr.io/base", "GCR.io/base:1", true),
            ("GCR.io/base", "gcr.io/base:1", true),
            ("gcr.io/base", "gcr.io/Base:1", false),
            ("docker.io.evil.example/debian", "docker.io/debian", false),
            ("debian:12", "docker.io:443/debian:12", false),
        ] {
            assert_eq!(name(pattern, claimed), expected, "{pattern} {claimed}");
        }
        assert!(NamePattern::try_from("debian@sha256:00".to_owned()).is_err());
        assert!(NamePattern::try_from("Debian Linux".to_owned()).is_err());
    }

    /// Whichever of its spellings the setting has, and whichever the image.
    #[test]
    fn each_spelling_of_an_official_image_is_one() {
        let spellings = ["debian:12", "library/debian:12"].map(str::to_owned).into_iter();
        let with_host = DOCKER_HUB
            .iter()
            .chain(&["Docker.IO"])
            .flat_map(|host| ["debian:12", "library/debian:12"].map(|name| format!("{host}/{name}")));
        let spellings: Vec<String> = spellings.chain(with_host).collect();
        for pattern in &spellings {
            for claimed in &spellings {
                assert!(name(pattern, claimed), "{pattern} {claimed}");
                assert!(name(&pattern.replace("12", "12*"), claimed), "{pattern} {claimed}");
                assert!(!name(pattern, &claimed.replace("debian", "alpine")), "{pattern} {claimed}");
            }
            assert!(!name(pattern, "evil.example/library/debian:12") && !name(pattern, "evil.example/debian:12"), "{pattern}");
        }
    }

    #[test]
    fn digests() {
        assert!(Digest::try_from(format!("sha256:{}", "0a".repeat(32))).is_ok());
        for text in [
            "",
            "sha256:",
            "0a",
            &format!("sha256:{}", "0A".repeat(32)),
            &format!("sha512:{}", "0a".repeat(32)),
            &format!("md5:{}", "0".repeat(32)),
        ] {
            assert!(Digest::try_from(text.to_string()).is_err(), "{text}");
        }
    }
}
