//! Refuses images that are not built from an allowed base image: by what they say of it, and by the layers that they begin with.

mod base;

use pushgate_flavor::{ConfigError, Flavor, Image, Push, Refusal, Violation, Violations, deny, flavor};
use serde::Deserialize;

use crate::base::{Base, Claim};

struct BaseImages;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    allowed: Vec<Base>,
}

/// The member of an image config that is looked at.
#[derive(Default, Deserialize)]
struct Config {
    #[serde(default)]
    rootfs: RootFilesystem,
}

#[derive(Default, Deserialize)]
struct RootFilesystem {
    #[serde(default)]
    diff_ids: Vec<String>,
}

const NAME: &str = "org.opencontainers.image.base.name";
const DIGEST: &str = "org.opencontainers.image.base.digest";

impl Flavor for BaseImages {
    type Settings = Settings;

    fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
        settings.check().map_err(Refusal::misconfigured)?;
        let mut violations = Violations::new();
        for image in push.images()? {
            violations.extend(settings.violation(&image)?);
        }
        violations.into()
    }
}

/// What the image says of its base image: in the annotations of its manifest, or else in its labels, which may be inherited. One of the two says both.
fn claim(image: &Image) -> Claim {
    let said = |value: Option<&str>| value.map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
    let annotated = Claim { name: said(image.annotation(NAME)), digest: said(image.annotation(DIGEST)) };
    if annotated == Claim::default() { Claim { name: said(image.label(NAME)), digest: said(image.label(DIGEST)) } } else { annotated }
}

impl Settings {
    /// What makes no sense about them.
    fn check(&self) -> Result<(), String> {
        if self.allowed.is_empty() {
            return Err("allowed: an empty list allows no base image, so that nothing can be pushed".to_owned());
        }
        self.allowed.iter().enumerate().try_for_each(|(index, base)| base.check().map_err(|problem| format!("allowed[{index}]: {problem}")))
    }

    /// What is wrong with the base image of this image, if anything.
    fn violation(&self, image: &Image) -> Result<Option<Violation>, ConfigError> {
        let looks_at_layers = self.allowed.iter().any(Base::looks_at_layers);
        let layers = if looks_at_layers { image.parse_config::<Config>()?.rootfs.diff_ids } else { Vec::new() };
        let claim = claim(image);
        if self.allowed.iter().any(|base| base.is_base_of(&claim, &layers)) {
            return Ok(None);
        }
        let platform = image.platform();
        let allowed = self.allowed.iter().map(Base::title).collect::<Vec<_>>().join(", ");
        let looks_at_claim = self.allowed.iter().any(Base::looks_at_claim);
        let violation = match (&claim.name, &claim.digest) {
            (Some(base), _) | (None, Some(base)) if looks_at_claim => {
                let but = if looks_at_layers { ", or does not begin with its layers" } else { "" };
                deny("base.not-allowed", format!("the image for {platform} says that it is built from `{base}`, which is none of those that are allowed{but}: {allowed}"))
                    .hint("build from one of these base images, or ask the operator of the registry to change the setting `allowed`")
                    .detail("base", base)
            }
            _ if looks_at_layers => deny(
                "base.not-allowed",
                format!("the image for {platform} begins with the layers of none of the base images that are allowed: {allowed}"),
            )
            .hint("build from one of these base images as they are in the settings: a newer version has other layers"),
            _ => deny(
                "base.unknown",
                format!("the image for {platform} does not say from which base image it is built; allowed are {allowed}"),
            )
            .hint(format!("say it in the build, for example with `docker buildx build --annotation {NAME}=NAME`, or with `--label`")),
        };
        Ok(Some(violation.detail("platform", platform).detail("allowed", allowed)))
    }
}

flavor!(BaseImages, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
