//! What another component under a flavor's name would be given: the grants and credentials of every registry that asks the flavor.

use pushgate_explain::{Failure, Kind};
use pushgate_gate::catalog::{Catalog, HookEntry};
use pushgate_gate::name::{Name, shorten};
use pushgate_sandbox::ComponentDigest;

use crate::cli::confirm::{Confirmation, confirm};
use crate::cli::context::Context;

/// More registries than these are only counted.
const LISTED: usize = 8;

/// The registries that ask a flavor which is about to be another component.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Touched {
    previous: Option<ComponentDigest>,
    /// By name, each with its hook; none where the entry is invalid.
    registries: Vec<(String, Option<HookEntry>)>,
}

impl Touched {
    /// None if no registry asks the flavor, or it is this component already, or it ships and cannot be another one.
    pub(super) fn find(catalog: &Catalog, name: &Name, digest: &ComponentDigest) -> Option<Self> {
        if catalog.builtins().named(name.as_str()).is_some() && catalog.flavors().all(|(registered, _)| registered != name.as_str()) {
            return None;
        }
        let previous = catalog.flavor(name.as_str()).ok().map(|entry| entry.digest);
        let hook = |registry: &str| catalog.registry(registry).ok()?.hook(name.as_str()).ok().cloned();
        let registries: Vec<_> =
            catalog.users_of(name.as_str()).into_iter().map(|registry| (registry.to_owned(), hook(registry))).collect();
        (previous != Some(*digest) && !registries.is_empty()).then_some(Self { previous, registries })
    }

    /// Asks whether the registries should ask the other component, unless `yes` says so.
    ///
    /// # Errors
    /// Exit 2 if nothing can be asked, or the answer is no.
    pub(super) fn confirm(&self, context: &Context, name: &Name, digest: &ComponentDigest, yes: bool) -> Result<(), Failure> {
        let asked = self.in_words();
        if yes {
            asked.iter().for_each(|line| context.output.note(line));
            return Ok(());
        }
        let before = self.previous.map_or_else(|| "no component".to_owned(), |digest| digest.to_string());
        let about: Vec<String> = std::iter::once(format!("the flavor {name} is {before}, and would be {digest}")).chain(asked).collect();
        match confirm(context, &about, "Register it for them?")? {
            Confirmation::Yes => Ok(()),
            Confirmation::No => Err(Failure::new(Kind::Usage, format!("the flavor {name} was left as it is"))),
            Confirmation::NotAsked => {
                let asked = self.in_words().join("; ");
                Err(Failure::new(Kind::Usage, format!("registries ask the flavor {name}, which would be another component: {asked}"))
                    .with_hint(Some("give --yes if they should ask this one, or --name for another name".to_owned())))
            }
        }
    }

    fn in_words(&self) -> Vec<String> {
        let one = |(registry, hook): &(String, Option<HookEntry>)| {
            format!("{} asks it, {}", shorten(registry), hook.as_ref().map_or_else(unknown, given))
        };
        let more = self.registries.len().saturating_sub(LISTED);
        let more = (more > 0).then(|| format!("and {more} more ask it"));
        self.registries.iter().take(LISTED).map(one).chain(more).collect()
    }
}

fn unknown() -> String {
    "and its entry is unusable".to_owned()
}

/// What a hook gives its flavor, as the end of a sentence.
pub(super) fn given(hook: &HookEntry) -> String {
    let list = |what: &str, values: Vec<String>| (!values.is_empty()).then(|| format!("{what} {}", values.join(", ")));
    let grants = list("granting", hook.grants.iter().map(ToString::to_string).collect());
    let credentials = list("with the credentials", hook.credentials.iter().map(ToString::to_string).collect());
    let given: Vec<String> = [grants, credentials].into_iter().flatten().collect();
    if given.is_empty() { "granting nothing".to_owned() } else { given.join(", ") }
}
