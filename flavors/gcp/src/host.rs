//! The hosts under which Google keeps images, and where each keeps them.

use hosted_registry::{is_segment, only};

/// For people, all hosts.
pub(crate) const IN_WORDS: &str = "`LOCATION-docker.pkg.dev`, `docker.LOCATION.rep.pkg.dev`, `gcr.io`, `us.gcr.io`, `eu.gcr.io`, `asia.gcr.io`, \
                                   and `LOCATION-docker.DOMAIN` and `docker.DOMAIN` with the domain of a sovereign cloud, as `s3nsregistry.fr`";

/// How images are named there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `PROJECT/REPOSITORY/IMAGE`
    ArtifactRegistry,
    /// `PROJECT/IMAGE`
    ContainerRegistry,
}

/// A host of Artifact Registry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Host<'a> {
    pub(crate) kind: Kind,
    /// A region or multi-region: `europe-west3`, `us`.
    pub(crate) location: &'a str,
    /// What stands before the ID of a project, as its domain does: `s3ns`.
    pub(crate) project_prefix: Option<&'static str>,
}

/// A cloud that somebody else runs with Google's software, in one region. `arRegionToHostname` of
/// <https://github.com/GoogleCloudPlatform/buildpacks> has domains and regions.
struct Sovereign {
    domain: &'static str,
    region: &'static str,
    /// Of project IDs; `registryUri` of a repository has `/` behind it.
    project_prefix: &'static str,
}

const SOVEREIGN: [Sovereign; 2] = [
    // <https://documentation.s3ns.fr/artifact-registry/docs/tpc-differences>; `docker.s3nsregistry.fr/…` in
    // <https://documentation.s3ns.fr/container-optimized-os/docs/tpc-differences>.
    Sovereign { domain: "s3nsregistry.fr", region: "u-france-east1", project_prefix: "s3ns" },
    // Google Cloud Dedicated in Germany, "Store Docker container images in Artifact Registry".
    Sovereign { domain: "pkg-berlin-build0.goog", region: "u-germany-northeast1", project_prefix: "eu0" },
];

impl<'a> Host<'a> {
    /// None if it is none of Google's.
    pub(crate) fn parse(host: &'a str) -> Option<Self> {
        if let Some(location) = location_of_gcr(host) {
            return Some(Self { kind: Kind::ContainerRegistry, location, project_prefix: None });
        }
        let in_location = |location: &'a str, project_prefix| {
            is_location(location).then_some(Self { kind: Kind::ArtifactRegistry, location, project_prefix })
        };
        // <https://cloud.google.com/artifact-registry/docs/docker/names>
        if let Some(location) = host.strip_suffix("-docker.pkg.dev") {
            return in_location(location, None);
        }
        // `DefaultARRegistries` of <https://github.com/GoogleCloudPlatform/docker-credential-gcr>.
        if let Some(location) = host.strip_prefix("docker.").and_then(|rest| rest.strip_suffix(".rep.pkg.dev")) {
            return in_location(location, None);
        }
        SOVEREIGN.iter().find_map(|Sovereign { domain, region, project_prefix }| {
            let name = host.strip_suffix(domain)?.strip_suffix('.')?;
            match name.strip_suffix("-docker") {
                Some(location) => in_location(location, Some(*project_prefix)),
                None if name == "docker" => in_location(region, Some(*project_prefix)),
                None => None,
            }
        })
    }
}

/// Where the repository is that has the name, and the images, of a host of Container Registry:
/// <https://cloud.google.com/artifact-registry/docs/transition/gcr-repositories#gcr-domain-support>.
pub(crate) fn location_of_gcr(name: &str) -> Option<&'static str> {
    match name {
        "gcr.io" | "us.gcr.io" => Some("us"),
        "eu.gcr.io" => Some("europe"),
        "asia.gcr.io" => Some("asia"),
        _ => None,
    }
}

/// Whether a text can be a region or multi-region; new ones come, so that none is listed.
pub(crate) fn is_location(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase()) && only(text, b"-") && is_segment(text)
}
