//! What a flavor says of the settings that it takes.

use pushgate_sandbox::{Flavor, SettingsError};
use serde_json::Value;

use crate::exit::{Failure, Kind};
use crate::flavors::Flavors;
use crate::hook::Hook;
use crate::hook_limits::HookLimits;
use crate::settings::describe_hint;

/// Whether the settings of a hook are what the schema of its flavor wants. A flavor without a usable schema has none.
///
/// # Errors
/// What the schema has against them, as it is said when they are registered.
pub(super) async fn check(flavors: &Flavors, hook: &Hook, flavor: &Flavor) -> Result<(), Failure> {
    let Ok(Some(schema)) = settings_schema(&hook.label, flavor, &hook.limits).await else { return Ok(()) };
    match compare(flavors, &schema, Some(hook.settings.to_string())).await? {
        Err(error) if error.blames_settings() => Err(unfit(&hook.label, error)),
        _ => Ok(()),
    }
}

/// What a schema has against settings; without settings, what is wrong with the schema itself. Comparing blocks, and so has a thread of its own.
///
/// # Errors
/// That nothing can be compared.
pub(crate) async fn compare(flavors: &Flavors, schema: &Value, settings: Option<String>) -> Result<Result<(), SettingsError>, Failure> {
    let (sandbox, schema) = (flavors.sandbox()?.clone(), schema.to_string());
    let compared = tokio::task::spawn_blocking(move || sandbox.check_settings(&schema, settings.as_deref())).await;
    compared.map_err(|error| Failure::new(Kind::Defect, format!("settings are not compared: {error}")))
}

/// Makes the failure of settings that do not fit, or of a schema that cannot be used.
pub(crate) fn unfit(label: &str, error: SettingsError) -> Failure {
    let blames_settings = error.blames_settings();
    let failure = Failure::from(error).in_flavor(label);
    if blames_settings { failure.with_hint(Some(describe_hint(label))) } else { failure }
}

/// The JSON Schema of a flavor's settings, if it has one. The flavor is run for it, within the limits of a push.
///
/// # Errors
/// The flavor broke, or what it gives is not a schema.
pub async fn settings_schema(label: &str, flavor: &Flavor, limits: &HookLimits) -> Result<Option<Value>, Failure> {
    let text = flavor.settings_schema(&limits.effective()).await.map_err(|error| Failure::from(error).in_flavor(label))?;
    let Some(text) = text else { return Ok(None) };
    let unusable =
        |problem: String| Failure::new(Kind::FlavorBroke, format!("the flavor {label} gives a settings schema that is {problem}"));
    match serde_json::from_str::<Value>(&text) {
        Ok(schema @ (Value::Object(_) | Value::Bool(_))) => Ok(Some(schema)),
        Ok(_) => Err(unusable("no JSON Schema: neither an object nor a boolean".to_owned())),
        Err(error) => Err(unusable(format!("not JSON: {error}"))),
    }
}
