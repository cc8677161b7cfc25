//! What the command line says of an error: who has to act, and what may help. The one place that decides about exit codes, and that names flags and
//! commands in a remedy: the libraries say what happened, and nothing of how it is said to them.

mod authoring;
mod trust;
mod catalog;
mod hooks;
mod decide;
mod files;
mod source;
mod oci;
mod engine;
mod registries;
mod sandbox;
mod names;
pub mod grants;
mod exit;

use std::error::Error;

pub use authoring::hint_of_found;
pub use decide::describe_settings;
pub use exit::{Failure, Kind};
pub use registries::LOOK;
pub use trust::TRUST_FLAG;

/// An error that the command line reports, to a person or to a script.
pub trait Explain: Error {
    /// Who has to act.
    fn kind(&self) -> Kind;

    /// What may help, where something may.
    fn hint(&self) -> Option<String>;
}

impl<E: Explain> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::from_error(error.kind(), &error).with_hint(Explain::hint(&error))
    }
}

impl Failure {
    /// The same failure with the flavor that it is about.
    #[must_use]
    pub fn in_flavor(mut self, flavor: &str) -> Self {
        self.message = format!("the flavor {flavor}: {}", self.message);
        self
    }

    /// The same failure with the file that it is about.
    #[must_use]
    pub fn in_file(mut self, file: &std::path::Path) -> Self {
        self.message = format!("{}: {}", file.display(), self.message);
        self
    }
}

#[cfg(test)]
mod tests;
