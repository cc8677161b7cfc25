//! Refuses registries that are none of Azure Container Registry, and namespaces that are not allowed.

use hosted_registry::{Form, Part, listed, not_allowed, not_of_service, only, segments, uri_path};
use pushgate_flavor::{Flavor, Push, Refusal, flavor};
use serde::Deserialize;

struct Azure;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    namespaces: Option<Vec<String>>,
}

const FORM: Form = Form {
    service: "Azure Container Registry",
    example: "REGISTRY.azurecr.io/NAME",
    parts: &[Part { name: "repository", is_valid: |_| true, rule: "any name" }],
    nested: true,
};

/// `REGISTRY.azurecr.io`, or `REGISTRY.REGION.geo.azurecr.io` for one of its replicas; in China `.cn`, for the government of the US `.us`. A name of 5 to 50
/// letters and digits may be followed by the `-HASH` of a domain name label.
fn is_registry(host: &str) -> bool {
    let Some(server) = [".azurecr.io", ".azurecr.cn", ".azurecr.us"].iter().find_map(|suffix| host.strip_suffix(suffix)) else {
        return false;
    };
    let label = match server.split_once('.') {
        Some((label, replica)) => match replica.strip_suffix(".geo") {
            Some(region) if !region.is_empty() && only(region, b"") => label,
            _ => return false,
        },
        None => server,
    };
    let (name, hash) = label.split_once('-').unwrap_or((label, "0"));
    (5..=50).contains(&name.len()) && only(name, b"") && !hash.is_empty() && only(hash, b"")
}

impl Flavor for Azure {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { namespaces }: Settings) -> Result<(), Refusal> {
        let namespaces = listed("namespaces", namespaces)?;
        if !is_registry(push.registry()) {
            let hosts = "`REGISTRY.azurecr.io`, `.cn` and `.us`, where REGISTRY is 5 to 50 letters and digits";
            return Err(not_of_service(push, FORM.service, hosts));
        }
        let image = segments(push.repository());
        FORM.check(push, &uri_path(push), &image)?;
        let namespace = image.first().map_or("", String::as_str);
        not_allowed("namespace", "namespaces", &namespaces, namespace).map_or(Ok(()), Into::into)
    }
}

flavor!(Azure, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
