//! Failures below the protocol. They become an error of the protocol where the step is known.

use std::io;
use std::time::Duration;

/// Why a request has no reply.
#[derive(Debug)]
pub enum TransportError {
    /// TLS cannot be set up at all; says why.
    Tls(String),
    /// No connection: the name does not resolve, nobody listens, the certificate is not accepted.
    Unreachable(io::Error),
    /// The host has an address that the request may not go to.
    PrivateAddress,
    /// The variable that names the proxy for this request cannot be used.
    ProxyVariable {
        /// The variable.
        variable: &'static str,
        /// Why. Its value may hold a password and is not shown.
        problem: &'static str,
    },
    /// The proxy failed, or refused.
    Proxy(ProxyFailure),
    /// No answer in this time.
    TimedOut(Duration),
    /// The connection ended before the reply did, or what came was not HTTP.
    Disconnected(hyper::Error),
    /// The reply has more bytes than this.
    TooLarge(u64),
    /// The caller may cause no more requests.
    OutOfRequests,
    /// What was to be sent is no request.
    NotSendable(http::Error),
}

/// What a proxy did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyFailure {
    /// `scheme://host[:port]`, without credentials.
    pub proxy: String,
    /// What it did, to be put after its name.
    pub problem: String,
    /// Whether it asks for a username and a password, or does not accept those that it was shown.
    pub is_about_credentials: bool,
}

/// Whether this process, or this machine, has as many files open as it may. Fewer connections get by.
#[must_use]
pub fn is_out_of_files(error: &io::Error) -> bool {
    let codes = [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE].map(rustix::io::Errno::raw_os_error);
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}
