//! A credential that is bound to an origin: added to a request when the flavor is done with it, and taken out of what comes back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, HeaderValue};
use pushgate_credentials::{CredentialSources, Credentials, Redactor, Secret, Server, Unsearchable};
use pushgate_net::{HttpTarget, RequestBody};
use pushgate_reference::{Origin, Scheme};
use tokio::sync::OnceCell;

use crate::aws::Keys;
use crate::error::{OutboundError, invalid};
use crate::form::CredentialForm;
use crate::response::{MAX_RESPONSE, OutboundResponse};

/// The binding of a credential to an origin. The secret is looked up when it is first needed.
#[derive(Debug)]
pub struct BoundCredential {
    origin: Origin,
    form: CredentialForm,
    found: OnceCell<Found>,
}

#[derive(Clone, Debug)]
enum Found {
    Basic { username: String, password: Secret },
    Bearer(Secret),
    Keys(Keys),
}

impl BoundCredential {
    /// Binds a credential to an origin.
    #[must_use]
    pub fn new(origin: Origin, form: CredentialForm) -> Self {
        Self { origin, form, found: OnceCell::new() }
    }

    pub(crate) fn is_for(&self, target: &HttpTarget) -> bool {
        self.origin == *target.origin()
    }

    /// Whether requests are signed for AWS, so that the operation that they name is theirs to name.
    pub(crate) fn signs(&self) -> bool {
        matches!(self.form, CredentialForm::SigV4 { .. })
    }

    /// Adds the credential to a request that is otherwise done, and says what must not come back.
    ///
    /// # Errors
    /// There is no credential, or it cannot be read or sent.
    pub(crate) async fn add(
        &self,
        sources: &CredentialSources,
        request: &mut Request<RequestBody>,
        body: &Bytes,
    ) -> Result<Hidden, OutboundError> {
        if self.origin.scheme() != Scheme::Https && !self.origin.is_loopback() {
            return Err(invalid("a credential is not sent in clear"));
        }
        // What is packed could not be looked through.
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let unsendable =
            || OutboundError::Credential { origin: self.origin.to_string(), problem: "it holds what cannot be sent".to_owned() };
        let mut hidden = Vec::new();
        match self.found.get_or_try_init(|| self.look_up(sources)).await? {
            Found::Basic { username, password } => {
                let pair = format!("{username}:{}", password.expose());
                let encoded = STANDARD.encode(&pair);
                let value = sensitive(&format!("Basic {encoded}")).ok_or_else(unsendable)?;
                request.headers_mut().insert(AUTHORIZATION, value);
                hidden.extend([password.expose().to_owned(), pair, encoded]);
                hidden.extend(Some(username).filter(|name| name.len() >= LONG_NAME).cloned());
            }
            Found::Bearer(token) => {
                let value = sensitive(&format!("Bearer {}", token.expose())).ok_or_else(unsendable)?;
                request.headers_mut().insert(AUTHORIZATION, value);
                hidden.push(token.expose().to_owned());
            }
            Found::Keys(keys) => {
                let CredentialForm::SigV4 { service, region } = &self.form else { return Err(unsendable()) };
                let url = self.origin.url(&request.uri().to_string());
                let signature = keys.sign((service, region), &url, request, body).ok_or_else(unsendable)?;
                hidden.extend(signature.secrets);
                for (name, value) in signature.fields {
                    request.headers_mut().insert(name, value);
                }
            }
        }
        Hidden::of(&hidden).map_err(|_| unsendable())
    }

    async fn look_up(&self, sources: &CredentialSources) -> Result<Found, OutboundError> {
        let origin = self.origin.to_string();
        let missing = || OutboundError::NoCredential { origin: origin.clone(), form: self.form.clone() };
        if self.signs() {
            let keys = Keys::look_up(sources).await.map_err(|problem| OutboundError::Credential { origin: origin.clone(), problem })?;
            return keys.map(Found::Keys).ok_or_else(missing);
        }
        let (docker, server) = (sources.docker().clone(), Server::origin(&origin));
        // A credential helper may take its time.
        let found = tokio::task::spawn_blocking(move || docker.credentials(server)).await;
        let credentials = match found {
            Ok(found) => found?.credentials,
            Err(_) => return Err(OutboundError::Credential { origin, problem: "it was not looked up".to_owned() }),
        };
        match (credentials, &self.form) {
            (Credentials::Basic { username, password }, CredentialForm::Basic) => Ok(Found::Basic { username, password }),
            (Credentials::Basic { password, .. }, _) => Ok(Found::Bearer(password)),
            (Credentials::IdentityToken(token), CredentialForm::Bearer) => Ok(Found::Bearer(token)),
            (Credentials::IdentityToken(_), _) => Err(OutboundError::Credential {
                origin,
                problem: "what is kept for it is a token, and not a user and a password".to_owned(),
            }),
            (Credentials::Anonymous, _) => Err(missing()),
        }
    }
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A name of a user counts as a part of the credential from this length on. Shorter ones are words that a response may
/// be about.
const LONG_NAME: usize = 8;

/// What a flavor must not see of a response.
pub(crate) struct Hidden(Redactor);

impl Hidden {
    fn of(secrets: &[String]) -> Result<Self, Unsearchable> {
        Redactor::new(secrets.iter().map(String::as_str)).map(Self)
    }

    /// Takes out what tells of the credential: fields that answer to one, and every repetition of it.
    ///
    /// # Errors
    /// The body is packed, so that it cannot be searched; or it is too large once everything is taken out.
    pub(crate) fn take_out(&self, response: OutboundResponse, origin: &str) -> Result<OutboundResponse, OutboundError> {
        let OutboundResponse { status, headers, body } = response;
        if headers.iter().any(|(name, value)| name == "content-encoding" && !value.eq_ignore_ascii_case("identity")) {
            return Err(OutboundError::Packed { origin: origin.to_owned() });
        }
        let told = |name: &str| {
            matches!(name, "set-cookie" | "set-cookie2" | "www-authenticate" | "authentication-info" | "authorization")
                || name.starts_with("x-amz-security-")
        };
        let repeats = |text: &str| self.0.finds_any(text.as_bytes());
        let headers = headers.into_iter().filter(|(name, value)| !told(name) && !repeats(value) && !repeats(name)).collect();
        let body = self.0.take_out(body);
        if body.len() > MAX_RESPONSE {
            return Err(OutboundError::TooLarge { origin: origin.to_owned() });
        }
        Ok(OutboundResponse { status, headers, body })
    }
}

#[cfg(test)]
#[cfg(feature = "aws")]
mod tests;
