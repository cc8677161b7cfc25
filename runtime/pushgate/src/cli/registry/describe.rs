//! `pushgate registry describe`.

use std::fmt::Write;

use pushgate_explain::Failure;
use pushgate_gate::catalog::{Catalog, Connection, HookEntry, RegistryEntry, TransportSetting};
use pushgate_gate::hook_mode::HookMode;
use pushgate_net::ClientCertificate;
use serde_json::{Map, Value, json};

use super::super::context::Context;
use super::super::output::printable;

pub(super) fn describe(context: &Context, name: &str) -> Result<(), Failure> {
    let catalog = context.catalog()?;
    let entry = catalog.registry(name)?;
    let is_default = catalog.default_registry()?.is_some_and(|default| default.as_str() == name);
    let part = Some(entry.uri.path()).filter(|path| !path.is_empty());
    let credentials = match context.process.credentials().credentials(entry.uri.host(), part) {
        Ok(found) => {
            found.notes.iter().for_each(|note| context.output.note(note));
            found.origin
        }
        Err(error) => format!("unusable: {}", Failure::from(error).message),
    };
    let text = || {
        let mut text = format!("{}{}\n", entry.name, if is_default { " (default)" } else { "" });
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:<15}{}", printable(value));
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
        let untrusted = untrusted(context, &entry);
        if !untrusted.is_empty() {
            let trust = pushgate_explain::TRUST_FLAG;
            line("not trusted", &format!("{}: the catalog lies outside of your configuration folder ({trust})", untrusted.join(", ")));
        }
        if entry.hooks.is_empty() {
            line("asks", "no flavor: whatever lies inside the URI may go there");
        }
        for hook in &entry.hooks {
            line("asks", &in_words(&catalog, &entry, hook));
            if !hook.settings.is_empty() {
                line("  with", &hook.settings.to_string());
            }
            for (name, values) in [("  granted", texts(&hook.grants)), ("  credentials", texts(&hook.credentials))] {
                if !values.is_empty() {
                    line(name, &values.join(", "));
                }
            }
            if !hook.limits.is_empty() {
                line("  limits", &hook.limits.to_string());
            }
            if hook.mode == HookMode::Warn {
                line("  mode", "warn: its refusals do not stop a push");
            }
        }
        text
    };
    context.output.result(text, || {
        let mut document = as_json(context, &entry, is_default);
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
        TransportSetting::PlainHttp => "plain HTTP",
        TransportSetting::Tls => "TLS",
        TransportSetting::Default if entry.uri.host().is_loopback() => "plain HTTP, since it is on loopback",
        TransportSetting::Default => "TLS",
    }
}

/// The fields that are refused when they are used.
fn untrusted(context: &Context, entry: &RegistryEntry) -> Vec<&'static str> {
    context.process.catalogs.untrusted_fields(entry).iter().map(|field| field.name).collect()
}

pub(super) fn as_json(context: &Context, entry: &RegistryEntry, is_default: bool) -> Value {
    let hook = |hook: &HookEntry| {
        json!({
            "flavor": hook.flavor.as_str(), "settings": hook.settings.as_object(),
            "grants": texts(&hook.grants), "credentials": texts(&hook.credentials), "mode": hook.mode.word(),
            "limits": hook.limits.effective_numbers().map(|(name, value)| (name, value.into())).collect::<Map<_, _>>(),
        })
    };
    let connection = &entry.connection;
    json!({
        "name": entry.name.as_str(), "uri": entry.uri.to_string(), "default": is_default,
        "transport": connection.transport.word().unwrap_or("default"), "ca_file": connection.ca_file,
        "client_certificate": connection.client_certificate.as_ref().map(|files| &files.certificate),
        "client_key": connection.client_certificate.as_ref().map(|files| &files.key),
        "token_servers": texts(&connection.token_servers), "untrusted": untrusted(context, entry),
        "hooks": entry.hooks.iter().map(hook).collect::<Vec<_>>(),
    })
}

fn texts(values: &[impl ToString]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}
