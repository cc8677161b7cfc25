//! Names and addresses as they are typed.

use pushgate_reference::{OutOfScope, ParseReferenceError, ParseUriError};

use super::Explain;
use crate::Kind;

impl Explain for ParseReferenceError {
    fn kind(&self) -> Kind {
        Kind::RefusedByScope
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for OutOfScope {
    fn kind(&self) -> Kind {
        Kind::RefusedByScope
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for ParseUriError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}
