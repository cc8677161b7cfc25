//! From a text to a document.

use toml_edit::Document;

use super::fault::Fault;
use super::limit::too_much;

/// Parses a text, within limits.
pub fn document(text: &str) -> Result<Document<&str>, Fault> {
    if let Some(reason) = too_much(text) {
        return Err(Fault::new(None, reason));
    }
    Document::parse(text).map_err(|error| {
        // What the parser expects can span lines and quote the text.
        let message: Vec<&str> = error.message().lines().collect();
        Fault::new(error.span(), message.join(", "))
    })
}
