//! `pushgate registry`.

mod describe;
mod import;
mod brought;
mod update;
mod told;

use pushgate_explain::Failure;
use pushgate_gate::catalog::{CatalogError, Change, Connection, EntryError, RegistryEntry};
use pushgate_gate::name::Name;
use pushgate_reference::RegistryUri;
use serde_json::json;

use self::told::{told, warn_if_untrusted, word};
use super::args::{AskedFlavor, RegistryCommand};
use super::context::Context;
use super::output::table;
use super::stopped::Stopped;
use super::{flavor, hook, login};

pub(super) fn run(context: &Context, command: RegistryCommand) -> Result<(), Stopped> {
    let catalogs = &context.process.catalogs;
    match command {
        RegistryCommand::Register { name, uri, asked, transport } => {
            let (name, uri) = (Name::parse(&name)?, RegistryUri::parse(&uri)?);
            let entry = |asked: &AskedFlavor| hook::entry(context, &uri, &asked.flavor, &asked.words);
            let hooks = asked.0.iter().map(entry).collect::<Result<_, _>>()?;
            let entry = RegistryEntry { name, uri, hooks, connection: transport.connection(Connection::default())? };
            let change = catalogs.edit(|edit| edit.add_registry(&entry))?;
            told(context, word("registered", change), &entry.name, &entry.uri.to_string());
            warn_if_untrusted(context, &entry);
        }
        RegistryCommand::Import { zenml, name, flavor, grants, hook, transport } => {
            let words = import::Words { name, flavor, grants, hook, transport };
            import::import(context, &zenml, words)?;
        }
        RegistryCommand::List => list(context)?,
        RegistryCommand::Describe { name } => describe::describe(context, &name)?,
        RegistryCommand::Update { name, uri, flavor, hook, transport, reset } => {
            update::update(context, &name, &update::Words { uri, flavor, hook, transport, reset })?;
        }
        RegistryCommand::Rename { old, new } => {
            let new = Name::parse(&new)?;
            let change = catalogs.edit(|edit| edit.rename_registry(&old, &new))?;
            renamed(context, word("renamed", change), &old, &new);
        }
        RegistryCommand::Copy { old, new } => {
            let new = Name::parse(&new)?;
            let change = catalogs.edit(|edit| edit.copy_registry(&old, &new))?;
            renamed(context, word("copied", change), &old, &new);
        }
        RegistryCommand::Get => {
            let entry = context.catalog()?.default_entry()?;
            context.output.result(
                || format!("{} {}\n", entry.name, entry.uri),
                || json!({ "schema": 1, "registry": describe::as_json(context, &entry, true) }),
            );
        }
        RegistryCommand::Use { name } => {
            let change = catalogs.edit(|edit| edit.set_default(&name))?;
            changed(
                context,
                &name,
                if change == Change::Made { "default" } else { "unchanged" },
                &format!("{name} is the default registry"),
            );
        }
        RegistryCommand::Delete { name } => {
            let was_default = catalogs.edit(|edit| -> Result<_, CatalogError> {
                let was_default = matches!(edit.catalog().default_registry(), Ok(Some(default)) if default.as_str() == name);
                edit.remove_registry(&name).map(|()| was_default)
            })?;
            changed(context, &name, "deleted", &format!("deleted {name}"));
            if was_default {
                context.output.note(&format!("{name} was the default registry; there is none now"));
            }
        }
        RegistryCommand::AddHook { name, flavor, hook } => {
            let uri = context.catalog()?.registry(&name)?.uri;
            let entry = hook::entry(context, &uri, &flavor, &hook)?;
            let change = catalogs.edit(|edit| edit.add_hook(&name, &entry))?;
            changed(context, &name, word("added", change), &format!("{name} asks {flavor}"));
        }
        RegistryCommand::RemoveHook { name, flavor } => {
            let is_unguarded = catalogs.edit(|edit| -> Result<_, CatalogError> {
                edit.remove_hook(&name, &flavor)?;
                Ok(edit.catalog().registry(&name).is_ok_and(|entry| entry.hooks.is_empty()))
            })?;
            changed(context, &name, "removed", &format!("{name} no longer asks {flavor}"));
            if is_unguarded {
                context.output.note(&format!("{name} asks no flavor now: every image inside its URI may go there"));
            }
        }
        RegistryCommand::Login { name, username, password_stdin, transport } => {
            login::login(context, &name, username, password_stdin, &transport)?;
        }
        RegistryCommand::Logout { name } => login::logout(context, &name)?,
        RegistryCommand::Flavor(command) => flavor::run(context, command)?,
    }
    Ok(())
}

fn renamed(context: &Context, change: &str, old: &str, new: &Name) {
    context.output.result(
        || if change == "unchanged" { format!("{change} {new}\n") } else { format!("{change} {old} to {new}\n") },
        || json!({ "schema": 1, "registry": { "name": new.as_str(), "change": change, "from": old } }),
    );
}

fn changed(context: &Context, name: &str, change: &str, text: &str) {
    context.output.result(|| format!("{text}\n"), || json!({ "schema": 1, "registry": { "name": name, "change": change } }));
}

fn list(context: &Context) -> Result<(), Failure> {
    let catalog = context.catalog()?;
    let default = catalog.default_registry()?.map(ToString::to_string);
    let is_default = |name: &str| default.as_deref() == Some(name);
    let text = || {
        let rows = catalog.registries().map(|(name, entry)| {
            let shown = if is_default(name) { format!("{name} *") } else { name.to_owned() };
            match entry {
                Ok(entry) if context.process.catalogs.untrusted_fields(entry).is_empty() => {
                    vec![shown, entry.uri.to_string(), flavors(entry)]
                }
                Ok(entry) => vec![shown, format!("{} (not trusted)", entry.uri), flavors(entry)],
                Err(error) => vec![shown, "unusable".to_owned(), error.to_string()],
            }
        });
        table(["REGISTRY", "URI", "ASKS"], rows)
    };
    context.output.result(text, || {
        let entry = |(name, entry): (&str, Result<&RegistryEntry, &EntryError>)| match entry {
            Ok(entry) => describe::as_json(context, entry, is_default(name)),
            Err(error) => json!({ "name": name, "error": error.to_string() }),
        };
        json!({ "schema": 1, "registries": catalog.registries().map(entry).collect::<Vec<_>>() })
    });
    if catalog.registries().next().is_none() {
        let absent =
            if catalog.is_absent() { format!(" (the catalog `{}` does not exist)", catalog.path().display()) } else { String::new() };
        context.output.note(&format!("no registry is registered yet{absent}: pushgate registry register NAME --uri URI"));
    }
    Ok(())
}

fn flavors(entry: &RegistryEntry) -> String {
    let names: Vec<&str> = entry.hooks.iter().map(|hook| hook.flavor.as_str()).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}
