//! What `zenml container-registry describe --output json` says, in pushgate's words.

use pushgate_explain::{Explain, Kind};
use pushgate_gate::name::shorten;
use pushgate_gate::settings;
use pushgate_reference::RegistryUri;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A container registry of ZenML.
#[derive(Debug, Clone, PartialEq)]
pub struct ZenmlRegistry {
    /// Its name in ZenML, which may be any text.
    pub name: String,
    /// What lies inside it.
    pub uri: RegistryUri,
    /// What is asked; none for ZenML's `default`.
    pub hook: Option<ZenmlHook>,
    /// What the file says and pushgate takes from elsewhere, in words.
    pub left_out: Vec<String>,
}

/// What stands for the hook of the ZenML flavor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ZenmlHook {
    /// The pushgate flavor.
    pub flavor: String,
    /// Its settings as JSON, where it has any.
    pub settings: Option<String>,
    /// Its grants.
    pub grants: Vec<String>,
    /// Its credentials, as bindings.
    pub credentials: Vec<String>,
}

/// Why a file is not a container registry that pushgate can take over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZenmlError {
    /// It is no JSON object as ZenML prints it.
    #[error("this is not what `zenml container-registry describe --output json` prints: {problem}")]
    Unreadable {
        /// The place and the fault.
        problem: String,
    },
    /// Another kind of stack component.
    #[error("`{name}` is a ZenML component of the type `{found}`, and a `container_registry` was expected")]
    OtherType {
        /// The component's name, shortened.
        name: String,
        /// Its type, shortened.
        found: String,
    },
    /// Several of something.
    #[error("this is a list of ZenML components, and one container registry was expected")]
    List,
    /// The URI is not one.
    #[error("the URI `{uri}` of the ZenML container registry `{name}` cannot be a registry's: {problem}")]
    Uri {
        /// The registry's name, shortened.
        name: String,
        /// The URI, shortened.
        uri: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An aws registry whose URI names no region.
    #[error("the URI `{uri}` of the ZenML container registry `{name}` names no region of Amazon ECR")]
    NoRegion {
        /// The registry's name, shortened.
        name: String,
        /// The URI.
        uri: String,
    },
    /// A registry of the ZenML plugin that leaves everything to a registered one.
    #[error("the ZenML container registry `{name}` is pushgate's registry `{registry}` already")]
    AlreadyOurs {
        /// The registry's name in ZenML, shortened.
        name: String,
        /// The registry's name in pushgate, shortened.
        registry: String,
    },
}

impl Explain for ZenmlError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { .. } | Self::OtherType { .. } | Self::List => {
                "zenml container-registry describe NAME --output json > FILE".to_owned()
            }
            Self::Uri { .. } => "register it by hand: pushgate registry register NAME --uri URI".to_owned(),
            Self::NoRegion { .. } => {
                "it looks like 123456789012.dkr.ecr.eu-central-1.amazonaws.com; --flavor FLAVOR asks another flavor".to_owned()
            }
            Self::AlreadyOurs { registry, .. } => format!("there is nothing to import: pushgate registry describe {registry}"),
        })
    }
}

#[derive(Deserialize)]
struct Document {
    name: String,
    r#type: String,
    flavor: String,
    configuration: Map<String, Value>,
    #[serde(default)]
    service_connector: Value,
}

