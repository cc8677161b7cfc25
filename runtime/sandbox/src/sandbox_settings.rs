//! Compares settings with a flavor's schema where components are compiled.

use std::io::Write as _;

use crate::anonymous::anonymous_file;
use crate::options::Compiler;
use crate::sandbox::Sandbox;
use crate::settings_check::{SettingsError, Task};
use crate::worker;

impl Sandbox {
    /// Whether settings are what a flavor's JSON Schema wants. `None` looks at the schema alone. Both are JSON; the schema's size is
    /// the caller's to bound ([`Limits::schema_bytes`](crate::Limits::schema_bytes)). It is evaluated where components are compiled, and blocks
    /// for some milliseconds, in a worker for 20 s at most.
    ///
    /// # Errors
    /// What does not fit, or why that cannot be said.
    pub fn check_settings(&self, schema: &str, settings: Option<&str>) -> Result<(), SettingsError> {
        let task = Task { schema: schema.to_owned(), settings: settings.map(str::to_owned) };
        let Compiler::Worker(worker) = self.compiler() else {
            return task.evaluate();
        };
        let failed = |message: String| SettingsError::Runtime { message };
        let mut input = anonymous_file().map_err(|error| failed(error.to_string()))?;
        let text = serde_json::to_vec(&task).map_err(|error| failed(error.to_string()))?;
        input.write_all(&text).map_err(|error| failed(error.to_string()))?;
        worker::check_settings(worker, input)
    }
}
