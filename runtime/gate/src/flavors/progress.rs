//! The progress that is reported while a flavor takes long to load.

use std::fmt;

/// Hears why a flavor takes long to load.
pub trait CompileProgress: fmt::Debug + Send + Sync {
    /// The flavor, of so many bytes, is being compiled; `once` if the result is kept.
    fn compiling(&self, flavor: &str, bytes: u64, once: bool);
}
