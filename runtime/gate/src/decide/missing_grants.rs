//! What a flavor asks for and was not granted.

use pushgate_sandbox::Capability;

use crate::grant::Grant;
use crate::hook::Hook;

/// Who can be granted more: a hook, with what it was granted.
#[derive(Debug, Clone)]
pub struct Grantee {
    /// The flavor.
    pub flavor: String,
    /// The name of the registry that has the hook, if it is registered.
    pub registry: Option<String>,
    /// What it was granted.
    pub granted: Vec<Grant>,
}

impl Grantee {
    /// The hook of a registry, which may be registered by a name.
    pub fn new(hook: &Hook, registry: Option<&str>) -> Self {
        Self { flavor: hook.label.clone(), registry: registry.map(str::to_owned), granted: hook.grants.clone() }
    }
}

/// What a flavor asks for and was not granted.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the flavor {} wants {}, and was not granted it", hook.flavor, in_words(capabilities))]
pub struct MissingGrants {
    /// Whom it can be granted.
    pub hook: Grantee,
    /// What it lacks, at least one.
    pub capabilities: Vec<Capability>,
    /// Where it wants to send requests, if it says so.
    pub wanted: Option<Grant>,
}

/// What a flavor with this capability wants.
pub const fn capability_in_words(capability: Capability) -> &'static str {
    match capability {
        Capability::Registry => "to ask the registry about repositories and tags",
        Capability::Http => "to send HTTP requests",
    }
}

fn in_words(capabilities: &[Capability]) -> String {
    capabilities.iter().map(|capability| capability_in_words(*capability)).collect::<Vec<_>>().join(" and ")
}
