//! One request at a time.

use std::time::Duration;

use http::header::{HOST, HeaderValue};
use pushgate_credentials::CredentialSources;
use pushgate_net::{Connector, HttpGrant, Proxies, TargetRefusal, Trust, budget, http_target};
use tokio::time::{Instant, timeout_at};
use tracing::debug;

use crate::credential::BoundCredential;
use crate::error::{self, OutboundError};
use crate::request::{self, OutboundRequest};
use crate::response::{self, OutboundResponse};

/// For a connection: the name, TCP and TLS. Shorter than what a hook has in all, so that it can tell that an origin is not there.
const CONNECT: Duration = Duration::from_secs(5);
/// From the connection to the whole response.
const EXCHANGE: Duration = Duration::from_secs(60);

/// Sends the requests of one flavor. Cheap to make: certificates and credentials are read when they are first needed.
pub struct OutboundClient {
    grants: Vec<HttpGrant>,
    pub(crate) credentials: Vec<BoundCredential>,
    sources: CredentialSources,
    connector: Connector,
}

impl std::fmt::Debug for OutboundClient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OutboundClient").field("grants", &self.grants).finish_non_exhaustive()
    }
}

impl OutboundClient {
    /// A client that goes to these origins and nowhere else, with the credentials that are bound to them.
    #[must_use]
    pub fn new(grants: Vec<HttpGrant>, credentials: Vec<BoundCredential>, sources: CredentialSources) -> Self {
        let trust = Trust::forgetting(sources.authorities().clone());
        Self { grants, credentials, sources, connector: Connector::new(trust, Proxies::default(), CONNECT) }
    }

    /// Sends a request and reads the whole response. `limit` is the most bytes of its header and body together; 4 MiB are the most in any case.
    ///
    /// # Errors
    /// See [`OutboundError`]. A request that failed may have reached the server all the same.
    pub async fn send(&self, request: OutboundRequest, limit: usize) -> Result<OutboundResponse, OutboundError> {
        let target = http_target(&request.url, &self.grants).map_err(|refusal| match refusal {
            TargetRefusal::Invalid(problem) => OutboundError::Invalid { problem: problem.to_owned() },
            TargetRefusal::NotGranted(origin) => OutboundError::NotGranted { origin },
        })?;
        let origin = target.origin().to_string();
        let bound = self.credentials.iter().find(|bound| bound.is_for(&target));
        let (mut request, body) = request::check(request, &target, bound)?;
        let authority = HeaderValue::try_from(target.origin().authority()).map_err(|_| error::invalid("the host cannot be sent"))?;
        request.headers_mut().insert(HOST, authority);
        let out_of_requests = || OutboundError::OutOfRequests { origin: origin.clone() };
        let hidden = match bound {
            Some(bound) => Some(match bound.add(&self.sources, &mut request, &body).await {
                // Keys of AWS cost requests too.
                Err(OutboundError::Credential { .. } | OutboundError::NoCredential { .. }) if budget::is_spent() => {
                    return Err(out_of_requests());
                }
                added => added?,
            }),
            None => None,
        };
        if !budget::take() {
            return Err(out_of_requests());
        }

        debug!(method = %request.method(), origin, "request of a flavor");
        let is_head = request.method() == http::Method::HEAD;
        let connection = self.connector.connect(target.origin(), target.policy()).await;
        let mut connection = connection.map_err(|cause| error::of_transport(&origin, cause))?;
        let end = Instant::now() + EXCHANGE;
        let exchange = async {
            let broke_off = |cause| error::broke_off(&origin, cause);
            let response = connection.send(request).await.map_err(broke_off)?;
            debug!(origin, status = response.status().as_u16(), "response to a flavor");
            response::read(response, is_head, &origin, limit).await
        };
        match (timeout_at(end, exchange).await, hidden) {
            (Ok(response), Some(hidden)) => hidden.take_out(response?, &origin),
            (Ok(response), None) => response,
            (Err(_), _) => Err(OutboundError::TimedOut { origin, after: EXCHANGE }),
        }
    }
}

#[cfg(test)]
mod tests;
