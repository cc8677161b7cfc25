//! `pushgate flavor describe`.

use std::fmt::Write;

use pushgate_explain::Failure;
use pushgate_gate::decide::capability_in_words;
use pushgate_gate::flavors::component_file;
use pushgate_gate::hook_limits::HookLimits;
use pushgate_gate::name::Name;
use pushgate_sandbox::{ComponentDigest, Description, LoadError, describe, is_given_up};
use serde_json::{Value, json};

use super::capabilities::capabilities;
use crate::cli::context::Context;
use crate::cli::hook::{Named, schema};
use crate::cli::output::printable;

/// The longest default value that is shown, in characters.
const DEFAULT_LENGTH: usize = 200;

pub(super) fn tell(context: &Context, flavor: &str) -> Result<(), Failure> {
    let named = Named::parse(flavor)?;
    let about = |error| Failure::from(error).in_flavor(flavor);
    let (description, digest, file, registered) = match &named {
        Named::Path(path) => {
            let component = component_file::open(path)?;
            let bytes = component.read()?;
            (describe(&bytes).map_err(about)?, ComponentDigest::of(&bytes), component.into_file(), None)
        }
        Named::Registered(name) => {
            let (entry, store) = (context.catalog()?.flavor(name.as_str())?, context.process.flavors.store()?);
            let bytes = store.read(&entry.digest)?;
            let found = ComponentDigest::of(&bytes);
            if found != entry.digest {
                return Err(about(LoadError::DigestMismatch { expected: entry.digest, found }));
            }
            (describe(&bytes).map_err(about)?, found, store.open(&found)?, Some(entry.name))
        }
    };
    let loaded = context.load(flavor, &digest, || Ok(file)).map_err(|failure| failure.in_flavor(flavor))?;
    let schema = schema(context, flavor, &loaded, &HookLimits::default())?;
    let catalog = registered.as_ref().map(|_| context.catalog()).transpose()?;
    let registries: Vec<&str> = match registered.as_ref().zip(catalog.as_ref()) {
        Some((name, catalog)) => catalog.users_of(name.as_str()),
        None => Vec::new(),
    };

    let ships = context.process.catalogs.builtins().with_digest(&digest).is_some();
    let title = registered.as_ref().map_or(flavor, Name::as_str);
    context.output.result(
        || in_words(title, &description, &digest, schema.as_ref(), ships, registered.as_ref().map(|_| registries.as_slice())),
        || {
            json!({ "schema": 1, "flavor": {
                "name": registered.as_ref().map(Name::as_str),
                "component": { "name": description.name, "version": description.version, "description": description.description },
                "digest": digest.to_string(), "size": description.size, "contract": description.contract,
                "capabilities": capabilities(&description), "language": description.language, "tool": description.tool,
                "settings_schema": schema, "registries": registries, "ships": ships,
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
    ships: bool,
    registries: Option<&[&str]>,
) -> String {
    let ships = registries.is_some() && ships;
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
    if ships {
        line("ships", "with this pushgate");
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

/// The properties of a schema, one a line, and after a list of tables those of its tables; the whole schema is in the JSON output.
fn settings(text: &mut String, schema: &Value) {
    let mut lines = Vec::new();
    for (key, property) in properties(schema) {
        lines.push(setting(key, property, schema));
        let table = property.get("items").unwrap_or(&Value::Null);
        lines.extend(properties(table).map(|(inner, property)| format!("{}[].{}", printable(key), setting(inner, property, table))));
    }
    if lines.is_empty() {
        lines.push("none".to_owned());
    }
    for (index, line) in lines.iter().enumerate() {
        let heading = if index == 0 { "settings" } else { "" };
        let _ = writeln!(text, "  {heading:<12}{line}");
    }
}

/// But for those that were given up.
fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties.filter(|(_, property)| !is_given_up(property))
}

/// One property of a schema: its name, what it may be, and what it means.
fn setting(key: &str, property: &Value, schema: &Value) -> String {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let words = |values: &Vec<Value>| values.iter().map(word).collect::<Vec<_>>().join(" or ");
    let kind = match (property.get("enum"), property.get("type")) {
        (Some(Value::Array(values)), _) => words(values),
        (_, Some(Value::String(kind))) => kind.clone(),
        (_, Some(Value::Array(kinds))) => words(kinds),
        _ => "any value".to_owned(),
    };
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().any(|name| name == key);
    let need = match property.get("default") {
        _ if required => ", required".to_owned(),
        Some(default) => format!(", default {}", shown_default(default)),
        None => String::new(),
    };
    let meaning = property.get("description").and_then(Value::as_str).map(|words| format!(": {words}")).unwrap_or_default();
    format!("{} ({}{}){}", printable(key), printable(&kind), printable(&need), printable(&meaning))
}

/// JSON, so that the text `1` and the number look different; what is long is in the JSON output.
fn shown_default(default: &Value) -> String {
    let text = default.to_string();
    if text.chars().nth(DEFAULT_LENGTH).is_none() { text } else { text.chars().take(DEFAULT_LENGTH).chain(['…']).collect() }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..=1023 => format!("{bytes} bytes"),
        1024..=1_048_575 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}
