//! What is pushed.

use pushgate_oci::ParsePlatformError;

use super::Explain;
use crate::Kind;

impl Explain for ParsePlatformError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint()
    }
}
