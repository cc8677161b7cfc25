//! An address that will be tried.

use std::fmt;
use std::sync::Arc;

use super::address::Address;
use crate::error::EngineError;
use crate::tls::TlsToDaemon;
use crate::transport::EngineTransport;

/// One address that will be tried.
pub(crate) struct Candidate {
    pub(super) address: Address,
    pub(super) origin: String,
}

impl Candidate {
    pub(crate) fn transport(&self) -> Result<EngineTransport, EngineError> {
        Ok(match &self.address {
            Address::Unix(path) => EngineTransport::Unix(path.clone()),
            Address::Tcp { host, port, tls_folder } => EngineTransport::Tcp {
                host: host.clone(),
                port: *port,
                tls: tls_folder.as_deref().map(TlsToDaemon::read).transpose()?.map(Arc::new),
            },
        })
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.address, self.origin)
    }
}
