//! Why a project's flavor cannot be tested.

use pushgate_gate::decide::{CompareError, SchemaError};
use pushgate_gate::flavors::NamedFlavorError;

/// Why no case can be asked about.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RunError {
    /// The flavor cannot be called.
    #[error(transparent)]
    Flavor(#[from] NamedFlavorError),
    /// The schema of its settings cannot be had.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// Settings cannot be compared with it.
    #[error(transparent)]
    Compare(#[from] CompareError),
}
