//! Refuses images that are too large: in the registry, or where they are unpacked.

mod size;

use pushgate_flavor::{Flavor, Image, Push, Refusal, Violation, Violations, deny, flavor, log};
use serde::Deserialize;

use crate::size::{Limit, shown};

struct MaxSize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    packed: Option<Limit>,
    unpacked: Option<Limit>,
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
        let Settings { packed, unpacked, total, unknown } = settings;
        let images = push.images()?;
        let mut problems = Vec::new();
        for image in &images {
            problems.extend(packed.as_ref().and_then(|limit| packed_problem(image, limit)));
            problems.extend(unpacked.as_ref().and_then(|limit| unpacked_problem(image, limit)));
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
        let Self { packed, unpacked, total, .. } = self;
        if packed.is_none() && unpacked.is_none() && total.is_none() {
            return Err("`packed`, `unpacked` and `total`: none is given, and without a limit nothing is checked".to_owned());
        }
        match (packed, unpacked, total) {
            (Some(packed), Some(unpacked), _) if packed.bytes() > unpacked.bytes() => Err(format!(
                "`packed` and `unpacked`: an image of {packed} packed is larger than {unpacked} unpacked, so that the first limit is never reached"
            )),
            (Some(packed), _, Some(total)) if packed.bytes() > total.bytes() => Err(format!(
                "`packed` and `total`: one image of {packed} is larger than {total} for all of them, so that the first limit is never reached"
            )),
            _ => Ok(()),
        }
    }
}

/// Packing makes nothing larger, but for the config and a few bytes in ten thousand: what fits unpacked fits packed.
fn packed_problem(image: &Image, limit: &Limit) -> Option<Problem> {
    let platform = image.platform();
    let code = "size.packed";
    match (image.packed_size(), image.unpacked_size()) {
        (Some(size), _) if size > limit.bytes() => {
            let message = format!("the image for {platform} is {} packed, more than the limit of {limit}", shown(size));
            Some(too_large(code, message, platform, size, limit))
        }
        (None, Some(size)) if size > limit.bytes() => {
            let message = format!(
                "nobody can tell yet how large the image for {platform} is packed: unpacked it is {}, more than the limit of {limit}",
                shown(size)
            );
            Some(unknown(message, platform, limit, PACKED_HINT))
        }
        (None, None) => {
            let message = format!("nobody can tell yet how large the image for {platform} is packed, for the limit of {limit}");
            Some(unknown(message, platform, limit, PACKED_HINT))
        }
        _ => None,
    }
}

/// What is too large packed is too large unpacked, for the same reason.
fn unpacked_problem(image: &Image, limit: &Limit) -> Option<Problem> {
    let platform = image.platform();
    let code = "size.unpacked";
    match (image.unpacked_size(), image.packed_size()) {
        (Some(size), _) if size > limit.bytes() => {
            let message = format!("the image for {platform} is {} unpacked, more than the limit of {limit}", shown(size));
            Some(too_large(code, message, platform, size, limit))
        }
        (None, Some(size)) if size > limit.bytes() => {
            let message = format!("the image for {platform} is {} packed already, more than the limit of {limit} unpacked", shown(size));
            Some(too_large(code, message, platform, size, limit))
        }
        (None, _) => {
            let message = format!("nobody has counted how large the image for {platform} is unpacked, for the limit of {limit}");
            Some(unknown(message, platform, limit, UNPACKED_HINT))
        }
        _ => None,
    }
}

/// What all images of the push are together. Layers that they share count for each of them: which those are, nobody says.
fn total_problem(images: &[Image], limit: &Limit) -> Option<Problem> {
    let sum = |sizes: Option<Vec<u64>>| sizes.map(|sizes| sizes.into_iter().fold(0, u64::saturating_add));
    let packed = sum(images.iter().map(Image::packed_size).collect());
    // What fits unpacked fits packed.
    let most = packed.or_else(|| sum(images.iter().map(|image| image.packed_size().or_else(|| image.unpacked_size())).collect()));
    let platforms = images.iter().map(Image::platform).collect::<Vec<_>>().join(", ");
    match (packed, most) {
        (Some(size), _) if size > limit.bytes() => {
            let message = format!("the images for {platforms} are {} packed together, more than the limit of {limit}", shown(size));
            Some(too_large("size.total", message, &platforms, size, limit))
        }
        (None, Some(size)) if size > limit.bytes() => {
            let message = format!(
                "nobody can tell yet how large the images for {platforms} are packed together: unpacked they are {}, more than the limit of {limit}",
                shown(size)
            );
            Some(unknown(message, &platforms, limit, PACKED_HINT))
        }
        (None, None) => {
            let message = format!("nobody can tell yet how large the images for {platforms} are packed together, for the limit of {limit}");
            Some(unknown(message, &platforms, limit, PACKED_HINT))
        }
        _ => None,
    }
}

const PACKED_HINT: &str = "push an image that is packed: build it into an OCI archive (`docker buildx build --output type=oci,dest=FILE`) and add \
                           `--from oci-archive:FILE`";
const UNPACKED_HINT: &str = "add `--verify`, which counts it; for an image of the Docker Engine `--direct --verify`";

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
