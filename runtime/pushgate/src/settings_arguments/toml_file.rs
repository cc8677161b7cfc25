//! A file of settings in TOML.

use pushgate_gate::toml::{Lines, Position, document, object};
use serde_json::{Map, Value};

/// Reads a file of settings: a document whose keys are theirs.
///
/// # Errors
/// What is wrong with it, and where.
pub(super) fn toml_file(text: &str) -> Result<Map<String, Value>, (Position, String)> {
    document(text)
        .and_then(|document| object(document.as_table()))
        .map_err(|fault| (Lines::new(text.as_bytes()).position(fault.span.as_ref()), fault.reason))
}
