//! A catalog of others, and what lies in no registry.

use pushgate_gate::registry::{NotMountable, ResolveError};
use pushgate_gate::trust::{DecidingField, TrustError};

use super::Explain;
use crate::Kind;

/// How the user lets a catalog of others decide.
pub const TRUST_FLAG: &str = "--trust-config";
/// The variable that says the same.
const TRUST_VARIABLE: &str = "PUSHGATE_TRUST_CONFIG";

impl Explain for TrustError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn hint(&self) -> Option<String> {
        let trust = format!("trust this catalog: {TRUST_FLAG}, or {TRUST_VARIABLE}=1");
        match self {
            Self::Paths(error) => error.hint(),
            Self::Connection { fields, .. } => Some(match repeated(fields) {
                Some(flags) => format!("repeat it on the command line, {flags}, or {trust}"),
                None => trust,
            }),
            Self::Binding { .. } => Some(format!(
                "register the registry in your own catalog, without --config and PUSHGATE_CONFIG; bind the credential beside --uri; or {trust}"
            )),
        }
    }
}

/// The flags that say the same as the fields; none where they exclude each other, so that not all of them can be repeated.
fn repeated(fields: &[DecidingField]) -> Option<String> {
    let contradict = fields.iter().any(|field| field.name == "transport")
        && fields.iter().any(|field| matches!(field.name, "ca-file" | "client-certificate"));
    let flag = |field: &DecidingField| match field.name {
        "transport" => Some("--plain-http"),
        "ca-file" => Some("--ca-file FILE"),
        "client-certificate" => Some("--client-certificate FILE --client-key FILE"),
        "token-servers" => Some("--token-server ORIGIN"),
        _ => None,
    };
    (!contradict).then(|| fields.iter().filter_map(flag).collect::<Vec<_>>().join(" "))
}

impl Explain for ResolveError {
    fn kind(&self) -> Kind {
        match self {
            Self::Catalog(error) => error.kind(),
            Self::Trust(error) => error.kind(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Catalog(error) => error.hint(),
            Self::Trust(error) => Explain::hint(error),
        }
    }
}

impl Explain for NotMountable {
    fn kind(&self) -> Kind {
        Kind::RefusedByScope
    }

    fn hint(&self) -> Option<String> {
        Some(format!("name it as in {}/REPOSITORY, without a tag", self.uri.host()))
    }
}
