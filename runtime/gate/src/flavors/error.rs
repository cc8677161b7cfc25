//! Why a flavor cannot be called.

use std::io;
use std::sync::Arc;

use pushgate_sandbox::{LoadError, SandboxError};

use super::component_file::ComponentFileError;
use crate::paths::PathsError;

/// Why a flavor cannot be called.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FlavorError {
    /// The environment names no folder of the component store.
    #[error(transparent)]
    Paths(#[from] PathsError),
    /// The file that was named beside the URI cannot be read.
    #[error(transparent)]
    File(Arc<ComponentFileError>),
    /// The sandbox cannot be set up on this machine.
    #[error(transparent)]
    Sandbox(Arc<SandboxError>),
    /// This program does not find itself, to compile flavors in a process of their own.
    #[error("pushgate cannot find itself, to compile flavors: {0}")]
    ThisProgram(Arc<io::Error>),
    /// The component is damaged, or is not a flavor.
    #[error(transparent)]
    Load(Arc<LoadError>),
}

/// Why the flavor with this name cannot be called.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", error.in_flavor(flavor))]
pub struct NamedFlavorError {
    /// The flavor's name, or the path it was given by.
    pub flavor: String,
    /// Why.
    #[source]
    pub error: FlavorError,
}

impl FlavorError {
    /// The same in a sentence about the flavor with this name.
    fn in_flavor(&self, label: &str) -> String {
        match self {
            // These name what they are about.
            Self::Paths(_) | Self::File(_) => self.to_string(),
            Self::Sandbox(_) | Self::ThisProgram(_) | Self::Load(_) => format!("the flavor {label}: {self}"),
        }
    }
}

impl From<ComponentFileError> for FlavorError {
    fn from(error: ComponentFileError) -> Self {
        Self::File(Arc::new(error))
    }
}

impl From<SandboxError> for FlavorError {
    fn from(error: SandboxError) -> Self {
        Self::Sandbox(Arc::new(error))
    }
}

impl From<LoadError> for FlavorError {
    fn from(error: LoadError) -> Self {
        Self::Load(Arc::new(error))
    }
}
