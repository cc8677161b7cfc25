//! From a hook to a flavor that can be called.

use std::sync::Arc;

use pushgate_reference::RegistryUri;
use pushgate_sandbox::{Call, ComponentDigest, Flavor, FlavorHost, Push};

use super::error::DecideError;
use super::missing_grants::Grantee;
use super::preflight::Preflight;
use super::schema;
use crate::decision::{HookReport, HookVerdict, Warning};
use crate::flavors::Flavors;
use crate::hook::Hook;

/// A hook whose flavor is compiled and has every grant that it needs.
#[derive(Debug)]
pub struct LoadedHook<'a> {
    pub(super) hook: &'a Hook,
    pub(super) digest: ComponentDigest,
    pub(super) flavor: Flavor,
}

/// Compiles a hook's component, or takes it from the cache, and checks the grants. `registry` is the name of the registry that has the hook, if it
/// is registered: there the operator grants what is missing. `uri` is its URI.
///
/// # Errors
/// The component is missing or is not a flavor, or asks for more than it was granted.
pub async fn load<'a>(
    hook: &'a Hook,
    flavors: &Flavors,
    registry: Option<&str>,
    uri: &RegistryUri,
    warnings: &mut Vec<Warning>,
) -> Result<LoadedHook<'a>, DecideError> {
    let (digest, flavor) = flavors.get(&hook.label, &hook.component, warnings).await?;
    let preflight = Preflight { uri, settings: &hook.settings, limits: &hook.limits };
    if let Some(missing) = preflight.missing_grants(&flavor, Grantee::new(hook, registry)).await {
        // No grant helps a flavor that cannot be used for this registry.
        if let Err(error) = preflight.ask(&hook.label, &flavor).await {
            schema::check(flavors, hook, &flavor).await?;
            return Err(error);
        }
        return Err(DecideError::MissingGrants(Box::new(missing)));
    }
    Ok(LoadedHook { hook, digest, flavor })
}

impl LoadedHook<'_> {
    /// Which component it is.
    pub const fn digest(&self) -> &ComponentDigest {
        &self.digest
    }

    /// Asks it about a push, within its limits.
    pub async fn prepare(&self, push: Push, host: Arc<dyn FlavorHost>) -> Call {
        self.flavor.prepare(push, host, &self.hook.limits.effective()).await
    }

    pub(super) fn not_asked(&self) -> HookReport {
        HookReport {
            flavor: self.hook.label.clone(),
            digest: Some(self.digest.to_string()),
            verdict: HookVerdict::NotAsked,
            violations: Vec::new(),
        }
    }
}
