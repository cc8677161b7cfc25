//! Settings, and the schema of the flavor that takes them.

use pushgate_sandbox::SettingsError;
use serde_json::Value;

use crate::flavors::{FlavorError, Flavors};

/// Why settings do not fit a schema, or cannot be compared with it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CompareError {
    /// There is no sandbox to compare them in.
    #[error(transparent)]
    Sandbox(FlavorError),
    /// They do not fit, or the schema cannot be used.
    #[error(transparent)]
    Schema(SettingsError),
    /// A defect: what compares them panicked.
    #[error("settings are not compared: {0}")]
    Stopped(String),
}

impl CompareError {
    /// Whether it is the settings that have to change.
    pub fn blames_settings(&self) -> bool {
        matches!(self, Self::Schema(error) if error.blames_settings())
    }

    /// The same in a sentence about the flavor that takes the settings.
    pub fn in_flavor(&self, label: &str) -> String {
        match self {
            Self::Schema(error) => format!("the flavor {label}: {error}"),
            Self::Sandbox(_) | Self::Stopped(_) => self.to_string(),
        }
    }
}

/// Compares settings with a schema; without settings, looks whether it is a schema. Comparing blocks, and so has a thread of its own.
///
/// # Errors
/// See [`CompareError`].
pub async fn compare(flavors: &Flavors, schema: &Value, settings: Option<String>) -> Result<(), CompareError> {
    let (sandbox, schema) = (flavors.sandbox().map_err(CompareError::Sandbox)?.clone(), schema.to_string());
    let compared = tokio::task::spawn_blocking(move || sandbox.check_settings(&schema, settings.as_deref())).await;
    compared.map_err(|error| CompareError::Stopped(error.to_string()))?.map_err(CompareError::Schema)
}
