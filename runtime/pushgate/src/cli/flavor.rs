//! `pushgate flavor`.

use std::fmt::Write;
use std::path::Path;

use pushgate_sandbox::{ComponentDigest, Description, Limits, LoadError, describe};
use serde_json::{Value, json};

use super::args::FlavorCommand;
use super::context::Context;
use super::hook::{self, Named, check, schema};
use super::new_project;
use super::output::{printable, table};
use crate::catalog::{Catalog, Change};
use crate::component_file;
use crate::exit::{Failure, Kind};
use crate::hook_limits::HookLimits;
use crate::hooks::capability_in_words;
use crate::name::Name;
use crate::report::Warning;

pub(super) fn run(context: &Context, command: FlavorCommand) -> Result<(), Failure> {
    match command {
        FlavorCommand::New { name, language, capabilities, settings, path } => {
            new_project::run(context, &name, language, capabilities, settings, path)?;
        }
        FlavorCommand::Register { file, name, replace } => register(context, &file, name.as_deref(), replace)?,
        FlavorCommand::List => list(context)?,
        FlavorCommand::Describe { flavor } => tell(context, &flavor)?,
        FlavorCommand::Delete { name } => {
            Catalog::edit(context.gate.paths().catalog()?, |edit| edit.remove_flavor(&name))?;
            let done = || format!("deleted {name}\n");
            context.output.result(done, || json!({ "schema": 1, "flavor": { "name": name, "change": "deleted" } }));
        }
    }
    Ok(())
}

