//! `pushgate flavor test --record`.

use pushgate_authoring::flavor_test::{self, Asked, Project, Recording};
use pushgate_explain::{Failure, Kind};
use pushgate_gate::catalog::{CatalogError, HookEntry, RegistryEntry};
use pushgate_gate::credential_binding::CredentialBinding;
use pushgate_gate::flavors;
use pushgate_gate::grant::Grant;
use pushgate_gate::hook::Hook;
use pushgate_gate::hook_limits::HookLimits;
use pushgate_gate::hook_mode::HookMode;
use pushgate_gate::name::Name;
use pushgate_gate::registry::ResolvedRegistry;
use pushgate_gate::settings::Settings;
use pushgate_gate::trust::TrustedConnection;
use pushgate_reference::RegistryUri;
use pushgate_sandbox::{ComponentDigest, describe};

use crate::cli::args::RecordArguments;
use crate::cli::confirm::{Confirmation, confirm};
use crate::cli::context::Context;
use crate::cli::flavor::register::choose_name;
use crate::cli::flavor::touched::given;

/// Writes the answers into the cases' files.
pub(super) fn record(context: &Context, project: &Project, words: &RecordArguments) -> Result<(), Failure> {
    let (grants, credentials) = (Grant::parse_all(&words.grant)?, CredentialBinding::parse_all(&words.credential)?);
    let (registry, entry) = target(context, words)?;
    let asked = Component::read(context, &project.flavor)?;
    let is_said = !words.grant.is_empty() || !words.credential.is_empty();
    let (grants, credentials) = match entry.filter(|_| !is_said) {
        Some(entry) => of_hook(context, &entry, &asked)?,
        None => (grants, credentials),
    };
    CredentialBinding::require_grants(&credentials, &grants)?;
    let hook = Hook {
        label: project.flavor.label.clone(),
        component: project.flavor.component.clone(),
        settings: Settings::default(),
        grants,
        credentials,
        limits: HookLimits::default(),
        mode: HookMode::default(),
    };
    let recording = Recording { registry: &registry, hook: &hook, component: asked.digest, writes: words.record_writes };
    let mut warnings = Vec::new();
    let recorded =
        context.wait_for(flavor_test::record(&context.process.flavors, &context.process.clients, project, &recording, &mut warnings));
    context.warn(warnings);
    for (case, count) in recorded? {
        let answers = if count == 1 { "1 answer".to_owned() } else { format!("{count} answers") };
        context.output.note(&format!("recorded {answers} in the case {case}"));
    }
    Ok(())
}

/// The registry to ask, and its entry if it is registered.
fn target(context: &Context, words: &RecordArguments) -> Result<(ResolvedRegistry, Option<RegistryEntry>), Failure> {
    let given = words.transport.given()?;
    if let Some(uri) = &words.uri {
        let connection = TrustedConnection::of_user(given);
        return Ok((ResolvedRegistry { name: None, uri: RegistryUri::parse(uri)?, hooks: Vec::new(), connection }, None));
    }
    let Some(name) = &words.registry else {
        return Err(Failure::new(Kind::Usage, "--record does not say which registry to ask").with_hint(Some(
            "name a registered one with --registry NAME, or any with --uri URI and what the flavor may use: --grant GRANT".to_owned(),
        )));
    };
    let entry = context.catalog()?.registry(name)?;
    let connection = context.process.catalogs.trusted_connection(&entry, &given)?;
    Ok((ResolvedRegistry::from_entry(entry.clone(), Vec::new(), connection), Some(entry)))
}

/// The project's component: what it calls itself, and which bytes it is.
struct Component<'a> {
    flavor: &'a Asked,
    digest: ComponentDigest,
    bytes: Vec<u8>,
}

impl<'a> Component<'a> {
    fn read(context: &Context, flavor: &'a Asked) -> Result<Self, Failure> {
        let bytes = match &flavor.component {
            flavors::Component::File(path) => flavors::component_file::open(path)?.read()?,
            flavors::Component::Stored(digest) => context.process.flavors.store()?.read(digest)?,
        };
        Ok(Self { flavor, digest: ComponentDigest::of(&bytes), bytes })
    }

    /// The name that a registry's hook has if it is for this component.
    fn name(&self) -> Result<Name, Failure> {
        match &self.flavor.component {
            flavors::Component::File(path) => {
                let description = describe(&self.bytes).map_err(|error| Failure::from(error).in_file(path))?;
                choose_name(None, &description, path)
            }
            flavors::Component::Stored(_) => Ok(Name::parse(&self.flavor.label)?),
        }
    }
}

/// What the registry's hook of this name is given, if the component is the one that the hook asks: any component can call itself so.
fn of_hook(context: &Context, entry: &RegistryEntry, asked: &Component<'_>) -> Result<(Vec<Grant>, Vec<CredentialBinding>), Failure> {
    let name = asked.name()?;
    let Ok(hook) = entry.hook(name.as_str()) else { return Ok((Vec::new(), Vec::new())) };
    if hook.grants.is_empty() && hook.credentials.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    context.process.catalogs.require_trust(&hook.credentials)?;
    let registered = match context.catalog()?.hook_flavor(entry, hook) {
        Ok(flavor) => Some(flavor.digest),
        Err(CatalogError::UnknownFlavor { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    if registered != Some(asked.digest) {
        let registered = registered.map_or_else(|| "not registered".to_owned(), |digest| digest.to_string());
        let problem = format!(
            "the component {} ({}) calls itself {name}, and is not the flavor of that name that {} asks ({registered})",
            asked.flavor.label, asked.digest, entry.name
        );
        consent(context, entry, hook, problem)?;
    }
    Ok((hook.grants.clone(), hook.credentials.clone()))
}

/// Asks whether another component than the hook's gets what the hook is given.
fn consent(context: &Context, entry: &RegistryEntry, hook: &HookEntry, problem: String) -> Result<(), Failure> {
    let about = [problem.clone(), format!("{} asks {}, {}", entry.name, hook.flavor, given(hook))];
    match confirm(context, &about, "Give this to the component too?")? {
        Confirmation::Yes => Ok(()),
        Confirmation::No | Confirmation::NotAsked => {
            let flags = hook.grants.iter().map(|grant| format!("--grant {grant}"));
            let flags: Vec<_> = flags.chain(hook.credentials.iter().map(|binding| format!("--credential {binding}"))).collect();
            Err(Failure::new(Kind::Usage, problem)
                .with_hint(Some(format!("say here what it may use: {}; or register it first", flags.join(" ")))))
        }
    }
}
