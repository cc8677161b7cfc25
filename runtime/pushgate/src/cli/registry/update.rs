//! `pushgate registry update`.

use pushgate_explain::{Failure, Kind};
use pushgate_gate::catalog::{Change, Connection, RegistryEntry};
use pushgate_reference::RegistryUri;

use super::super::args::{HookArguments, Reset, TransportArguments};
use super::super::context::Context;
use super::super::hook;
use super::told::{told, warn_if_untrusted, word};

/// What was typed behind the registry's name.
pub(super) struct Words {
    pub(super) uri: Option<String>,
    pub(super) flavor: Option<String>,
    pub(super) hook: HookArguments,
    pub(super) transport: TransportArguments,
    pub(super) reset: Vec<Reset>,
}

pub(super) fn update(context: &Context, name: &str, words: &Words) -> Result<(), Failure> {
    words.check()?;
    let uri = words.uri.as_deref().map(RegistryUri::parse).transpose()?;
    let before = context.catalog()?.registry(name)?;
    let uri_after = uri.as_ref().unwrap_or(&before.uri);
    // The flavor is loaded before the catalog is locked: that may take seconds.
    let hook = match &words.flavor {
        Some(flavor) => {
            let before = before.hook(flavor)?;
            Some((before, hook::changed(context, uri_after, &before.clone(), &words.hook, &words.reset)?))
        }
        None => None,
    };
    if let Some(uri) = &uri {
        let others = before.hooks.iter().filter(|hook| words.flavor.as_deref() != Some(hook.flavor.as_str()));
        others.into_iter().try_for_each(|hook| hook::fits(context, uri, hook))?;
    }
    let (change, after) = context.process.catalogs.edit(|edit| -> Result<_, Failure> {
        let entry = edit.catalog().registry(name)?;
        let connection = words.connection(entry.connection.clone())?;
        let changes = [
            edit.update_registry(name, uri.as_ref().unwrap_or(&entry.uri), &connection)?,
            match &hook {
                // What was checked above must be what is changed here.
                Some((before, _)) if entry.hooks.iter().all(|hook| hook != *before) => {
                    return Err(changed_meanwhile(&entry, before.flavor.as_str()));
                }
                Some((_, after)) => edit.update_hook(name, after)?,
                None => Change::Unneeded,
            },
        ];
        let change = if changes.contains(&Change::Made) { Change::Made } else { Change::Unneeded };
        Ok((change, edit.catalog().registry(name)?))
    })?;
    told(context, word("updated", change), &after.name, &after.uri.to_string());
    if words.transport.is_given() {
        warn_if_untrusted(context, &after);
    }
    Ok(())
}

fn changed_meanwhile(entry: &RegistryEntry, flavor: &str) -> Failure {
    Failure::new(
        Kind::Configuration,
        format!("the hook `{flavor}` of the registry `{}` was changed by another pushgate meanwhile", entry.name),
    )
    .with_hint(Some("look at it with `pushgate registry describe`, and try again".to_owned()))
}

impl Words {
    fn check(&self) -> Result<(), Failure> {
        let usage = |message: &str, hint: &str| Err(Failure::new(Kind::Usage, message).with_hint(Some(hint.to_owned())));
        if self.flavor.is_none() && self.reset.iter().any(|reset| reset.wants_a_flavor()) {
            return usage("what is to be reset belongs to a hook, and none is named", "name the hook: --flavor FLAVOR");
        }
        let about_the_registry = self.uri.is_some() || self.transport.is_given() || self.reset.iter().any(|reset| !reset.wants_a_flavor());
        let about_the_hook = self.hook.is_given() || self.reset.iter().any(|reset| reset.wants_a_flavor());
        match (about_the_registry, about_the_hook, &self.flavor) {
            (false, false, None) => usage("nothing is named that should change", "name it as `registry register` does, or with --reset"),
            (_, false, Some(_)) => {
                usage("a hook is named, and nothing of it that should change", "name it as `registry add-hook` does, or with --reset")
            }
            _ => Ok(()),
        }
    }

    fn connection(&self, mut connection: Connection) -> Result<Connection, Failure> {
        let Connection { transport, ca_file, client_certificate, token_servers } = Connection::default();
        for reset in &self.reset {
            match reset {
                Reset::Transport => connection.transport = transport,
                Reset::CaFile => connection.ca_file.clone_from(&ca_file),
                Reset::ClientCertificate => connection.client_certificate.clone_from(&client_certificate),
                Reset::TokenServers => connection.token_servers.clone_from(&token_servers),
                Reset::Settings | Reset::Grants | Reset::Credentials | Reset::Limits => {}
            }
        }
        self.transport.connection(connection)
    }
}
