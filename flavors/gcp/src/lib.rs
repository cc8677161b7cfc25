//! Refuses images whose name Google's registries do not take: Artifact Registry, and its repositories under the hosts of Container Registry.

use hosted_registry::{Form, Part, listed, not_allowed, not_of_service, only, segments, uri_path};
use pushgate_flavor::{Flavor, Push, Refusal, Violations, flavor};
use serde::Deserialize;

struct Gcp;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    projects: Option<Vec<String>>,
    locations: Option<Vec<String>>,
}

const SERVICE: &str = "Google's Artifact Registry";
const PROJECT: Part = Part {
    name: "project",
    is_valid: is_project,
    rule: "project IDs of 6 to 30 lowercase letters, digits and `-`, from a letter on, after `DOMAIN/` in a domain",
};
const REPOSITORY: Part = Part {
    name: "repository",
    is_valid: |text| text.len() <= 63 && text.starts_with(|first: char| first.is_ascii_lowercase()) && only(text, b"-"),
    rule: "repositories of at most 63 lowercase letters, digits and `-`, from a letter on",
};
const IMAGE: Part = Part { name: "image", is_valid: |_| true, rule: "any name" };

const ARTIFACT_REGISTRY: Form = Form {
    service: SERVICE,
    example: "LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE",
    parts: &[PROJECT, REPOSITORY, IMAGE],
    nested: true,
};
const CONTAINER_REGISTRY: Form = Form { service: SERVICE, example: "gcr.io/PROJECT/IMAGE", parts: &[PROJECT, IMAGE], nested: true };

/// The form of names on this host, and where it keeps them.
fn form_of(host: &str) -> Option<(&'static Form, &str)> {
    let location = match host {
        "gcr.io" | "us.gcr.io" => "us",
        "eu.gcr.io" => "europe",
        "asia.gcr.io" => "asia",
        _ => {
            let location = host.strip_suffix("-docker.pkg.dev").filter(|location| !location.is_empty() && only(location, b"-"))?;
            return Some((&ARTIFACT_REGISTRY, location));
        }
    };
    Some((&CONTAINER_REGISTRY, location))
}

/// A project of a domain, `example.com:project`, takes two segments of a path. Here it is one, with its colon.
fn with_domain(mut path: Vec<String>) -> Vec<String> {
    if path.len() > 1 && path.first().is_some_and(|first| first.contains('.')) {
        let domain = path.remove(0);
        if let Some(project) = path.first_mut() {
            *project = format!("{domain}:{project}");
        }
    }
    path
}

fn is_project(text: &str) -> bool {
    let id = text.split_once(':').map_or(text, |(_, id)| id);
    (6..=30).contains(&id.len()) && id.starts_with(|first: char| first.is_ascii_lowercase()) && only(id, b"-")
}

impl Flavor for Gcp {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { projects, locations }: Settings) -> Result<(), Refusal> {
        let (projects, locations) = (listed("projects", projects)?, listed("locations", locations)?);
        let Some((form, location)) = form_of(push.registry()) else {
            return Err(not_of_service(push, SERVICE, "`LOCATION-docker.pkg.dev`, `gcr.io`, `us.gcr.io`, `eu.gcr.io` and `asia.gcr.io`"));
        };
        let mut uri = with_domain(uri_path(push));
        // A URI may end within a project's name: after its domain.
        if uri.len() == 1 && uri.first().is_some_and(|first| first.contains('.') && !first.contains(':')) {
            uri.clear();
        }
        let image = with_domain(segments(push.repository()));
        form.check(push, &uri, &image)?;
        let project = image.first().map_or("", String::as_str);
        let mut violations = Violations::new();
        violations.extend(not_allowed("project", "projects", &projects, project));
        violations.extend(not_allowed("location", "locations", &locations, location));
        violations.into()
    }
}

flavor!(Gcp, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
