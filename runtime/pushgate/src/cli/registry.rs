//! `pushgate registry`.

use std::fmt::Write;

use serde_json::{Value, json};

use pushgate_oci::ClientCertificate;
use pushgate_reference::RegistryUri;

use super::args::{HookArguments, RegistryCommand};
use super::context::Context;
use super::output::{printable, table};
use super::{flavor, hook, login};
use crate::catalog::{Catalog, Change, Connection, EntryError, HookEntry, RegistryEntry, Transport};
use crate::exit::Failure;
use crate::name::Name;

pub(super) fn run(context: &Context, command: RegistryCommand) -> Result<(), Failure> {
    let path = || context.gate.paths().catalog();
    match command {
        RegistryCommand::Register { name, uri, flavor, settings, grants, transport } => {
            let hooks = match flavor {
                Some(flavor) => vec![hook::entry(context, &flavor, &settings, &grants)?],
                None => Vec::new(),
            };
            let connection = transport.connection()?;
            let entry = RegistryEntry { name: Name::parse(&name)?, uri: RegistryUri::parse(&uri)?, hooks, connection };
            let change = Catalog::edit(path()?, |edit| edit.add_registry(&entry))?;
            told(context, word("registered", change), &entry.name, &entry.uri.to_string());
        }
        RegistryCommand::List => list(context)?,
        RegistryCommand::Describe { name } => describe(context, &name)?,
        RegistryCommand::Use { name } => {
            let change = Catalog::edit(path()?, |edit| edit.set_default(&name))?;
            changed(
                context,
                &name,
                if change == Change::Made { "default" } else { "unchanged" },
                &format!("{name} is the default registry"),
            );
        }
        RegistryCommand::Delete { name } => {
            Catalog::edit(path()?, |edit| edit.remove_registry(&name))?;
            changed(context, &name, "deleted", &format!("deleted {name}"));
        }
        RegistryCommand::AddHook { name, hook: HookArguments { flavor, settings, grants } } => {
            let entry = hook::entry(context, &flavor, &settings, &grants)?;
            let change = Catalog::edit(path()?, |edit| edit.add_hook(&name, &entry))?;
            changed(context, &name, word("added", change), &format!("{name} asks {flavor}"));
        }
        RegistryCommand::RemoveHook { name, flavor } => {
            Catalog::edit(path()?, |edit| edit.remove_hook(&name, &flavor))?;
            changed(context, &name, "removed", &format!("{name} no longer asks {flavor}"));
        }
        RegistryCommand::Login { name, username, password_stdin } => login::login(context, &name, username, password_stdin)?,
        RegistryCommand::Logout { name } => login::logout(context, &name)?,
        RegistryCommand::Flavor(command) => flavor::run(context, command)?,
    }
    Ok(())
}

