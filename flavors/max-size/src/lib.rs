//! Refuses images that are too large: in the registry, or where they are uncompressed.

mod size;

use pushgate_flavor::{Flavor, Image, Push, Refusal, Violation, Violations, deny, flavor, log};
use serde::Deserialize;

use crate::size::{Limit, shown};

struct MaxSize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    compressed: Option<Limit>,
    uncompressed: Option<Limit>,
    total: Option<Limit>,
    #[serde(default)]
    unknown: Unknown,
}

/// What happens to an image whose size cannot be told.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unknown {
    /// It could be too large, so it is refused.
    #[default]
    Refuse,
    /// The person who pushes is told.
    Warn,
}

/// What is wrong with a size.
enum Problem {
    TooLarge(Violation),
    Unknown(Unsure),
}

/// A size that cannot be told. It is a refusal only where the settings want it to be one.
struct Unsure {
    message: String,
    platform: String,
    limit: u64,
    hint: &'static str,
}

impl Flavor for MaxSize {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        settings.check().map_err(Refusal::misconfigured)?;
        let Settings { compressed, uncompressed, total, unknown } = settings;
        let images = push.images()?;
        let mut problems = Vec::new();
        for image in &images {
            problems.extend(compressed.as_ref().and_then(|limit| compressed_problem(image, limit)));
            problems.extend(uncompressed.as_ref().and_then(|limit| uncompressed_problem(image, limit)));
        }
        problems.extend(total.as_ref().and_then(|limit| total_problem(&images, limit)));
        let mut violations = Violations::new();
        for problem in problems {
            match problem {
                Problem::Unknown(unsure) if unknown == Unknown::Warn => log::warn(&unsure.message),
                Problem::Unknown(unsure) => violations.push(unsure.refuse()),
                Problem::TooLarge(violation) => violations.push(violation),
            }
        }
        violations.into()
    }
}

impl Settings {
    /// What makes no sense about them.
    fn check(&self) -> Result<(), String> {
        let Self { compressed, uncompressed, total, .. } = self;
        if compressed.is_none() && uncompressed.is_none() && total.is_none() {
            return Err("`compressed`, `uncompressed` and `total`: none is given, and without a limit nothing is checked".to_owned());
        }
        match (compressed, uncompressed, total) {
            (Some(compressed), Some(uncompressed), _) if compressed.bytes() > uncompressed.bytes() => Err(format!(
                "`compressed` and `uncompressed`: an image of {compressed} compressed is larger than {uncompressed} uncompressed, so that the first limit is never reached"
            )),
            (Some(compressed), _, Some(total)) if compressed.bytes() > total.bytes() => Err(format!(
                "`compressed` and `total`: one image of {compressed} is larger than {total} for all of them, so that the first limit is never reached"
            )),
            _ => Ok(()),
        }
    }
}

/// Compression makes nothing larger, but for the config and a few bytes in ten thousand: what fits uncompressed fits compressed.
fn compressed_problem(image: &Image, limit: &Limit) -> Option<Problem> {
    let platform = image.platform();
    let code = "size.compressed";
    match (image.compressed_size(), image.uncompressed_size()) {
        (Some(size), _) if size > limit.bytes() => {
            let message = format!("the image for {platform} is {} compressed, more than the limit of {limit}", shown(size));
            Some(too_large(code, message, platform, size, limit))
        }
        (None, Some(size)) if size > limit.bytes() => {
            let message = format!(
                "nobody can tell yet how large the image for {platform} is compressed: uncompressed it is {}, more than the limit of {limit}",
                shown(size)
            );
            Some(unknown(message, platform, limit, COMPRESSED_HINT))
        }
        (None, None) => {
            let message = format!("nobody can tell yet how large the image for {platform} is compressed, for the limit of {limit}");
            Some(unknown(message, platform, limit, COMPRESSED_HINT))
        }
        _ => None,
    }
}

/// What is too large compressed is too large uncompressed, for the same reason.
fn uncompressed_problem(image: &Image, limit: &Limit) -> Option<Problem> {
    let platform = image.platform();
    let code = "size.uncompressed";
    match (image.uncompressed_size(), image.compressed_size()) {
        (Some(size), _) if size > limit.bytes() => {
            let message = format!("the image for {platform} is {} uncompressed, more than the limit of {limit}", shown(size));
            Some(too_large(code, message, platform, size, limit))
        }
        (None, Some(size)) if size > limit.bytes() => {
            let message =
                format!("the image for {platform} is {} compressed already, more than the limit of {limit} uncompressed", shown(size));
            Some(too_large(code, message, platform, size, limit))
        }
        (None, _) => {
            let message = format!("nobody has counted how large the image for {platform} is uncompressed, for the limit of {limit}");
            Some(unknown(message, platform, limit, UNCOMPRESSED_HINT))
        }
        _ => None,
    }
}

/// What all images of the push are together. Layers that they share count for each of them: which those are, nobody says.
fn total_problem(images: &[Image], limit: &Limit) -> Option<Problem> {
    let sum = |sizes: Option<Vec<u64>>| sizes.map(|sizes| sizes.into_iter().fold(0, u64::saturating_add));
    let compressed = sum(images.iter().map(Image::compressed_size).collect());
    // What fits uncompressed fits compressed.
    let most =
        compressed.or_else(|| sum(images.iter().map(|image| image.compressed_size().or_else(|| image.uncompressed_size())).collect()));
    let platforms = images.iter().map(Image::platform).collect::<Vec<_>>().join(", ");
    match (compressed, most) {
        (Some(size), _) if size > limit.bytes() => {
            let message = format!("the images for {platforms} are {} compressed in all, more than the limit of {limit}", shown(size));
            Some(too_large("size.total", message, &platforms, size, limit))
        }
        (None, Some(size)) if size > limit.bytes() => {
            let message = format!(
                "nobody can tell yet how large the images for {platforms} are compressed in all: uncompressed they are {}, more than the limit of {limit}",
                shown(size)
            );
            Some(unknown(message, &platforms, limit, COMPRESSED_HINT))
        }
        (None, None) => {
            let message =
                format!("nobody can tell yet how large the images for {platforms} are compressed in all, for the limit of {limit}");
            Some(unknown(message, &platforms, limit, COMPRESSED_HINT))
        }
        _ => None,
    }
}

const COMPRESSED_HINT: &str = "push an image that is compressed: build it into an OCI archive (`docker buildx build --output type=oci,dest=FILE`) and add \
                           `--from oci-archive:FILE`";
const UNCOMPRESSED_HINT: &str = "add `--verify`, which counts it; for an image of the Docker Engine `--direct --verify`";

fn too_large(code: &str, message: String, platform: &str, size: u64, limit: &Limit) -> Problem {
    let violation = deny(code, message)
        .hint("take out what is not needed at run time, for example with a build in several stages or a smaller base image")
        .detail("platform", platform)
        .detail("size", size.to_string())
        .detail("limit", limit.bytes().to_string());
    Problem::TooLarge(violation)
}

fn unknown(message: String, platform: &str, limit: &Limit, hint: &'static str) -> Problem {
    Problem::Unknown(Unsure { message, platform: platform.to_owned(), limit: limit.bytes(), hint })
}

impl Unsure {
    fn refuse(self) -> Violation {
        deny("size.unknown", self.message)
            .hint(self.hint)
            .detail("platform", self.platform)
            .detail("size", "unknown")
            .detail("limit", self.limit.to_string())
    }
}

flavor!(MaxSize, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
