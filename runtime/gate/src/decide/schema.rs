//! What a flavor says of the settings that it takes.

use pushgate_sandbox::{CallError, Flavor};
use serde_json::Value;

use super::compare::{CompareError, compare};
use super::error::DecideError;
use crate::flavors::Flavors;
use crate::hook::Hook;
use crate::hook_limits::HookLimits;

/// Why the schema of a flavor's settings cannot be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SchemaError {
    /// The flavor broke when it was asked for it.
    #[error("{}", error.in_flavor(flavor))]
    Broke {
        /// The flavor.
        flavor: String,
        /// How.
        error: CallError,
    },
    /// What it gives is not a schema.
    #[error("the flavor {flavor} gives a settings schema that is {problem}")]
    NotASchema {
        /// The flavor.
        flavor: String,
        /// What it is instead.
        problem: String,
    },
}

/// Whether the settings of a hook are what the schema of its flavor wants. A flavor without a usable schema has none.
///
/// # Errors
/// What the schema has against them, as it is said when they are registered; or that nothing can be compared.
pub(super) async fn check(flavors: &Flavors, hook: &Hook, flavor: &Flavor) -> Result<(), DecideError> {
    let Ok(Some(schema)) = settings_schema(&hook.label, flavor, &hook.limits).await else { return Ok(()) };
    match compare(flavors, &schema, Some(hook.settings.to_string())).await {
        Err(CompareError::Schema(error)) if !error.blames_settings() => Ok(()),
        Err(error) => Err(DecideError::Settings { flavor: hook.label.clone(), error }),
        Ok(()) => Ok(()),
    }
}

/// The JSON Schema of a flavor's settings, if it has one. The flavor is run for it, within the limits of a push.
///
/// # Errors
/// The flavor broke, or what it gives is not a schema.
pub async fn settings_schema(label: &str, flavor: &Flavor, limits: &HookLimits) -> Result<Option<Value>, SchemaError> {
    let text = flavor.settings_schema(&limits.effective()).await;
    let Some(text) = text.map_err(|error| SchemaError::Broke { flavor: label.to_owned(), error })? else { return Ok(None) };
    let unusable = |problem: String| SchemaError::NotASchema { flavor: label.to_owned(), problem };
    match serde_json::from_str::<Value>(&text) {
        Ok(schema @ (Value::Object(_) | Value::Bool(_))) => Ok(Some(schema)),
        Ok(_) => Err(unusable("no JSON Schema: neither an object nor a boolean".to_owned())),
        Err(error) => Err(unusable(format!("not JSON: {error}"))),
    }
}
