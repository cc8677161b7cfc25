//! What is pushed.

use pushgate_oci::ParsePlatformError;

use super::Explain;
use crate::exit::Kind;
use crate::source::{ParseSourceError, SourceError, SourceOptionError};

impl Explain for ParseSourceError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Name(error) => error.hint(),
            _ => self.hint(),
        }
    }
}

impl Explain for ParsePlatformError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for SourceOptionError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}

impl Explain for SourceError {
    fn kind(&self) -> Kind {
        Kind::SourceFailed
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}
