//! How a hook is given more, in words of the command line.

use pushgate_gate::decide::{Grantee, MissingGrants};
use pushgate_gate::grant::Grant;
use pushgate_sandbox::Capability;

/// How a hook is given more grants: flags beside `--uri`, or a change of the registered registry, whose whole list is then named.
pub fn granting(hook: &Grantee, more: &[String]) -> String {
    match &hook.registry {
        Some(registry) => update_grants(registry, &hook.flavor, &hook.granted, more),
        None => format!("`{}`", more.join(" ")),
    }
}

/// The flags that would grant what is missing.
pub fn missing_flags(missing: &MissingGrants) -> Vec<String> {
    let flag = |capability: &Capability| match (capability, &missing.wanted) {
        (Capability::Registry, _) => "--grant registry".to_owned(),
        (Capability::Http, Some(grant)) => format!("--grant {grant}"),
        (Capability::Http, None) => "--grant http=ORIGIN".to_owned(),
    };
    missing.capabilities.iter().map(flag).collect()
}

/// The command that gives a registered registry's hook more grants, beside those that it has. One for the same origin takes the place of the old.
pub fn update_grants(registry: &str, flavor: &str, grants: &[Grant], more: &[String]) -> String {
    let origin = |flag: &str| flag.split(',').next().unwrap_or_default().to_owned();
    let replaced = |flag: &String| more.iter().any(|more| origin(more) == origin(flag));
    let kept = grants.iter().map(|grant| format!("--grant {grant}")).filter(|flag| !replaced(flag));
    let flags: Vec<String> = kept.chain(more.iter().cloned()).collect();
    format!("`pushgate registry update {registry} --flavor {flavor} {}`", flags.join(" "))
}
