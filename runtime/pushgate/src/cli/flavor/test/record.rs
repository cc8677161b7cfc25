//! `pushgate flavor test --record`.

use pushgate_reference::RegistryUri;
use pushgate_sandbox::describe;

use crate::catalog::HookEntry;
use crate::cli::args::RecordArguments;
use crate::cli::context::Context;
use crate::cli::flavor::register::choose_name;
use crate::component_file;
use crate::credential_binding::CredentialBinding;
use crate::destination::Registry;
use crate::exit::{Failure, Kind};
use crate::flavor_test::{self, Project};
use crate::grant::Grant;
use crate::hook_limits::HookLimits;
use crate::hook_mode::HookMode;
use crate::hooks::{Component, Hook};
use crate::settings::Settings;
use crate::trust::TrustedConnection;

/// Writes the answers into the cases' files.
pub(super) fn record(context: &Context, project: &Project, words: &RecordArguments) -> Result<(), Failure> {
    let (registry, entry) = target(context, project, words)?;
    let given = !words.grant.is_empty() || !words.credential.is_empty();
    let (grants, credentials) = match entry.filter(|_| !given) {
        Some(entry) => (entry.grants, entry.credentials),
        None => (Grant::parse_all(&words.grant)?, CredentialBinding::parse_all(&words.credential)?),
    };
    CredentialBinding::require_grants(&credentials, &grants)?;
    let hook = Hook {
        label: project.component.display().to_string(),
        component: Component::File(project.component.clone()),
        settings: Settings::default(),
        grants,
        credentials,
        limits: HookLimits::default(),
        mode: HookMode::default(),
    };
    for (case, count) in context.wait_for(flavor_test::record(&context.gate, project, &registry, &hook))? {
        let answers = if count == 1 { "1 answer".to_owned() } else { format!("{count} answers") };
        context.output.note(&format!("recorded {answers} in the case {case}"));
    }
    Ok(())
}

/// The registry to ask, and its hook for this flavor if it has one.
fn target(context: &Context, project: &Project, words: &RecordArguments) -> Result<(Registry, Option<HookEntry>), Failure> {
    let given = words.transport.given()?;
    if let Some(uri) = &words.uri {
        let connection = TrustedConnection::of_command_line(given);
        return Ok((Registry { name: None, uri: RegistryUri::parse(uri)?, hooks: Vec::new(), connection }, None));
    }
    let Some(name) = &words.registry else {
        return Err(Failure::new(Kind::Usage, "--record does not say which registry to ask").with_hint(Some(
            "name a registered one with --registry NAME, or any with --uri URI and what the flavor may use: --grant GRANT".to_owned(),
        )));
    };
    let entry = context.gate.catalog()?.registry(name)?;
    let connection = context.gate.trusted_connection(&entry, &given)?;
    let bytes = component_file::open(&project.component)?.read()?;
    let description = describe(&bytes).map_err(|error| Failure::from(error).in_file(&project.component))?;
    let flavor = choose_name(None, &description, &project.component)?;
    let hook = entry.hook(flavor.as_str()).ok().cloned();
    if let Some(hook) = &hook {
        context.gate.require_trust(&hook.credentials)?;
    }
    Ok((Registry::from_entry(entry, Vec::new(), connection), hook))
}
