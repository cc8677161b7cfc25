//! The Docker Engine.

use super::Explain;
use crate::engine::EngineError;
use crate::exit::Kind;

impl Explain for EngineError {
    fn kind(&self) -> Kind {
        if self.blames_registry() { Kind::RegistryFailed } else { Kind::SourceFailed }
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}