fn register(context: &Context, file: &Path, name: Option<&str>, replace: bool) -> Result<(), Failure> {
    let component = component_file::open(file)?;
    let bytes = component.read()?;
    let digest = ComponentDigest::of(&bytes);
    let shown = file.display().to_string();
    let description = describe(&bytes).map_err(|error| Failure::from(error).in_file(file))?;
    let name = choose_name(name, &description, file)?;

    // A flavor that cannot be instantiated, or whose schema cannot be read, is found out now.
    let loading = context.gate.load(&shown, &digest, || Ok(component.into_file()));
    let flavor = context.wait_for(loading).map_err(|failure| failure.in_file(file))?;
    context.wait_for(async {
        flavor.trial(&Limits::default()).await.map_err(|error| {
            let hint = error.hint();
            Failure::from_error(Kind::FlavorBroke, &error).in_file(file).with_hint(hint)
        })
    })?;
    let schema = schema(context, &shown, &flavor, &HookLimits::default())?;
    if let Some(schema) = &schema {
        check(context, &shown, schema, None)?;
    }

    let store = context.gate.store()?;
    let (change, previous, registries) = Catalog::edit(context.gate.paths().catalog()?, |edit| -> Result<_, Failure> {
        let registered = if replace {
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

/// `--name`, else what the component calls itself, else the file's stem; what was not chosen for pushgate is fitted to its rule.
fn choose_name(name: Option<&str>, description: &Description, file: &Path) -> Result<Name, Failure> {
    if let Some(name) = name {
        return Ok(Name::parse(name)?);
    }
    let fitted = |text: &str| Name::parse(&text.to_lowercase().replace(['_', '.', ' '], "-")).ok();
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    description.name.as_deref().and_then(fitted).or_else(|| stem.and_then(fitted)).ok_or_else(|| {
        Failure::new(Kind::Usage, format!("neither the component nor the file {} has a name that a flavor can have", file.display()))
            .with_hint(Some("give it one: --name NAME, lower-case letters and digits in words joined by single hyphens".to_owned()))
    })
}

fn list(context: &Context) -> Result<(), Failure> {
    let catalog = context.gate.catalog()?;
    let text = || {
        let rows = catalog.flavors().map(|(name, entry)| match entry {
            Ok(entry) => vec![name.to_owned(), entry.digest.to_string(), users(catalog, name)],
            Err(error) => vec![name.to_owned(), "unusable".to_owned(), error.to_string()],
        });
        table(["FLAVOR", "DIGEST", "ASKED BY"], rows)
    };
    context.output.result(text, || {
        let entry = |(name, entry): (&str, Result<&crate::catalog::FlavorEntry, &crate::catalog::EntryError>)| match entry {
            Ok(entry) => json!({ "name": name, "digest": entry.digest.to_string(), "registries": catalog.users_of(name) }),
            Err(error) => json!({ "name": name, "error": error.to_string() }),
        };
        json!({ "schema": 1, "flavors": catalog.flavors().map(entry).collect::<Vec<_>>() })
    });
    if catalog.flavors().next().is_none() {
        context.output.note("no flavor is registered yet: pushgate flavor register FILE.wasm");
    }
    Ok(())
}

fn users(catalog: &Catalog, name: &str) -> String {
    let users = catalog.users_of(name);
    if users.is_empty() { "-".to_owned() } else { users.join(", ") }
}

fn tell(context: &Context, flavor: &str) -> Result<(), Failure> {
    let named = Named::parse(flavor)?;
    let about = |error| Failure::from(error).in_flavor(flavor);
    let (description, digest, file, registered) = match &named {
        Named::Path(path) => {
            let component = component_file::open(path)?;
            let bytes = component.read()?;
            (describe(&bytes).map_err(about)?, ComponentDigest::of(&bytes), component.into_file(), None)
        }
        Named::Registered(name) => {
            let (entry, store) = (context.gate.catalog()?.flavor(name.as_str())?, context.gate.store()?);
            let bytes = store.read(&entry.digest)?;
            let found = ComponentDigest::of(&bytes);
            if found != entry.digest {
                return Err(about(LoadError::DigestMismatch { expected: entry.digest, found }));
            }
            (describe(&bytes).map_err(about)?, found, store.open(&found)?, Some(entry.name))
        }
    };
    let loaded = context.wait_for(context.gate.load(flavor, &digest, || Ok(file))).map_err(|failure| failure.in_flavor(flavor))?;
    let schema = schema(context, flavor, &loaded, &HookLimits::default())?;
    let registries: Vec<&str> = match &registered {
        Some(name) => context.gate.catalog()?.users_of(name.as_str()),
        None => Vec::new(),
    };

    let title = registered.as_ref().map_or(flavor, Name::as_str);
    context.output.result(
        || in_words(title, &description, &digest, schema.as_ref(), registered.as_ref().map(|_| registries.as_slice())),
        || {
            json!({ "schema": 1, "flavor": {
                "name": registered.as_ref().map(Name::as_str),
                "component": { "name": description.name, "version": description.version, "description": description.description },
                "digest": digest.to_string(), "size": description.size, "contract": description.contract,
                "capabilities": capabilities(&description), "language": description.language, "tool": description.tool,
                "settings_schema": schema, "registries": registries,
            } })
        },
    );
    Ok(())
}

fn in_words(
    title: &str,
    description: &Description,
    digest: &ComponentDigest,
    schema: Option<&Value>,
    registries: Option<&[&str]>,
) -> String {
    let mut text = format!("{}\n", printable(title));
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<12}{}", printable(value));
    };
    if let Some(words) = &description.description {
        line("is", words);
    }
    let itself: Vec<&str> = [description.name.as_deref(), description.version.as_deref()].into_iter().flatten().collect();
    if !itself.is_empty() {
        line("component", &itself.join(" "));
    }
    line("digest", &digest.to_string());
    line("size", &size(description.size));
    line("contract", &description.contract);
    let made: Vec<&str> = [description.language.as_deref(), description.tool.as_deref()].into_iter().flatten().collect();
    if !made.is_empty() {
        line("made with", &made.join(", "));
    }
    if description.capabilities.is_empty() {
        line("wants", "only to look at the push");
    }
    for capability in &description.capabilities {
        line("wants", capability_in_words(*capability));
    }
    if let Some(registries) = registries {
        line("asked by", &if registries.is_empty() { "no registry".to_owned() } else { registries.join(", ") });
    }
    match schema {
        None => line("settings", "it does not say what settings it takes"),
        Some(schema) => settings(&mut text, schema),
    }
    text
}

/// The properties of a schema, one a line; the whole schema is in the JSON output.
fn settings(text: &mut String, schema: &Value) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object).filter(|properties| !properties.is_empty()) else {
        let _ = writeln!(text, "  {:<12}none", "settings");
        return;
    };
    let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (index, (key, property)) in properties.iter().enumerate() {
        let words = |values: &Vec<Value>| values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ");
        let kind = match (property.get("enum"), property.get("type")) {
            (Some(Value::Array(values)), _) => words(values),
            (_, Some(Value::String(kind))) => kind.clone(),
            (_, Some(Value::Array(kinds))) => words(kinds),
            _ => "any value".to_owned(),
        };
        let need = if required.contains(&key.as_str()) { ", required" } else { "" };
        let meaning = property.get("description").and_then(Value::as_str).map(|words| format!(": {words}")).unwrap_or_default();
        let heading = if index == 0 { "settings" } else { "" };
        let _ = writeln!(text, "  {heading:<12}{} ({}{need}){}", printable(key), printable(&kind), printable(&meaning));
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..=1023 => format!("{bytes} bytes"),
        1024..=1_048_575 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

fn capabilities(description: &Description) -> Vec<&'static str> {
    description.capabilities.iter().map(|capability| capability.as_str()).collect()
}
