//! The fields of an entry as they are written, and how a change of them leaves alone what it does not change.

use std::path::Path;

use pushgate_net::ClientCertificate;
use toml_edit::{Array, Item, Table, TableLike, Value};

use super::super::entry::{Connection, HookEntry};
use super::super::error::CatalogError;
use super::super::values;
use super::set;
use crate::hook_mode::HookMode;

/// Each field that an entry can have, in the order in which it is written; none for one that is not written down.
pub(super) type Fields = Vec<(&'static str, Option<Value>)>;

/// What a hook holds besides the name of its flavor.
pub(super) fn of_hook(hook: &HookEntry) -> Fields {
    vec![
        ("settings", (!hook.settings.is_empty()).then(|| values::inline(&hook.settings).into())),
        ("grants", texts(&hook.grants)),
        ("credentials", texts(&hook.credentials)),
        ("limits", (!hook.limits.is_empty()).then(|| values::limits_inline(&hook.limits).into())),
        ("mode", (hook.mode != HookMode::default()).then(|| hook.mode.word().into())),
    ]
}

/// How a registry is reached.
pub(super) fn of_connection(connection: &Connection) -> Result<Fields, CatalogError> {
    let Connection { transport, ca_file, client_certificate, token_servers } = connection;
    let (certificate, key) = match client_certificate {
        Some(ClientCertificate { certificate, key }) => (Some(file(certificate)?), Some(file(key)?)),
        None => (None, None),
    };
    Ok(vec![
        ("transport", transport.word().map(Value::from)),
        ("ca-file", ca_file.as_deref().map(file).transpose()?),
        ("client-certificate", certificate),
        ("client-key", key),
        ("token-servers", texts(token_servers)),
    ])
}

/// A table of its own for a new hook.
pub(super) fn hook_table(hook: &HookEntry) -> Table {
    let mut table = Table::new();
    table.insert("flavor", toml_edit::value(hook.flavor.as_str()));
    add(&mut table, of_hook(hook));
    table
}

/// Writes the fields of a new entry.
pub(super) fn add(table: &mut Table, fields: Fields) {
    for (key, value) in fields {
        if let Some(value) = value {
            table.insert(key, Item::Value(value));
        }
    }
}

/// Writes what differs between two states of an entry. A field that is the same keeps its form and its comments.
pub(super) fn change(table: &mut dyn TableLike, before: Fields, after: Fields) {
    for ((key, before), (_, after)) in before.into_iter().zip(after) {
        match after {
            Some(after) if before.is_some_and(|before| before.to_string() == after.to_string()) => {}
            Some(after) => set(table, key, after),
            None => {
                table.remove(key);
            }
        }
    }
}

fn texts(values: &[impl ToString]) -> Option<Value> {
    (!values.is_empty()).then(|| values.iter().map(ToString::to_string).collect::<Array>().into())
}

/// The catalog is text, and what it names must not depend on where a command is typed.
fn file(path: &Path) -> Result<Value, CatalogError> {
    let refused = |rule| CatalogError::NamedFile { path: path.to_owned(), rule };
    if !path.is_absolute() {
        return Err(refused("absolute"));
    }
    path.to_str().map(Value::from).ok_or_else(|| refused("UTF-8"))
}
