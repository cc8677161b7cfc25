//! Refuses images whose name Docker Hub does not take, or whose namespace is not allowed.

use hosted_registry::{Form, Part, listed, not_allowed, not_of_service, only, segments, uri_path};
use pushgate_flavor::{Flavor, Push, Refusal, deny, flavor};
use serde::Deserialize;

struct DockerHub;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    namespaces: Option<Vec<String>>,
    #[serde(default)]
    official_images: bool,
}

/// Docker Hub gives new namespaces 4 to 30 letters and digits, but there are older and shorter ones, with `-` and `_` as well.
const FORM: Form = Form {
    service: "Docker Hub",
    example: "docker.io/NAMESPACE/NAME",
    parts: &[
        Part {
            name: "namespace",
            is_valid: |text| (2..=30).contains(&text.len()) && only(text, b"-_"),
            rule: "2 to 30 lowercase letters, digits, `-` and `_`",
        },
        Part { name: "repository", is_valid: |text| (2..=255).contains(&text.len()), rule: "2 to 255 characters" },
    ],
    nested: false,
};

/// Where Docker keeps its official images.
const OFFICIAL: &str = "library";

impl Flavor for DockerHub {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { namespaces, official_images }: Settings) -> Result<(), Refusal> {
        let namespaces = listed("namespaces", namespaces)?;
        if let Some(names) = &namespaces
            && official_images != names.iter().any(|name| name == OFFICIAL)
        {
            let text = "`namespaces` and `official_images`: one allows `library`, and the other does not";
            return Err(Refusal::Misconfigured(text.to_owned()));
        }
        if push.registry() != "docker.io" {
            return Err(not_of_service(push, FORM.service, "`docker.io`"));
        }
        let image = segments(push.repository());
        FORM.check(push, &uri_path(push), &image)?;
        let namespace = image.first().map_or("", String::as_str);
        if namespace == OFFICIAL && !official_images {
            return deny("namespace.official", "the namespace `library` is that of Docker's official images")
                .hint("put your namespace before the name: `docker.io/NAMESPACE/NAME`")
                .detail("namespace", namespace)
                .into();
        }
        not_allowed("namespace", "namespaces", &namespaces, namespace).map_or(Ok(()), Into::into)
    }
}

flavor!(DockerHub, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
