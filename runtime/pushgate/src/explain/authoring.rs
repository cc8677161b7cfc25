//! Projects of flavors, and ZenML.

use super::Explain;
use crate::exit::Kind;
use crate::flavor_test::ProjectError;
use crate::zenml::ZenmlError;

impl Explain for ProjectError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for ZenmlError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}
