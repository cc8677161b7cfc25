//! `pushgate flavor`.

mod component;
mod describe;
mod register;
mod test;

use pushgate_sandbox::Description;
use serde_json::json;

use super::args::FlavorCommand;
use super::context::Context;
use super::output::table;
use super::{Stopped, new_project};
use crate::catalog::Catalog;
use crate::exit::Failure;

pub(super) fn run(context: &Context, command: FlavorCommand) -> Result<(), Stopped> {
    match command {
        FlavorCommand::New { name, language, capabilities, settings, path } => {
            new_project::run(context, &name, language, capabilities, settings, path)?;
        }
        FlavorCommand::Component(arguments) => component::run(context, arguments)?,
        FlavorCommand::Register { file, name, replace } => register::register(context, &file, name.as_deref(), replace)?,
        FlavorCommand::List => list(context)?,
        FlavorCommand::Describe { flavor } => describe::tell(context, &flavor)?,
        FlavorCommand::Test(arguments) => test::run(context, *arguments)?,
        FlavorCommand::Delete { name } => {
            Catalog::edit(context.gate.paths().catalog()?, |edit| edit.remove_flavor(&name))?;
            let done = || format!("deleted {name}\n");
            context.output.result(done, || json!({ "schema": 1, "flavor": { "name": name, "change": "deleted" } }));
        }
    }
    Ok(())
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

fn capabilities(description: &Description) -> Vec<&'static str> {
    description.capabilities.iter().map(|capability| capability.as_str()).collect()
}
