//! Refuses images whose name Google's registries do not take: Artifact Registry, and its repositories under the hosts of Container Registry.

mod host;

use hosted_registry::{Allowed, Form, Part, is_segment, not_of_service, only, segments, uri_path};
use pushgate_flavor::{Flavor, Push, Refusal, deny, flavor};
use serde::Deserialize;

use crate::host::{Host, Kind, is_location, location_of_gcr};

struct Gcp;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    projects: Option<Vec<String>>,
    locations: Option<Vec<String>>,
}

const SERVICE: &str = "Google's Artifact Registry";
/// <https://cloud.google.com/resource-manager/docs/creating-managing-projects#before_you_begin>. In a name, the `:` behind a project's domain is a
/// `/`: <https://cloud.google.com/artifact-registry/docs/docker/names#domain>.
const PROJECT: Part = Part {
    name: "project",
    is_valid: is_project,
    rule: "project IDs of 6 to 30 lowercase letters, digits and `-`, from a letter on, those of a domain as `example.com:my-project` (in a name \
           `example.com/my-project`)",
};
/// <https://cloud.google.com/artifact-registry/docs/repositories/create-repos>, and those named after a host of Container Registry:
/// <https://cloud.google.com/artifact-registry/docs/transition/gcr-repositories#gcr-domain-support>.
const REPOSITORY: Part = Part {
    name: "repository",
    is_valid: |text| {
        let is_own =
            || text.len() <= 63 && text.starts_with(|first: char| first.is_ascii_lowercase()) && only(text, b"-") && is_segment(text);
        is_own() || location_of_gcr(text).is_some()
    },
    rule: "repositories of at most 63 lowercase letters, digits and `-`, from a letter on, and `gcr.io` and the like",
};
const IMAGE: Part = Part { name: "image", is_valid: is_segment, rule: "any name" };
/// No segment of a path, but what `locations` lists.
const LOCATION: Part = Part { name: "location", is_valid: is_location, rule: "regions and multi-regions, as `europe-west3` and `us`" };

/// <https://cloud.google.com/artifact-registry/docs/docker/names>
const ARTIFACT_REGISTRY: Form = Form {
    service: SERVICE,
    example: "LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE",
    parts: &[PROJECT, REPOSITORY, IMAGE],
    nested: true,
};
/// <https://cloud.google.com/artifact-registry/docs/transition/gcr-repositories>
const CONTAINER_REGISTRY: Form = Form { service: SERVICE, example: "gcr.io/PROJECT/IMAGE", parts: &[PROJECT, IMAGE], nested: true };

/// The form of the names of a host, and of those whose project is of a domain.
fn form_of(kind: Kind, has_domain: bool) -> Form {
    match (kind, has_domain) {
        (Kind::ArtifactRegistry, false) => ARTIFACT_REGISTRY,
        (Kind::ArtifactRegistry, true) => Form { example: "LOCATION-docker.pkg.dev/DOMAIN/PROJECT/REPOSITORY/IMAGE", ..ARTIFACT_REGISTRY },
        (Kind::ContainerRegistry, false) => CONTAINER_REGISTRY,
        (Kind::ContainerRegistry, true) => Form { example: "gcr.io/DOMAIN/PROJECT/IMAGE", ..CONTAINER_REGISTRY },
    }
}

fn is_project(text: &str) -> bool {
    let (domain, id) = text.split_once(':').map_or((None, text), |(domain, id)| (Some(domain), id));
    let is_id = (6..=30).contains(&id.len()) && id.starts_with(|first: char| first.is_ascii_lowercase()) && only(id, b"-");
    is_id && is_segment(id) && domain.is_none_or(is_segment)
}

/// A path whose project is one segment, with the `:` behind its domain.
struct Path {
    segments: Vec<String>,
    /// The domain of the project. A URI may end behind it: then it is no segment.
    domain: Option<String>,
}

impl Path {
    fn read(mut segments: Vec<String>, host: &Host) -> Self {
        let is_domain = |first: &String| first.contains('.') || host.project_prefix == Some(first.as_str());
        let Some(domain) = segments.first().filter(|first| is_domain(first)).cloned() else { return Self { segments, domain: None } };
        segments.remove(0);
        if let Some(project) = segments.first_mut() {
            *project = format!("{domain}:{project}");
        }
        Self { segments, domain: Some(domain) }
    }

    /// Whether a project can be the one of an image under this path.
    fn has_room_for(&self, project: &str) -> bool {
        match (self.segments.first(), &self.domain) {
            (Some(own), _) => own == project,
            (None, Some(domain)) => project.split_once(':').is_some_and(|(of, _)| of == domain),
            (None, None) => true,
        }
    }

    /// A repository that is named after a host of Container Registry, and lies elsewhere than this host does.
    fn misplaced(&self, host: &Host) -> Option<(&str, &'static str)> {
        let repository = self.segments.get(1).filter(|_| host.kind == Kind::ArtifactRegistry)?;
        let location = location_of_gcr(repository)?;
        (location != host.location).then_some((repository, location))
    }
}

impl Flavor for Gcp {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { projects, locations }: Settings) -> Result<(), Refusal> {
        let Some(host) = Host::parse(push.registry()) else {
            return Err(not_of_service(push, SERVICE, host::IN_WORDS));
        };
        let uri = Path::read(uri_path(push), &host);
        form_of(host.kind, uri.domain.is_some()).check_uri(push, &uri.segments)?;
        if let Some((repository, location)) = uri.misplaced(&host) {
            let text = format!("the registry's URI `{}` has the repository `{repository}`, which is in `{location}`", push.registry_uri());
            return Err(Refusal::misconfigured(text));
        }
        // The host of the URI is that of every push, so that no image can be in another location.
        Allowed::read(push, SERVICE, &LOCATION, "locations", locations, |name| name == host.location)?;
        let projects = Allowed::read(push, SERVICE, &PROJECT, "projects", projects, |name| uri.has_room_for(name))?;

        let image = Path::read(segments(push.repository()), &host);
        form_of(host.kind, image.domain.is_some()).check_image(push, &image.segments)?;
        if let Some((repository, location)) = image.misplaced(&host) {
            return deny(
                "repository.location",
                format!("the repository `{repository}` is in `{location}`, and `{}` is not", push.registry()),
            )
            .hint(format!("push to `{location}-docker.pkg.dev`, or to another repository"))
            .detail("repository", repository)
            .detail("location", location)
            .into();
        }
        projects.refuse(image.segments.first().map_or("", String::as_str)).map_or(Ok(()), Into::into)
    }
}

flavor!(Gcp, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
