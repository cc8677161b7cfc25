//! `pushgate flavor register`.

use std::fmt::Write;
use std::path::Path;

use pushgate_explain::{Failure, Kind};
use pushgate_gate::catalog::Change;
use pushgate_gate::decide::capability_in_words;
use pushgate_gate::decision::Warning;
use pushgate_gate::flavors::component_file;
use pushgate_gate::hook_limits::HookLimits;
use pushgate_gate::name::Name;
use pushgate_sandbox::{ComponentDigest, Description, Limits, describe};
use serde_json::json;

use super::capabilities::capabilities;
use super::touched::Touched;
use crate::cli::context::Context;
use crate::cli::hook::{self, check, schema};

/// What was typed beside the file and the name.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    pub(super) replace: bool,
    pub(super) yes: bool,
}

pub(super) fn register(context: &Context, file: &Path, name: Option<&str>, how: How) -> Result<(), Failure> {
    let component = component_file::open(file)?;
    let bytes = component.read()?;
    let digest = ComponentDigest::of(&bytes);
    let shown = file.display().to_string();
    let description = describe(&bytes).map_err(|error| Failure::from(error).in_file(file))?;
    let chosen = choose_name(name, &description, file)?;
    if name.is_none() {
        note_of_another_name(context, file, &chosen);
    }
    let name = chosen;

    // A flavor that cannot be instantiated, or whose schema cannot be read, is found out now.
    let flavor = context.load(&shown, &digest, || Ok(component.into_file())).map_err(|failure| failure.in_file(file))?;
    context.wait_for(async { flavor.trial(&Limits::default()).await.map_err(|error| Failure::from(error).in_file(file)) })?;
    let schema = schema(context, &shown, &flavor, &HookLimits::default())?;
    if let Some(schema) = &schema {
        check(context, &shown, schema, None)?;
    }

    // Before the catalog is locked: a person may take their time.
    let catalog = context.catalog()?;
    let touched = Touched::find(&catalog, &name, &digest);
    let is_taken = catalog.flavors().any(|(taken, _)| taken == name.as_str());
    match &touched {
        // Other bytes under a name that is taken are refused below.
        Some(touched) if how.replace || !is_taken => touched.confirm(context, &name, &digest, how.yes)?,
        _ => {}
    }

    let store = context.process.flavors.store()?;
    let (change, previous, registries) = context.process.catalogs.edit(|edit| -> Result<_, Failure> {
        let now = Touched::find(edit.catalog(), &name, &digest);
        if now.is_some() && now != touched {
            return Err(changed_meanwhile(&name));
        }
        let registered = if how.replace {
            let replaced = edit.replace_flavor(&name, &digest)?;
            let change = match replaced.previous {
                Some(previous) if previous == digest => "unchanged",
                Some(_) => "replaced",
                None => "registered",
            };
            let registries = replaced.registries.into_iter().map(|registry| (edit.catalog().registry(&registry).ok(), registry)).collect();
            (change, replaced.previous.filter(|previous| *previous != digest), registries)
        } else {
            let change = if edit.add_flavor(&name, &digest)? == Change::Made { "registered" } else { "unchanged" };
            (change, None, Vec::new())
        };
        // The component lies in the store before the catalog names it.
        store.put(&bytes)?;
        Ok(registered)
    })?;
    let affected = registries.iter().filter_map(|(entry, _)| entry.as_ref());
    let warnings: Vec<Warning> = affected.flat_map(|entry| hook::outdated(context, entry, &name, &flavor, schema.as_ref())).collect();
    let registries = registries.into_iter().map(|(_, registry)| registry).collect::<Vec<_>>();

    for capability in flavor.capabilities() {
        context.output.note(&format!("{name} wants {}; whoever lets a registry ask it grants that", capability_in_words(*capability)));
    }
    let text = || {
        let mut text = format!("{change} {name} {digest}\n");
        if let Some(previous) = &previous {
            let _ = writeln!(text, "before that it was {previous}");
            let _ = writeln!(text, "asked by {}", if registries.is_empty() { "no registry".to_owned() } else { registries.join(", ") });
        }
        text
    };
    context.output.result(text, || {
        json!({ "schema": 1, "flavor": {
            "name": name.as_str(), "digest": digest.to_string(), "change": change,
            "previous_digest": previous.as_ref().map(ToString::to_string), "registries": registries,
            "capabilities": capabilities(&description),
            "warnings": warnings.iter().map(|warning| json!({ "message": warning.message, "hint": warning.hint })).collect::<Vec<_>>(),
        } })
    });
    for warning in &warnings {
        context.output.warn(warning);
    }
    Ok(())
}

fn changed_meanwhile(name: &Name) -> Failure {
    Failure::new(Kind::Configuration, format!("the flavor `{name}`, or a registry that asks it, was changed by another pushgate meanwhile"))
        .with_hint(Some("look at it with `pushgate flavor describe`, and retry".to_owned()))
}

/// A component may call itself something else than its file: that may be another flavor than the one that was meant.
fn note_of_another_name(context: &Context, file: &Path, chosen: &Name) {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    if Name::fitted(&stem).ok().as_ref() != Some(chosen) {
        context
            .output
            .note(&format!("the component in {} calls itself {chosen}, and gets that name; --name gives it another", file.display()));
    }
}

/// `--name`, else what the component calls itself, else the file's stem; what was not chosen for pushgate is fitted to its rule.
pub(super) fn choose_name(name: Option<&str>, description: &Description, file: &Path) -> Result<Name, Failure> {
    if let Some(name) = name {
        return Ok(Name::parse(name)?);
    }
    let fitted = |text: &str| Name::fitted(text).ok();
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    description.name.as_deref().and_then(fitted).or_else(|| stem.and_then(fitted)).ok_or_else(|| {
        Failure::new(Kind::Usage, format!("neither the component nor the file {} has a name that a flavor can have", file.display()))
            .with_hint(Some("give it one: --name NAME, lower-case letters and digits in words joined by single hyphens".to_owned()))
    })
}
