//! Are credentials good? Asked before they are kept.

use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use pushgate_net::{AddressPolicy, Destination, Outgoing, Reply, message};

use crate::auth::Access;
use crate::error::{RegistryError, RequestContext, Step};
use crate::registry::client::{RegistryClient, UNREAD};
use crate::reply;

impl RegistryClient {
    /// Shows the credentials to the registry, for no repository, and finds out whether it takes them: `GET /v2/`, and what it leads to.
    ///
    /// # Errors
    /// [`RegistryError::Unauthorized`] if they are wrong, [`RegistryError::NotAsked`] if the registry lets everybody in, and the usual
    /// failures of a request.
    pub async fn verify_credentials(&self) -> Result<(), RegistryError> {
        let context = self.registry.context_of("", Step::VerifyCredentials);
        let answer = self.base(None, &context).await?;
        match answer.status {
            StatusCode::UNAUTHORIZED => self.registry.authenticator().challenged(&answer, None, &context)?,
            StatusCode::OK => return Err(RegistryError::NotAsked { context }),
            _ => return Err(self.status(context, &answer)),
        }
        let shown = self.registry.authenticator().header("", Access::Pull, None).await?;
        let answer = self.base(shown, &context).await?;
        match answer.status {
            StatusCode::OK => Ok(()),
            StatusCode::UNAUTHORIZED => Err(self.registry.authenticator().rejected(&answer, &context, Access::Pull, None)),
            StatusCode::FORBIDDEN => {
                let said = self.registry.authenticator().censor(reply::registry_said(&answer.body));
                Err(self.registry.authenticator().denied(context, Access::Pull, None, said))
            }
            _ => Err(self.status(context, &answer)),
        }
    }

    async fn base(&self, authorization: Option<http::HeaderValue>, context: &RequestContext) -> Result<Reply, RegistryError> {
        let mut headers = message::common_headers();
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, value);
        }
        let outgoing =
            Outgoing { method: Method::GET, target: "/v2/".to_owned(), headers, body: message::empty(), sent: None, region: None };
        let destination = Destination { origin: self.registry.origin(), policy: AddressPolicy::Anywhere, purpose: context };
        self.transport.exchange(destination, outgoing, UNREAD, |_| ()).await.map_err(|error| RegistryError::of_transport(error, context))
    }
}