const fn word(made: &'static str, change: Change) -> &'static str {
    match change {
        Change::Made => made,
        Change::Unneeded => "unchanged",
    }
}

fn told(context: &Context, change: &str, name: &Name, uri: &str) {
    context.output.result(
        || format!("{change} {name} {uri}\n"),
        || json!({ "schema": 1, "registry": { "name": name.as_str(), "uri": uri, "change": change } }),
    );
}

fn changed(context: &Context, name: &str, change: &str, text: &str) {
    context.output.result(|| format!("{text}\n"), || json!({ "schema": 1, "registry": { "name": name, "change": change } }));
}

fn list(context: &Context) -> Result<(), Failure> {
    let catalog = context.gate.catalog()?;
    let default = catalog.default_registry()?.map(ToString::to_string);
    let is_default = |name: &str| default.as_deref() == Some(name);
    let text = || {
        let rows = catalog.registries().map(|(name, entry)| {
            let shown = if is_default(name) { format!("{name} *") } else { name.to_owned() };
            match entry {
                Ok(entry) => vec![shown, entry.uri.to_string(), flavors(entry)],
                Err(error) => vec![shown, "unusable".to_owned(), error.to_string()],
            }
        });
        table(["REGISTRY", "URI", "ASKS"], rows)
    };
    context.output.result(text, || {
        let entry = |(name, entry): (&str, Result<&RegistryEntry, &EntryError>)| match entry {
            Ok(entry) => as_json(entry, is_default(name)),
            Err(error) => json!({ "name": name, "error": error.to_string() }),
        };
        json!({ "schema": 1, "registries": catalog.registries().map(entry).collect::<Vec<_>>() })
    });
    if catalog.registries().next().is_none() {
        context.output.note("no registry is registered yet: pushgate registry register NAME --uri URI");
    }
    Ok(())
}

fn flavors(entry: &RegistryEntry) -> String {
    let names: Vec<&str> = entry.hooks.iter().map(|hook| hook.flavor.as_str()).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

fn describe(context: &Context, name: &str) -> Result<(), Failure> {
    let catalog = context.gate.catalog()?;
    let entry = catalog.registry(name)?;
    let is_default = catalog.default_registry()?.is_some_and(|default| default.as_str() == name);
    let part = Some(entry.uri.path()).filter(|path| !path.is_empty());
    let credentials = match context.gate.credentials().credentials(entry.uri.host(), part) {
        Ok(found) => found.origin,
        Err(error) => format!("unusable: {}", Failure::from(error).message),
    };
    let text = || {
        let mut text = format!("{}{}\n", entry.name, if is_default { " (default)" } else { "" });
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:<13}{}", printable(value));
        };
        line("uri", &entry.uri.to_string());
        line("transport", transport_in_words(&entry));
        let Connection { ca_file, client_certificate, token_servers, .. } = &entry.connection;
        if let Some(file) = ca_file {
            line("trusts", &format!("the certificates in {} besides the system's", file.display()));
        }
        if let Some(ClientCertificate { certificate, key }) = client_certificate {
            line("shows", &format!("the certificate in {}, whose key is in {}", certificate.display(), key.display()));
        }
        for server in token_servers {
            line("tokens from", &format!("{server}, besides its own host"));
        }
        line("credentials", &credentials);
        if entry.hooks.is_empty() {
            line("asks", "no flavor: whatever lies inside the URI may go there");
        }
        for hook in &entry.hooks {
            line("asks", &in_words(catalog, &entry, hook));
            if !hook.settings.is_empty() {
                line("  with", &hook.settings.to_string());
            }
            if !hook.grants.is_empty() {
                line("  granted", &hook.grants.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
            }
        }
        text
    };
    context.output.result(text, || {
        let mut document = as_json(&entry, is_default);
        if let Some(members) = document.as_object_mut() {
            members.insert("credentials".to_owned(), json!(credentials));
        }
        json!({ "schema": 1, "registry": document })
    });
    Ok(())
}

/// A hook whose flavor is gone stops every push: that is told where somebody looks for the reason.
fn in_words(catalog: &Catalog, entry: &RegistryEntry, hook: &HookEntry) -> String {
    match catalog.hook_flavor(entry, hook) {
        Ok(flavor) => format!("{} {}", hook.flavor, flavor.digest),
        Err(error) => format!("{}, which cannot be asked: {error}", hook.flavor),
    }
}

fn transport_in_words(entry: &RegistryEntry) -> &'static str {
    match entry.connection.transport {
        Transport::PlainHttp => "plain HTTP",
        Transport::Tls => "TLS",
        Transport::Default if entry.uri.host().is_loopback() => "plain HTTP, since it is on loopback",
        Transport::Default => "TLS",
    }
}

fn as_json(entry: &RegistryEntry, is_default: bool) -> Value {
    let hook = |hook: &HookEntry| {
        json!({
            "flavor": hook.flavor.as_str(), "settings": hook.settings.as_object(),
            "grants": hook.grants.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    };
    let connection = &entry.connection;
    json!({
        "name": entry.name.as_str(), "uri": entry.uri.to_string(), "default": is_default,
        "transport": connection.transport.word().unwrap_or("default"), "ca_file": connection.ca_file,
        "client_certificate": connection.client_certificate.as_ref().map(|files| &files.certificate),
        "client_key": connection.client_certificate.as_ref().map(|files| &files.key),
        "token_servers": connection.token_servers.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "hooks": entry.hooks.iter().map(hook).collect::<Vec<_>>(),
    })
}
