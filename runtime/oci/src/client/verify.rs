//! Are credentials good? Asked before they are kept.

use http::header::AUTHORIZATION;
use http::{Method, StatusCode};

use crate::client::authorise::Access;
use crate::client::error::{Place, RegistryError, Step};
use crate::client::origin::Reach;
use crate::client::transport::{Answer, Destination, Outgoing};
use crate::client::{RegistryClient, reply};

/// The most bytes of an answer that nobody reads: 64 KiB.
const LIMIT: u64 = 64 * 1024;

impl RegistryClient {
    /// Shows the credentials to the registry, for no repository, and finds out whether it takes them: `GET /v2/`, and what it leads to.
    ///
    /// # Errors
    /// [`RegistryError::Unauthorized`] if they are wrong, [`RegistryError::NotAsked`] if the registry lets everybody in, and the usual
    /// failures of a request.
    pub async fn verify_credentials(&self) -> Result<(), RegistryError> {
        let place = self.place_of("", Step::VerifyCredentials);
        let answer = self.base(None, &place).await?;
        match answer.status {
            StatusCode::UNAUTHORIZED => self.authoriser.challenged(&answer, None, &place).await?,
            StatusCode::OK => return Err(RegistryError::NotAsked { place }),
            _ => return Err(self.status(place, &answer).await),
        }
        let shown = self.authoriser.header(&self.transport, "", Access::Pull, None).await?;
        let answer = self.base(shown, &place).await?;
        match answer.status {
            StatusCode::OK => Ok(()),
            StatusCode::UNAUTHORIZED => Err(self.authoriser.rejected(&answer, &place, Access::Pull, None).await),
            StatusCode::FORBIDDEN => {
                let text = self.authoriser.said(&answer).await;
                Err(self.authoriser.denied(place, Access::Pull, None, text).await)
            }
            _ => Err(self.status(place, &answer).await),
        }
    }

    async fn base(&self, authorization: Option<http::HeaderValue>, place: &Place) -> Result<Answer, RegistryError> {
        let mut headers = reply::common_headers();
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, value);
        }
        let outgoing = Outgoing { method: Method::GET, target: "/v2/".to_owned(), headers, body: reply::empty(), sent: None, region: None };
        let destination = Destination { origin: &self.origin, reach: Reach::Anywhere, purpose: place };
        self.transport.exchange(destination, outgoing, LIMIT, |_| ()).await.map_err(|error| reply::failed(error, place))
    }
}
