//! From the text of a catalog to its entries.
//!
//! A text that is not TOML, has no version or another one, or has something else at its top is refused as a whole. An entry is judged by itself:
//! a field that is missing, unknown or wrong makes that entry unusable and no other.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pushgate_net::{ClientCertificate, TokenServer};
use pushgate_reference::RegistryUri;
use pushgate_sandbox::ComponentDigest;
use toml_edit::{Item, TableLike};

use super::entry::{Connection, FlavorEntry, HookEntry, RegistryEntry, TransportSetting};
use super::error::{CatalogError, EntryError};
use super::fields::{self, Table};
use super::lookup::{Catalog, Entries};
use super::values;
use crate::builtin::Builtins;
use crate::credential_binding::CredentialBinding;
use crate::grant::Grant;
use crate::hook_limits::HookLimits;
use crate::hook_mode::HookMode;
use crate::name::{Name, shorten};
use crate::settings::Settings;
use crate::toml::{Fault, Lines, document, kind};

/// The only version of the format.
const VERSION: i64 = 1;

/// The key of the default registry.
pub(super) const DEFAULT_REGISTRY: &str = "default-registry";

pub(super) fn catalog(path: &Path, bytes: &[u8], builtins: Builtins) -> Result<Catalog, CatalogError> {
    let lines = Lines::new(bytes);
    let damaged =
        |fault: Fault| CatalogError::Damaged { path: path.to_owned(), position: lines.position(fault.span.as_ref()), reason: fault.reason };
    // What an unclean shutdown can leave behind; the parser would tell it as a key without a value.
    if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
        return Err(damaged(Fault::new(Some(offset..offset), "it holds a NUL byte")));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        damaged(Fault::new(Some(offset..offset), "it is not UTF-8"))
    })?;
    let document = document(text).map_err(&damaged)?;
    let root = document.as_table();
    if let Some(found) = version(root).map_err(&damaged)? {
        return Err(CatalogError::Version { path: path.to_owned(), found });
    }
    known_fields(root, &fields::ROOT).map_err(&damaged)?;

    let entries = |key| section(root, key).map_err(&damaged);
    let (flavors, registries) = (entries("flavors")?, entries("registries")?);
    let unusable = |place: &str, fault: Fault| EntryError {
        entry: place.to_owned(),
        position: lines.position(fault.span.as_ref()),
        reason: fault.reason,
    };
    Ok(Catalog {
        path: path.to_owned(),
        absent: false,
        builtins,
        default: root.get(DEFAULT_REGISTRY).map(|item| default(item).map_err(|fault| unusable(DEFAULT_REGISTRY, fault))),
        uses: registries.iter().flat_map(|(name, _, item)| uses(name, item)).collect(),
        flavors: parse_all("flavors", &flavors, flavor, unusable),
        registries: parse_all("registries", &registries, registry, unusable),
    })
}

/// The version, if it is not ours.
fn version(root: &dyn TableLike) -> Result<Option<i64>, Fault> {
    let Some(item) = root.get("version") else {
        return Err(Fault::new(None, format!("the line `version = {VERSION}` is missing")));
    };
    match item.as_integer() {
        Some(VERSION) => Ok(None),
        Some(other) => Ok(Some(other)),
        None => Err(Fault::new(item.span(), format!("`version` must be an integer, not {}", kind(item)))),
    }
}

type Section<'a> = Vec<(&'a str, Option<Range<usize>>, &'a Item)>;

/// The entries of `[flavors]` or `[registries]`, with their places.
fn section<'a>(root: &'a dyn TableLike, key: &str) -> Result<Section<'a>, Fault> {
    let Some(item) = root.get(key) else {
        return Ok(Vec::new());
    };
    let Some(table) = item.as_table_like() else {
        return Err(Fault::new(item.span(), format!("`{key}` must be a table, not {}", kind(item))));
    };
    Ok(table.iter().map(|(name, item)| (name, place(table, name, item), item)).collect())
}

fn parse_all<T>(
    section: &str,
    entries: &Section<'_>,
    parse: impl Fn(Name, &dyn TableLike) -> Result<T, Fault>,
    unusable: impl Fn(&str, Fault) -> EntryError,
) -> Entries<T> {
    let one = |name: &str, item: &Item| {
        let checked = Name::parse(name).map_err(|error| Fault::new(None, error.to_string()))?;
        let Some(table) = item.as_table_like() else {
            return Err(Fault::new(None, format!("it must be a table, not {}", kind(item))));
        };
        parse(checked, table)
    };
    let keyed = entries.iter().map(|(name, place, item)| {
        let entry = one(name, item).map_err(|fault| unusable(&format!("{section}.{}", shorten(name)), fault.or_at(place.clone())));
        ((*name).to_owned(), entry)
    });
    keyed.collect::<BTreeMap<_, _>>()
}

fn default(item: &Item) -> Result<Name, Fault> {
    let text = item.as_str().ok_or_else(|| Fault::new(item.span(), format!("it must be a string, not {}", kind(item))))?;
    Name::parse(text).map_err(|error| Fault::new(item.span(), error.to_string()))
}

fn flavor(name: Name, table: &dyn TableLike) -> Result<FlavorEntry, Fault> {
    known_fields(table, &fields::FLAVOR)?;
    let digest = required(table, "digest", ComponentDigest::parse)?;
    Ok(FlavorEntry { name, digest })
}

