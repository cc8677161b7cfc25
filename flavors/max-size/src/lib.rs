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
    Unknown(Violation),
}

impl Flavor for MaxSize {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        let Settings { packed, unpacked, unknown } = settings;
        match (&packed, &unpacked) {
            (None, None) => {
                let text = "`packed` and `unpacked`: neither is given, and without a limit nothing is checked";
                return Err(Refusal::Misconfigured(text.to_owned()));
            }
            (Some(packed), Some(unpacked)) if packed.bytes() > unpacked.bytes() => {
                return Err(Refusal::Misconfigured(format!(
                    "`packed` and `unpacked`: an image of {packed} packed is larger than {unpacked} unpacked, so that the first limit is never reached"
                )));
            }
            _ => {}
        }
        let mut violations = Violations::new();
        for image in push.images()? {
            let packed = packed.as_ref().and_then(|limit| packed_problem(&image, limit));
            let unpacked = unpacked.as_ref().and_then(|limit| unpacked_problem(&image, limit));
            for problem in packed.into_iter().chain(unpacked) {
                match problem {
                    Problem::Unknown(violation) if unknown == Unknown::Warn => {
                        log::warn(&violation.message);
                        violation.withdraw();
                    }
                    Problem::TooLarge(violation) | Problem::Unknown(violation) => violations.push(violation),
                }
            }
        }
        violations.into()
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

fn unknown(message: String, platform: &str, limit: &Limit, hint: &str) -> Problem {
    let violation = deny("size.unknown", message)
        .hint(hint)
        .detail("platform", platform)
        .detail("size", "unknown")
        .detail("limit", limit.bytes().to_string());
    Problem::Unknown(violation)
}

flavor!(MaxSize, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
