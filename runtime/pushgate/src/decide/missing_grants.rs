//! What a flavor asks for and was not granted, and how it is granted.

use pushgate_sandbox::{Capability, Flavor};

use super::preflight::Preflight;
use crate::exit::{Failure, Kind};
use crate::grant::Grant;
use crate::hook::Hook;

/// What a flavor asks for and was not granted.
#[derive(Debug)]
pub struct MissingGrants {
    capabilities: Vec<Capability>,
    /// Where it wants to send requests, if it says so.
    wanted: Option<Grant>,
}

impl MissingGrants {
    /// None if it was granted all that it asks for. Where it wants to send requests, it is asked preflight.
    pub async fn find(flavor: &Flavor, grants: &[Grant], preflight: &Preflight<'_>) -> Option<Self> {
        let granted = |capability: Capability| {
            grants.iter().any(|grant| {
                matches!((grant, capability), (Grant::Registry, Capability::Registry) | (Grant::Http { .. }, Capability::Http))
            })
        };
        let capabilities: Vec<_> = flavor.capabilities().iter().copied().filter(|capability| !granted(*capability)).collect();
        let wanted = if capabilities.contains(&Capability::Http) { preflight.wanted_grant(flavor).await } else { None };
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

/// How a hook is given more grants: flags beside `--uri`, or a change of the registered registry, whose whole list is then named.
pub(super) fn granting(hook: &Hook, registry: Option<&str>, more: &[String]) -> String {
    match registry {
        Some(registry) => update_grants(registry, &hook.label, &hook.grants, more),
        None => format!("`{}`", more.join(" ")),
    }
}