fn registry(name: Name, table: &dyn TableLike) -> Result<RegistryEntry, Fault> {
    known_fields(table, &fields::REGISTRY)?;
    let uri = required(table, "uri", RegistryUri::parse)?;
    let connection = connection(table)?;
    let mut hooks: Vec<HookEntry> = Vec::new();
    if let Some(item) = table.get("hooks") {
        let place = place(table, "hooks", item);
        let tables =
            tables(item).ok_or_else(|| Fault::new(place.clone(), format!("`hooks` must be an array of tables, not {}", kind(item))))?;
        for table in tables {
            let hook = hook(table).map_err(|fault| fault.or_at(place.clone()))?;
            if hooks.iter().any(|other| other.flavor == hook.flavor) {
                return Err(Fault::new(place, format!("the hook `{}` stands twice", hook.flavor)));
            }
            hooks.push(hook);
        }
    }
    Ok(RegistryEntry { name, uri, hooks, connection })
}

fn connection(table: &dyn TableLike) -> Result<Connection, Fault> {
    let transport = optional(table, "transport", |word| {
        TransportSetting::from_word(word).ok_or_else(|| format!("`{}` is neither `plain-http` nor `tls`", shorten(word)))
    })?;
    let file = |key| {
        optional(table, key, |path| {
            let path = PathBuf::from(path);
            if path.is_absolute() { Ok(path) } else { Err(format!("`{}` is not an absolute path", path.display())) }
        })
    };
    let client_certificate = match (file("client-certificate")?, file("client-key")?) {
        (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
        (None, None) => None,
        _ => return Err(Fault::new(None, "`client-certificate` and `client-key` go together, and one of them is missing")),
    };
    let token_servers = list(table, "token-servers", |texts| {
        let parse = |text: &str| TokenServer::parse(text).map_err(|problem| format!("the token server `{}` {problem}", shorten(text)));
        texts.into_iter().map(parse).collect::<Result<_, _>>()
    })?;
    Ok(Connection { transport: transport.unwrap_or_default(), ca_file: file("ca-file")?, client_certificate, token_servers })
}

fn strings(item: &Item) -> Option<Vec<&str>> {
    item.as_array()?.iter().map(toml_edit::Value::as_str).collect()
}

fn hook(table: &dyn TableLike) -> Result<HookEntry, Fault> {
    known_fields(table, &fields::HOOK)?;
    let flavor = required(table, "flavor", Name::parse)?;
    let settings = table.get("settings").map_or_else(|| Ok(Settings::default()), values::settings)?;
    let grants = list(table, "grants", |texts| Grant::parse_all(texts))?;
    let credentials = list(table, "credentials", |texts| CredentialBinding::parse_all(texts))?;
    CredentialBinding::require_grants(&credentials, &grants)
        .map_err(|error| Fault::new(table.get("credentials").and_then(Item::span), error.to_string()))?;
    let limits = table.get("limits").map_or_else(|| Ok(HookLimits::default()), values::limits)?;
    let mode = optional(table, "mode", |word| {
        HookMode::from_word(word).ok_or_else(|| format!("`{}` is neither `enforce` nor `warn`", shorten(word)))
    })?;
    Ok(HookEntry { flavor, settings, grants, credentials, limits, mode: mode.unwrap_or_default() })
}

/// An array of strings, parsed as a whole; empty if it is not there.
fn list<T, E: ToString>(table: &dyn TableLike, key: &str, parse: impl Fn(Vec<&str>) -> Result<Vec<T>, E>) -> Result<Vec<T>, Fault> {
    let Some(item) = table.get(key) else {
        return Ok(Vec::new());
    };
    let texts = strings(item).ok_or_else(|| Fault::new(item.span(), format!("`{key}` must be an array of strings")))?;
    parse(texts).map_err(|error| Fault::new(item.span(), error.to_string()))
}

/// The flavors that a registry's hooks name, however invalid the registry is otherwise.
fn uses(registry: &str, item: &Item) -> Vec<(String, String)> {
    let hooks = item.as_table_like().and_then(|table| table.get("hooks")).and_then(tables).unwrap_or_default();
    let flavors = hooks.into_iter().filter_map(|table| table.get("flavor")?.as_str());
    flavors.map(|flavor| (registry.to_owned(), flavor.to_owned())).collect()
}

/// `[[x]]`, or `x = [{ … }, { … }]`.
fn tables(item: &Item) -> Option<Vec<&dyn TableLike>> {
    match item {
        Item::ArrayOfTables(tables) => Some(tables.iter().map(|table| table as &dyn TableLike).collect()),
        _ => item.as_array()?.iter().map(|value| value.as_inline_table().map(|table| table as &dyn TableLike)).collect(),
    }
}

/// A misspelt field would silently not apply, so it is an error.
fn known_fields(table: &dyn TableLike, known: &Table) -> Result<(), Fault> {
    match table.iter().find(|(key, _)| !known.fields.iter().any(|field| field.name == *key)) {
        None => Ok(()),
        Some((key, item)) => Err(Fault::new(place(table, key, item), format!("unknown field `{}`", shorten(key)))),
    }
}

fn required<T, E: ToString>(table: &dyn TableLike, key: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, Fault> {
    optional(table, key, parse)?.ok_or_else(|| Fault::new(None, format!("the field `{key}` is missing")))
}

fn optional<T, E: ToString>(table: &dyn TableLike, key: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<Option<T>, Fault> {
    let Some(item) = table.get(key) else {
        return Ok(None);
    };
    let at = |reason| Fault::new(item.span(), format!("`{key}`: {reason}"));
    let text = item.as_str().ok_or_else(|| at(format!("it must be a string, not {}", kind(item))))?;
    parse(text).map(Some).map_err(|error| at(error.to_string()))
}

/// Where a key stands; a table that only its sub-tables make exist has no place of its own.
fn place(table: &dyn TableLike, key: &str, item: &Item) -> Option<Range<usize>> {
    table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span())
}
