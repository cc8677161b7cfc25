//! What the engine was asked.

use http::{HeaderMap, Method};

use crate::credentials::RegistryAuth;
use crate::switches::Endpoint;

/// One request, as it came.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// The path, as sent, with the version that it may begin with.
    pub path: String,
    /// The query, as sent, without the question mark; empty when there is none.
    pub query: String,
    /// The header, as sent.
    pub headers: HeaderMap,
    /// What the request is.
    pub endpoint: Endpoint,
    /// The image that the path names, percent-decoded.
    pub image: Option<String>,
    /// `X-Registry-Auth`, as the daemon reads it.
    pub registry_auth: RegistryAuth,
    /// The status of the reply; none if there was none.
    pub status: Option<u16>,
}