impl ZenmlRegistry {
    /// Reads what ZenML prints. `flavor` is asked instead of the one that stands for ZenML's.
    ///
    /// # Errors
    /// See [`ZenmlError`].
    pub fn parse(text: &str, flavor: Option<&str>) -> Result<Self, ZenmlError> {
        let unreadable = |problem: serde_json::Error| ZenmlError::Unreadable { problem: problem.to_string() };
        let value = settings::parse_json(text).map_err(|problem| ZenmlError::Unreadable { problem })?;
        if value.is_array() || value.get("items").is_some_and(Value::is_array) {
            return Err(ZenmlError::List);
        }
        let Document { name, r#type, flavor: kind, configuration, service_connector } =
            serde_json::from_value(value).map_err(unreadable)?;
        if r#type != "container_registry" {
            return Err(ZenmlError::OtherType { name: shorten(&name), found: shorten(&r#type) });
        }
        let Some(uri) = configuration.get("uri").and_then(Value::as_str) else {
            return Err(ZenmlError::Unreadable { problem: "`configuration` has no `uri`".to_owned() });
        };
        let uri = RegistryUri::parse(uri).map_err(|error| ZenmlError::Uri {
            name: shorten(&name),
            uri: shorten(uri),
            problem: error.to_string(),
        })?;
        let hook = match flavor {
            Some(flavor) => Some(ZenmlHook { flavor: flavor.to_owned(), ..ZenmlHook::default() }),
            None => hook(&kind, &name, &uri, &configuration)?,
        };
        Ok(Self { left_out: left_out(&configuration, &service_connector), name, uri, hook })
    }
}

/// What stands for the hook of a ZenML flavor. One that is not ZenML's own is somebody's Python: a pushgate flavor of the same name is asked instead.
fn hook(kind: &str, name: &str, uri: &RegistryUri, configuration: &Map<String, Value>) -> Result<Option<ZenmlHook>, ZenmlError> {
    let plain = |flavor: &str| ZenmlHook { flavor: flavor.to_owned(), ..ZenmlHook::default() };
    match kind {
        "default" => Ok(None),
        "aws" => {
            let host = uri.host().to_string();
            let region = region(&host).ok_or_else(|| ZenmlError::NoRegion { name: shorten(name), uri: uri.to_string() })?;
            let suffix = if host.ends_with(".cn") { ".cn" } else { "" };
            let origin = format!("https://api.ecr.{region}.amazonaws.com{suffix}");
            Ok(Some(ZenmlHook {
                grants: vec![format!("http={origin}")],
                credentials: vec![format!("{origin}=sigv4:service=ecr,region={region}")],
                ..plain("aws")
            }))
        }
        // The plugin of this project: what it gave `pushgate check` is what the hook is given.
        "pushgate" => {
            let word = |key: &str| configuration.get(key).and_then(Value::as_str);
            if let Some(registry) = word("registry") {
                return Err(ZenmlError::AlreadyOurs { name: shorten(name), registry: shorten(registry) });
            }
            Ok(word("pushgate_flavor").map(|flavor| ZenmlHook {
                flavor: flavor.to_owned(),
                settings: configuration.get("settings").filter(|settings| settings.is_object()).map(Value::to_string),
                grants: words(configuration.get("grants")),
                credentials: words(configuration.get("credentials")),
            }))
        }
        // ZenML's other flavors ship under their own names.
        kind => Ok(Some(plain(kind))),
    }
}

/// The region in the host of an ECR registry: `ACCOUNT.dkr.ecr.REGION.amazonaws.com`.
fn region(host: &str) -> Option<&str> {
    let (_, rest) = host.split_once(".dkr.ecr.")?;
    let region = rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))?;
    (!region.is_empty() && !region.contains('.')).then_some(region)
}

fn words(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What pushgate does not take over from ZenML, each with where it comes from here.
fn left_out(configuration: &Map<String, Value>, service_connector: &Value) -> Vec<String> {
    let mut told = Vec::new();
    let word = |key: &str| configuration.get(key).and_then(Value::as_str).filter(|word| !word.is_empty());
    if let Some(repository) = word("default_repository") {
        told.push(format!("`default_repository` ({}): pushgate is told the whole name of an image", shorten(repository)));
    }
    if let Some(secret) = word("authentication_secret") {
        told.push(format!("`authentication_secret` ({}): `pushgate registry login NAME` keeps credentials", shorten(secret)));
    }
    // Of the plugin.
    for (field, flag) in [("transport", "--plain-http or --tls"), ("ca_file", "--ca-file FILE")] {
        if let Some(value) = word(field) {
            told.push(format!("`{field}` ({}): say it here with {flag}", shorten(value)));
        }
    }
    if !service_connector.is_null() {
        told.push("the service connector: pushgate finds the credentials of `docker login` and of credential helpers".to_owned());
    }
    told
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(flavor: &str, configuration: &Value) -> String {
        json!({
            "id": "82b6f0ed-9df2-40cb-bb51-c09e2a47f209", "name": "prod", "type": "container_registry", "flavor": flavor, "active": false,
            "owner": "default", "configuration": configuration, "labels": {}, "service_connector": null,
        })
        .to_string()
    }

    fn parse(flavor: &str, configuration: &Value) -> Result<ZenmlRegistry, ZenmlError> {
        ZenmlRegistry::parse(&document(flavor, configuration), None)
    }

    #[test]
    fn zenmls_flavors_are_those_that_ship() {
        let uri = json!({ "uri": "registry.example.com/team" });
        assert_eq!(parse("default", &uri).unwrap().hook, None);
        for flavor in ["azure", "digitalocean", "dockerhub", "gcp", "github"] {
            let hook = parse(flavor, &uri).unwrap().hook.unwrap();
            assert_eq!(hook, ZenmlHook { flavor: flavor.to_owned(), ..ZenmlHook::default() });
        }
        assert_eq!(parse("acme", &uri).unwrap().hook.unwrap().flavor, "acme");
    }

    #[test]
    fn aws_may_ask_ecr_in_its_region() {
        for (uri, origin, region) in [
            ("715803424592.dkr.ecr.us-east-1.amazonaws.com", "https://api.ecr.us-east-1.amazonaws.com", "us-east-1"),
            ("715803424592.dkr.ecr.cn-north-1.amazonaws.com.cn/team", "https://api.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ] {
            let hook = parse("aws", &json!({ "uri": uri })).unwrap().hook.unwrap();
            assert_eq!(hook.grants, [format!("http={origin}")]);
            assert_eq!(hook.credentials, [format!("{origin}=sigv4:service=ecr,region={region}")]);
        }
        for uri in ["ghcr.io", "x.dkr.ecr.amazonaws.com", "x.dkr.ecr..amazonaws.com", "x.dkr.ecr.a.b.amazonaws.com"] {
            assert!(matches!(parse("aws", &json!({ "uri": uri })), Err(ZenmlError::NoRegion { .. } | ZenmlError::Uri { .. })));
        }
    }

    #[test]
    fn the_plugins_flavor_keeps_what_it_was_given() {
        let configuration = json!({
            "uri": "registry.example.com", "pushgate_flavor": "forbid-tags", "settings": { "tags": ["latest"] }, "grants": ["registry"],
        });
        let hook = parse("pushgate", &configuration).unwrap().hook.unwrap();
        assert_eq!((hook.flavor.as_str(), hook.settings.as_deref()), ("forbid-tags", Some(r#"{"tags":["latest"]}"#)));
        assert_eq!((hook.grants.as_slice(), hook.credentials.as_slice()), (["registry".to_owned()].as_slice(), [].as_slice()));
        assert_eq!(parse("pushgate", &json!({ "uri": "registry.example.com" })).unwrap().hook, None);
        let ours = parse("pushgate", &json!({ "uri": "registry.example.com", "registry": "prod" })).unwrap_err();
        assert_eq!(ours.to_string(), "the ZenML container registry `prod` is pushgate's registry `prod` already");
    }

    #[test]
    fn what_is_left_out_is_told() {
        let configuration = json!({ "uri": "docker.io/acme", "default_repository": "app", "authentication_secret": "hub" });
        let left_out = parse("dockerhub", &configuration).unwrap().left_out;
        assert!(left_out[0].starts_with("`default_repository` (app)") && left_out[1].starts_with("`authentication_secret` (hub)"));
        let plugin = json!({ "uri": "r.example", "pushgate_flavor": "forbid-tags", "transport": "plain-http" });
        assert_eq!(parse("pushgate", &plugin).unwrap().left_out, ["`transport` (plain-http): say it here with --plain-http or --tls"]);
        let connected =
            document("default", &json!({ "uri": "r.example" })).replace("\"service_connector\":null", "\"service_connector\":{\"id\":1}");
        assert_eq!(ZenmlRegistry::parse(&connected, None).unwrap().left_out.len(), 1);
    }

    #[test]
    fn what_is_no_container_registry_is_told_what_it_is() {
        let store = document("local", &json!({})).replace("container_registry", "artifact_store");
        let told = ZenmlRegistry::parse(&store, None).unwrap_err().to_string();
        assert_eq!(told, "`prod` is a ZenML component of the type `artifact_store`, and a `container_registry` was expected");
        assert_eq!(ZenmlRegistry::parse(r#"{"items":[]}"#, None), Err(ZenmlError::List));
        assert_eq!(ZenmlRegistry::parse("[]", None), Err(ZenmlError::List));
        for text in ["", "{}", "nothing", r#"{"name":1}"#, &document("default", &json!({}))] {
            assert!(matches!(ZenmlRegistry::parse(text, None), Err(ZenmlError::Unreadable { .. })), "{text}");
        }
        for uri in ["https://registry.example.com", "", "Registry Example"] {
            let error = parse("default", &json!({ "uri": uri })).unwrap_err();
            assert!(matches!(error, ZenmlError::Uri { .. }), "{uri}: {error}");
        }
    }
}
