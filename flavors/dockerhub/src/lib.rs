//! Refuses images whose name Docker Hub does not take, or whose namespace is not allowed.

use hosted_registry::{Allowed, Form, Part, is_segment, not_of_service, only, segments, uri_path};
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

/// Letters and digits alone, neither `-` nor `_`: <https://github.com/docker/hub-feedback/issues/373>,
/// <https://github.com/docker/for-linux/issues/626>. New ones have 4 to 30
/// (<https://docs.docker.com/accounts/create-account/>), but early ones that are shorter still exist.
const NAMESPACE: Part = Part {
    name: "namespace",
    is_valid: |text| (2..=30).contains(&text.len()) && only(text, b""),
    rule: "namespaces of 2 to 30 lowercase letters and digits",
};
/// The length is that of <https://docs.docker.com/docker-hub/repos/create/>, which lists letters, digits, `-` and `_`. The registry takes dots
/// too, as in `rocm/dev-ubuntu-22.04`.
const REPOSITORY: Part = Part {
    name: "repository",
    is_valid: |text| (2..=255).contains(&text.len()) && is_segment(text),
    rule: "repositories of 2 to 255 characters",
};
const FORM: Form = Form { service: "Docker Hub", example: "docker.io/NAMESPACE/NAME", parts: &[NAMESPACE, REPOSITORY], nested: false };

/// Where Docker keeps its official images.
const OFFICIAL: &str = "library";

impl Flavor for DockerHub {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { namespaces, official_images }: Settings) -> Result<(), Refusal> {
        // The other names of Docker Hub, `registry-1.docker.io` for example, are this one when a flavor is asked.
        if push.registry() != "docker.io" {
            return Err(not_of_service(push, FORM.service, "`docker.io`"));
        }
        let uri = uri_path(push);
        FORM.check_uri(push, &uri)?;
        let own = uri.first().map(String::as_str);
        check_official(own, namespaces.as_deref(), official_images).map_err(Refusal::misconfigured)?;
        let allowed = Allowed::read(push, FORM.service, &NAMESPACE, "namespaces", namespaces, |name| own.is_none_or(|own| own == name))?;

        let image = segments(push.repository());
        FORM.check_image(push, &image)?;
        let namespace = image.first().map_or("", String::as_str);
        if namespace == OFFICIAL && !official_images {
            return deny("namespace.official", "the namespace `library` is that of Docker's official images")
                .hint("put your namespace before the name: `docker.io/NAMESPACE/NAME`")
                .detail("namespace", namespace)
                .into();
        }
        allowed.refuse(namespace).map_or(Ok(()), Into::into)
    }
}

/// What contradicts `official_images`: the namespace of the registry's URI, or the setting `namespaces`.
fn check_official(own: Option<&str>, namespaces: Option<&[String]>, official_images: bool) -> Result<(), String> {
    if own == Some(OFFICIAL) && !official_images {
        return Err("`official_images`: the registry's URI is that of Docker's official images, which have to be allowed".to_owned());
    }
    match namespaces {
        Some(names) if official_images != names.iter().any(|name| name == OFFICIAL) => {
            Err("`namespaces` and `official_images`: one allows `library`, and the other does not".to_owned())
        }
        _ => Ok(()),
    }
}

flavor!(DockerHub, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
