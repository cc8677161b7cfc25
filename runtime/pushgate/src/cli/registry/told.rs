//! What is told of a change.

use pushgate_gate::catalog::{Change, RegistryEntry};
use pushgate_gate::decision::Warning;
use pushgate_gate::name::Name;
use serde_json::json;

use crate::cli::context::Context;

pub(super) const fn word(made: &'static str, change: Change) -> &'static str {
    match change {
        Change::Made => made,
        Change::Unneeded => "unchanged",
    }
}

pub(super) fn told(context: &Context, change: &str, name: &Name, uri: &str) {
    context.output.result(
        || format!("{change} {name} {uri}\n"),
        || json!({ "schema": 1, "registry": { "name": name.as_str(), "uri": uri, "change": change } }),
    );
}

/// What was just written and will be refused when it is used.
pub(super) fn warn_if_untrusted(context: &Context, entry: &RegistryEntry) {
    let fields: Vec<&str> = context.process.catalogs.untrusted_fields(entry).iter().map(|field| field.name).collect();
    if fields.is_empty() {
        return;
    }
    context.output.warn(&Warning {
        hook: None,
        code: Some("catalog.untrusted".to_owned()),
        message: format!(
            "this catalog lies outside of your configuration folder, where {} of {} counts only if trusted",
            fields.join(", "),
            entry.name
        ),
        hint: Some(format!("repeat it on the command line of a push, or give {}", pushgate_explain::TRUST_FLAG)),
    });
}
