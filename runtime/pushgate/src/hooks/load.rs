//! From a hook's entry to a flavor that can be called.

use std::path::PathBuf;
use std::sync::Arc;

use pushgate_reference::RegistryUri;
use pushgate_sandbox::{Call, Capability, ComponentDigest, Flavor, FlavorHost, Push};

use super::ahead::Ahead;
use super::schema;
use crate::credential_binding::CredentialBinding;
use crate::exit::{Failure, Kind};
use crate::gate::Gate;
use crate::grant::Grant;
use crate::hook_limits::HookLimits;
use crate::hook_mode::HookMode;
use crate::report::{HookReport, HookVerdict};
use crate::settings::Settings;

/// A flavor to ask, with what it is given.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The flavor's name, or the path it was given by.
    pub label: String,
    /// Where its component is.
    pub component: Component,
    /// Its settings.
    pub settings: Settings,
    /// What it may do besides looking at the push.
    pub grants: Vec<Grant>,
    /// The credentials that the host adds to its requests; each has its grant.
    pub credentials: Vec<CredentialBinding>,
    /// What it may use, where that differs from the default.
    pub limits: HookLimits,
    /// Whether its refusals stop the push.
    pub mode: HookMode,
}

/// Where a flavor's component is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Component {
    /// In the component store, under this digest.
    Stored(ComponentDigest),
    /// In a file that was named beside `--uri`.
    File(PathBuf),
}

/// A hook whose flavor is compiled and has every grant that it needs.
#[derive(Debug)]
pub struct LoadedHook<'a> {
    pub(super) hook: &'a Hook,
    pub(super) digest: ComponentDigest,
    pub(super) flavor: Flavor,
}

impl Hook {
    /// Compiles the component, or takes it from the cache, and checks the grants. `registry` is the name of the registry that has the hook, if it
    /// is registered: there the operator grants what is missing. `uri` is its URI.
    ///
    /// # Errors
    /// The component is missing or is not a flavor, or asks for more than it was granted.
    pub async fn load(&self, gate: &Gate, registry: Option<&str>, uri: &RegistryUri) -> Result<LoadedHook<'_>, Failure> {
        let (digest, flavor) = gate.flavor(&self.label, &self.component).await?;
        let ahead = Ahead { uri, settings: &self.settings, limits: &self.limits };
        if let Some(missing) = MissingGrants::find(&flavor, &self.grants, &ahead).await {
            // No grant helps a flavor that cannot be used for this registry.
            if let Err(failure) = ahead.ask(&self.label, &flavor).await {
                schema::check(gate, self, &flavor).await?;
                return Err(failure);
            }
            let failure = missing.failure(&self.label);
            return Err(match registry {
                Some(_) => failure.with_hint(Some(format!("grant it with {}", self.granting(registry, &missing.flags())))),
                None => failure,
            });
        }
        Ok(LoadedHook { hook: self, digest, flavor })
    }

    /// How the hook is given more grants: flags beside `--uri`, or a change of the registered registry, whose whole list is then named.
    pub(super) fn granting(&self, registry: Option<&str>, more: &[String]) -> String {
        match registry {
            Some(registry) => update_grants(registry, &self.label, &self.grants, more),
            None => format!("`{}`", more.join(" ")),
        }
    }
}

/// What a flavor asks for and was not granted.
#[derive(Debug)]
pub struct MissingGrants {
    capabilities: Vec<Capability>,
    /// Where it wants to send requests, if it says so.
    wanted: Option<Grant>,
}

impl MissingGrants {
    /// None if it was granted all that it asks for. Where it wants to send requests, it is asked ahead.
    pub async fn find(flavor: &Flavor, grants: &[Grant], ahead: &Ahead<'_>) -> Option<Self> {
        let granted = |capability: Capability| {
            grants.iter().any(|grant| {
                matches!((grant, capability), (Grant::Registry, Capability::Registry) | (Grant::Http { .. }, Capability::Http))
            })
        };
        let capabilities: Vec<_> = flavor.capabilities().iter().copied().filter(|capability| !granted(*capability)).collect();
        let wanted = if capabilities.contains(&Capability::Http) { ahead.wanted_grant(flavor).await } else { None };
        (!capabilities.is_empty()).then_some(Self { capabilities, wanted })
    }

    /// Exit 8, with the flags that would grant it.
    pub fn failure(&self, label: &str) -> Failure {
        let wishes: Vec<&str> = self.capabilities.iter().map(|capability| capability_in_words(*capability)).collect();
        Failure::new(Kind::Configuration, format!("the flavor {label} wants {}, and was not granted it", wishes.join(" and ")))
            .with_hint(Some(format!("grant it with {}", self.flags().join(" "))))
    }

    /// The flags that would grant it.
    pub fn flags(&self) -> Vec<String> {
        let flag = |capability: &Capability| match (capability, &self.wanted) {
            (Capability::Registry, _) => "--grant registry".to_owned(),
            (Capability::Http, Some(grant)) => format!("--grant {grant}"),
            (Capability::Http, None) => "--grant http=ORIGIN".to_owned(),
        };
        self.capabilities.iter().map(flag).collect()
    }
}

/// The command that gives a registered registry's hook more grants, beside those that it has. One for the same origin takes the place of the old.
pub fn update_grants(registry: &str, flavor: &str, grants: &[Grant], more: &[String]) -> String {
    let origin = |flag: &str| flag.split(',').next().unwrap_or_default().to_owned();
    let replaced = |flag: &String| more.iter().any(|more| origin(more) == origin(flag));
    let kept = grants.iter().map(|grant| format!("--grant {grant}")).filter(|flag| !replaced(flag));
    let flags: Vec<String> = kept.chain(more.iter().cloned()).collect();
    format!("`pushgate registry update {registry} --flavor {flavor} {}`", flags.join(" "))
}

/// What a flavor with this capability wants.
pub const fn capability_in_words(capability: Capability) -> &'static str {
    match capability {
        Capability::Registry => "to ask the registry about repositories and tags",
        Capability::Http => "to send HTTP requests",
    }
}

impl LoadedHook<'_> {
    /// Which component it is.
    pub(crate) const fn digest(&self) -> &ComponentDigest {
        &self.digest
    }

    /// Asks it about a push, within its limits.
    pub(crate) async fn prepare(&self, push: Push, host: Arc<dyn FlavorHost>) -> Call {
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
