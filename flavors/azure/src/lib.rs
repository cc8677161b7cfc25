//! Refuses registries that are none of Azure Container Registry, and namespaces that are not allowed.

use hosted_registry::{Form, Part, is_segment, not_of_service, only};
use pushgate_flavor::{Flavor, Push, Refusal, flavor};
use serde::Deserialize;

struct Azure;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    namespaces: Option<Vec<String>>,
}

/// The first segment of a repository: <https://learn.microsoft.com/azure/container-registry/container-registry-best-practices#repository-namespaces>.
const NAMESPACE: Part = Part {
    name: "namespace",
    is_valid: is_segment,
    rule: "namespaces of one segment: lowercase letters, digits, and `.`, `_` and `-` between them",
};
const FORM: Form = Form {
    service: "Azure Container Registry",
    example: "REGISTRY.azurecr.io/NAME",
    parts: &[Part { name: "repository", is_valid: is_segment, rule: "any name" }],
    nested: true,
};

/// What login servers end with: in the public cloud, in China and for the government of the US
/// (<https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure>), in its two clouds without a connection
/// (`registryhostvalidation.ts` of <https://github.com/microsoft/azure-pipelines-tasks-common-packages>), and in the sovereign clouds of Germany
/// and France (`test_regional_endpoint_utils.py` of <https://github.com/Azure/azure-cli>). The first cloud of Germany, `.azurecr.de`, closed in
/// 2021: <https://learn.microsoft.com/previous-versions/azure/germany/germany-welcome>.
const SUFFIXES: [&str; 7] = [
    ".azurecr.io",
    ".azurecr.cn",
    ".azurecr.us",
    ".azurecr.eaglex.ic.gov",
    ".azurecr.microsoft.scloud",
    ".azurecr.sovcloud-azure.de",
    ".azurecr.sovcloud-azure.fr",
];

/// `REGISTRY.azurecr.io`, or `REGISTRY.REGION.geo.azurecr.io` for the endpoint of a region
/// (<https://learn.microsoft.com/azure/container-registry/container-registry-geo-replication>); or with another suffix in their place.
fn is_registry(host: &str) -> bool {
    let Some(server) = SUFFIXES.iter().find_map(|suffix| host.strip_suffix(suffix)) else { return false };
    let label = match server.split_once('.') {
        Some((label, replica)) => match replica.strip_suffix(".geo") {
            Some(region) if !region.is_empty() && only(region, b"") => label,
            _ => return false,
        },
        None => server,
    };
    let (name, hash) = label.split_once('-').map_or((label, None), |(name, hash)| (name, Some(hash)));
    // `BAD_REGISTRY_NAME` of azure-cli.
    (5..=50).contains(&name.len()) && only(name, b"") && hash.is_none_or(is_hash)
}

/// The hash of a domain name label, after the name and a `-`
/// (<https://learn.microsoft.com/azure/container-registry/container-registry-get-started-portal#configure-domain-name-label-dnl-option>): 16 letters
/// and digits, as in azure-cli's tests, or the `abc123` of the documentation. A word is none: no name of a registry has a `-`.
fn is_hash(text: &str) -> bool {
    let is_mixed = || text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_lowercase());
    only(text, b"") && (text.len() == 16 || text.len() == 6 && is_mixed())
}

impl Flavor for Azure {
    type Settings = Settings;

    fn prepare(push: &Push, Settings { namespaces }: Settings) -> Result<(), Refusal> {
        if !is_registry(push.registry()) {
            let hosts = "`REGISTRY.azurecr.io` and `REGISTRY.REGION.geo.azurecr.io`, where REGISTRY is 5 to 50 letters and digits, perhaps `-` and \
                         the hash of a domain name label, and those of other clouds, as `REGISTRY.azurecr.us`";
            return Err(not_of_service(push, FORM.service, hosts));
        }
        FORM.check(push, &NAMESPACE, "namespaces", namespaces)
    }
}

flavor!(Azure, settings_schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
