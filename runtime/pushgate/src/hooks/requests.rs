//! A flavor's HTTP requests, to the origins that it was granted.

use pushgate_oci::{HttpGrant, OutboundClient, OutboundError, OutboundRequest, Scheme};
use pushgate_sandbox::{HttpError, HttpRequest, HttpResponse};

use super::host::Unanswered;
use crate::exit::{Failure, Kind};
use crate::grant::{self, Grant};

/// The requests of one hook.
pub(super) struct Requests {
    flavor: String,
    client: OutboundClient,
    /// Nothing may change anywhere.
    dry_run: bool,
}

impl Requests {
    /// None if no origin is granted.
    pub(super) fn new(flavor: &str, grants: &[Grant], dry_run: bool) -> Option<Self> {
        let grants: Vec<HttpGrant> = grants.iter().filter_map(http_grant).collect();
        (!grants.is_empty()).then(|| Self { flavor: flavor.to_owned(), client: OutboundClient::new(grants), dry_run })
    }

    pub(super) async fn send(&self, request: HttpRequest, limit: usize) -> Result<HttpResponse, Unanswered<HttpError>> {
        let HttpRequest { method, url, headers, body } = request;
        // Many interfaces ask by POST; the others are there to change something.
        if self.dry_run && matches!(method.as_str(), "PUT" | "PATCH" | "DELETE") {
            let problem = format!("a {method} would change something, and this is a dry run");
            return Err(Unanswered::from(HttpError::InvalidRequest(problem)));
        }
        tracing::info!(target: "flavor", "{}: sends a {} request", self.flavor, method.escape_debug());
        let response = self.client.send(OutboundRequest { method, url, headers, body }, limit).await.map_err(unanswered)?;
        Ok(HttpResponse { status: response.status, headers: response.headers, body: response.body })
    }
}

fn http_grant(grant: &Grant) -> Option<HttpGrant> {
    let Grant::Http { origin, private } = grant else { return None };
    let scheme = match origin.scheme() {
        grant::Scheme::Http => Scheme::Http,
        grant::Scheme::Https => Scheme::Https,
    };
    Some(HttpGrant::new(scheme, origin.host(), *private))
}

/// What the flavor is told, and what the operator will be. What is the flavor's own fault is no failure of the capability.
fn unanswered(error: OutboundError) -> Unanswered<HttpError> {
    let mut kind = Kind::RegistryFailed;
    let told = match &error {
        OutboundError::Invalid { problem } => return Unanswered::from(HttpError::InvalidRequest(problem.clone())),
        OutboundError::LimitExceeded { .. } => return Unanswered::from(HttpError::LimitExceeded),
        OutboundError::TooLarge { .. } => HttpError::TooLarge,
        OutboundError::NotGranted { .. } | OutboundError::Address { .. } => {
            kind = Kind::Configuration;
            HttpError::NotGranted(error.to_string())
        }
        OutboundError::TimedOut { .. } => HttpError::TimedOut,
        OutboundError::Unreachable { .. } => HttpError::Unreachable("no connection could be made".to_owned()),
        OutboundError::Disconnected { .. } => HttpError::Unreachable("the connection broke off before the response was whole".to_owned()),
        OutboundError::Tls { .. } => HttpError::Other("the request could not be sent".to_owned()),
    };
    let hint = error.hint();
    Unanswered { told, failure: Some(Failure::from_error(kind, &error).with_hint(hint)) }
}
