//! Connections that are opened before it is known whether anything may be sent.

use std::fmt;
use std::sync::Arc;

use pushgate_net::{AddressPolicy, Connector, MAX_CONNECTIONS, Timeouts, Transport, Trust, Waits, permitted};
use pushgate_reference::{Origin, Scheme};

use crate::error::RegistryError;
use crate::registry::options::ClientOptions;

/// The most connections in clear, and over TLS, that are opened for a push that may be refused.
const CLEAR: usize = 2;
const ENCRYPTED: usize = 8;

/// The connections to one registry. They need no credentials, so they can be there before anybody has looked for some;
/// a client then uses them ([`Registry::over`](crate::Registry::over)). They end with the last that has them.
#[derive(Clone)]
pub struct Connections {
    pub(super) origin: Origin,
    pub(super) transport: Arc<Transport>,
}

impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Connections({})", self.origin)
    }
}

impl Connections {
    /// Sets up connections, and opens none. Of the options, the credentials and the token servers play no part.
    ///
    /// # Errors
    /// If a file with certificates cannot be used.
    pub fn new(options: &ClientOptions) -> Result<Self, RegistryError> {
        Self::with_timeouts(options, Timeouts::default())
    }

    /// The same with other time limits.
    ///
    /// # Errors
    /// If a file with certificates cannot be used.
    pub fn with_timeouts(options: &ClientOptions, timeouts: Timeouts) -> Result<Self, RegistryError> {
        let trust = Trust::new(options.authorities.clone(), options.ca_file.as_deref(), options.client_certificate.as_ref())?;
        let waits = Waits::new(options.waits.clone(), timeouts.report_after);
        let connector = Connector::new(trust, options.proxies.clone(), timeouts.connect);
        let origin = permitted::of_registry(options.scheme, &options.host);
        Ok(Self { origin, transport: Arc::new(Transport::new(connector, timeouts, waits)) })
    }

    /// Begins to open connections for a push that may be refused: TCP and TLS, and nothing else. No request goes out,
    /// no token and no credential, nor a certificate of the client's. Where a client certificate is set, or a proxy is
    /// on the way, nothing is opened, since either would be told who pushes, or where to. It needs a tokio runtime, and
    /// does not wait.
    ///
    /// A push sends blobs at the same time over as many connections. In clear two are enough, since the others are
    /// there within one round trip, which passes anyway before they are needed; TLS takes two.
    pub fn open_ahead(&self, blobs: usize) {
        let most = if self.origin.scheme() == Scheme::Https { ENCRYPTED } else { CLEAR };
        // The user named the registry, so it may be anywhere.
        self.transport.open_ahead(&self.origin, AddressPolicy::Anywhere, blobs.clamp(1, most), true);
    }

    /// Opens connections for as many blobs, now that they will be sent.
    pub(super) fn open_for(&self, blobs: usize) {
        self.transport.open_ahead(&self.origin, AddressPolicy::Anywhere, blobs.min(MAX_CONNECTIONS), false);
    }
}
