//! `pushgate flavor`.

mod component;
mod describe;
mod test;
mod register;
mod capabilities;
mod touched;

use pushgate_explain::Failure;
use pushgate_gate::catalog::{Catalog, EntryError, FlavorEntry};
use serde_json::json;

use super::args::FlavorCommand;
use super::context::Context;
use super::new_project;
use super::output::table;
use super::stopped::Stopped;

pub(super) fn run(context: &Context, command: FlavorCommand) -> Result<(), Stopped> {
    match command {
        FlavorCommand::New { name, language, capabilities, settings, path } => {
            new_project::run(context, &name, language, capabilities, settings, path)?;
        }
        FlavorCommand::Component(arguments) => component::run(context, arguments)?,
        FlavorCommand::Register { file, name, replace, yes } => {
            register::register(context, &file, name.as_deref(), register::How { replace, yes })?;
        }
        FlavorCommand::List => list(context)?,
        FlavorCommand::Describe { flavor } => describe::tell(context, &flavor)?,
        FlavorCommand::Test(arguments) => test::run(context, *arguments)?,
        FlavorCommand::Delete { name } => {
            context.process.catalogs.edit(|edit| edit.remove_flavor(&name))?;
            let done = || format!("deleted {name}\n");
            context.output.result(done, || json!({ "schema": 1, "flavor": { "name": name, "change": "deleted" } }));
        }
    }
    Ok(())
}

/// What is registered, and what ships; a registered one of the same name is the one that is asked.
fn list(context: &Context) -> Result<(), Failure> {
    let catalog = context.catalog()?;
    let registered = || catalog.flavors();
    let shipped = || context.process.catalogs.builtins().all().iter().filter(|flavor| registered().all(|(name, _)| name != flavor.name));
    let text = || {
        let mut text = String::new();
        if registered().next().is_some() {
            let rows = registered().map(|(name, entry)| match entry {
                Ok(entry) => vec![name.to_owned(), users(&catalog, name), entry.digest.to_string()],
                Err(error) => vec![name.to_owned(), "unusable".to_owned(), error.to_string()],
            });
            text = table(["REGISTERED", "ASKED BY", "DIGEST"], rows);
            text.push('\n');
        }
        let rows = shipped().map(|flavor| vec![flavor.name.to_owned(), users(&catalog, flavor.name), flavor.description.to_owned()]);
        text + &table(["SHIPS", "ASKED BY", "WHAT IT DOES"], rows)
    };
    context.output.result(text, || {
        let entry = |(name, entry): (&str, Result<&FlavorEntry, &EntryError>)| match entry {
            Ok(entry) => {
                json!({ "name": name, "digest": entry.digest.to_string(), "registries": catalog.users_of(name), "ships": false })
            }
            Err(error) => json!({ "name": name, "error": error.to_string() }),
        };
        let shipped = shipped().map(|flavor| {
            json!({ "name": flavor.name, "digest": flavor.digest.to_string(), "registries": catalog.users_of(flavor.name), "ships": true,
                    "description": flavor.description })
        });
        json!({ "schema": 1, "flavors": registered().map(entry).chain(shipped).collect::<Vec<_>>() })
    });
    Ok(())
}

fn users(catalog: &Catalog, name: &str) -> String {
    let users = catalog.users_of(name);
    if users.is_empty() { "-".to_owned() } else { users.join(", ") }
}
