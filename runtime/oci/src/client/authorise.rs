//! Answering a 401: HTTP Basic (RFC 7617), or a token from the registry's token server (distribution's token specification, and its OAuth2
//! form for identity tokens).
//!
//! Nothing is shown before a registry asks for it. The scope of a token is made here from the repository at hand and never taken from the
//! challenge, and where a token server may be is for `origin` to say.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use crate::client::challenge::{Challenge, challenges};
use crate::client::error::{Place, RegistryError, Step};
use crate::client::origin::{self, Allowed, Origin};
use crate::client::transport::{Answer, Destination, Outgoing, Transport};
use crate::client::{reply, retry};
use crate::credentials::Credentials;
use crate::strict_json;

/// The most bytes of a token server's answer: 64 KiB.
const MAX_ANSWER: u64 = 64 * 1024;
/// The most bytes of a token. What is larger does not fit into the header that most servers accept.
const MAX_TOKEN: usize = 32 * 1024;
/// How long a token holds if its answer does not say, as the specification has it.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60);
/// A longer life is not believed.
const MAX_LIFETIME: Duration = Duration::from_secs(3600);

/// What is to be done in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Access {
    Pull,
    /// Includes [`Access::Pull`].
    Push,
}

/// Who we are to one registry, and what was found out about how it wants to be told.
pub(super) struct Authoriser {
    registry: Origin,
    /// As it stands in a reference.
    host: String,
    credentials: Credentials,
    /// Held while a token is fetched, so that uploads that need one at the same time fetch one.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    basic: Option<HeaderValue>,
    token_server: Option<TokenServer>,
    tokens: HashMap<(String, Access), Token>,
}

#[derive(Clone)]
struct TokenServer {
    allowed: Allowed,
    service: Option<String>,
}

struct Token {
    header: HeaderValue,
    renew_after: Instant,
}

impl Authoriser {
    pub(super) fn new(registry: Origin, host: String, credentials: Credentials) -> Self {
        Self { registry, host, credentials, state: Mutex::default() }
    }

    /// The `Authorization` field for the next request; none as long as the registry did not ask.
    pub(super) async fn header(
        &self,
        transport: &Transport,
        repository: &str,
        access: Access,
    ) -> Result<Option<HeaderValue>, RegistryError> {
        let mut state = self.state.lock().await;
        let now = Instant::now();
        // A token that can push can also pull.
        for enough in [Access::Push, access] {
            if let Some(token) = state.tokens.get(&(repository.to_owned(), enough)).filter(|token| now < token.renew_after) {
                return Ok(Some(token.header.clone()));
            }
        }
        let Some(server) = state.token_server.clone() else { return Ok(state.basic.clone()) };
        let token = self.fetch(transport, &server, repository, access).await?;
        let header = token.header.clone();
        state.tokens.insert((repository.to_owned(), access), token);
        Ok(Some(header))
    }

    /// Takes in what a 401 asks for. An error if there is nothing more to show than `used` was.
    pub(super) async fn challenged(&self, answer: &Answer, used: Option<&HeaderValue>, place: &Place) -> Result<(), RegistryError> {
        let asked = challenges(&answer.headers);
        let unauthorized = || self.unauthorized(place);
        let find = |scheme: &str| asked.iter().find(|challenge| challenge.scheme == scheme);
        let mut state = self.state.lock().await;
        if let Some(bearer) = find("bearer") {
            let server = self
                .token_server(bearer)
                .map_err(|realm| RegistryError::RealmNotAllowed { place: place.clone(), realm: self.censor(&state, realm) })?;
            state.tokens.retain(|_, token| Some(&token.header) != used);
            state.token_server = Some(server);
            return Ok(());
        }
        if find("basic").is_none() {
            let text = Some("no challenge for basic or token authentication".to_owned());
            return Err(RegistryError::Status { place: place.clone(), code: answer.status.as_u16(), text, retry_after: None });
        }
        let basic = self.basic(place)?.ok_or_else(unauthorized)?;
        if used == Some(&basic) {
            return Err(unauthorized());
        }
        state.basic = Some(basic);
        Ok(())
    }

    /// The error for a 401 to a request that showed all there is.
    pub(super) fn rejected(&self, answer: &Answer, place: &Place) -> RegistryError {
        let insufficient = |challenge: &Challenge| challenge.parameter("error") == Some("insufficient_scope");
        if challenges(&answer.headers).iter().any(insufficient) && !self.credentials.is_anonymous() {
            return RegistryError::Denied { place: place.clone(), text: None };
        }
        self.unauthorized(place)
    }

    /// What a registry said, unless it repeats a credential.
    pub(super) async fn without_secrets(&self, text: String) -> String {
        self.censor(&*self.state.lock().await, text)
    }

    fn censor(&self, state: &State, text: String) -> String {
        let headers = state.tokens.values().map(|token| &token.header).chain(&state.basic);
        let values = headers.filter_map(|header| header.to_str().ok()?.split_once(' ')).map(|(_scheme, value)| value);
        let own = match &self.credentials {
            Credentials::Anonymous => None,
            Credentials::Basic { password: secret, .. } | Credentials::IdentityToken(secret) => Some(secret.expose()),
        };
        // Parts of a URL come back in lower case.
        let folded = text.to_lowercase();
        let repeated = |secret: &str| !secret.is_empty() && folded.contains(&secret.to_lowercase());
        if values.chain(own).any(|secret| repeated(secret) || encodings(secret).iter().any(|encoded| repeated(encoded))) {
            return "(an answer that repeats a credential)".to_owned();
        }
        text
    }

    fn unauthorized(&self, place: &Place) -> RegistryError {
        RegistryError::Unauthorized { place: place.clone(), host: self.host.clone(), anonymous: self.credentials.is_anonymous() }
    }

    fn basic(&self, place: &Place) -> Result<Option<HeaderValue>, RegistryError> {
        let Credentials::Basic { username, password } = &self.credentials else { return Ok(None) };
        let pair = STANDARD.encode(format!("{username}:{}", password.expose()));
        sensitive(&format!("Basic {pair}"))
            .map(Some)
            .ok_or_else(|| RegistryError::BadAnswer { place: place.clone(), problem: "the credentials are too long to be sent".to_owned() })
    }

    fn token_server(&self, challenge: &Challenge) -> Result<TokenServer, String> {
        let allowed = origin::realm(&self.registry, challenge.parameter("realm").unwrap_or_default())?;
        Ok(TokenServer { allowed, service: challenge.parameter("service").map(str::to_owned) })
    }

    async fn fetch(&self, transport: &Transport, server: &TokenServer, repository: &str, access: Access) -> Result<Token, RegistryError> {
        let allowed = &server.allowed;
        let place = Place { origin: allowed.origin.to_string(), repository: repository.to_owned(), step: Step::FetchToken };
        let actions = match access {
            Access::Pull => "pull",
            Access::Push => "pull,push",
        };
        let scope = format!("repository:{repository}:{actions}");
        let mut fields = vec![("scope", scope.as_str())];
        fields.extend(server.service.as_deref().map(|service| ("service", service)));
        let outgoing = match &self.credentials {
            Credentials::IdentityToken(token) => {
                fields.extend([("grant_type", "refresh_token"), ("client_id", "pushgate"), ("refresh_token", token.expose())]);
                post(&allowed.url, &fields)
            }
            _ => get(&allowed.url, &fields, self.basic(&place)?),
        };
        let asked_at = Instant::now();
        let destination = Destination { origin: &allowed.origin, reach: allowed.reach };
        let exchanged = transport.exchange(destination, outgoing, MAX_ANSWER, |_| ()).await;
        let answer = exchanged.map_err(|error| reply::failed(error, &place))?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err(self.unauthorized(&place)),
            // Some servers answer wrong passwords, and repositories that are not the user's, with 403; the text tells.
            StatusCode::FORBIDDEN => return Err(RegistryError::Denied { place, text: None }),
            status => {
                let retry_after = retry::asked_to_wait(&answer);
                return Err(RegistryError::Status { place, code: status.as_u16(), text: None, retry_after });
            }
        }
        read_token(&answer.body, asked_at).map_err(|problem| RegistryError::BadAnswer { place, problem: problem.to_owned() })
    }
}

fn get(url: &Url, fields: &[(&str, &str)], authorization: Option<HeaderValue>) -> Outgoing {
    let mut url = url.clone();
    url.query_pairs_mut().extend_pairs(fields);
    let mut headers = headers();
    if let Some(value) = authorization {
        headers.insert(AUTHORIZATION, value);
    }
    Outgoing { method: Method::GET, target: reply::target(&url), headers, body: reply::empty(), sent: None }
}

fn post(url: &Url, fields: &[(&str, &str)]) -> Outgoing {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut headers = headers();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let body = reply::full(Bytes::from(form));
    Outgoing { method: Method::POST, target: reply::target(url), headers, body, sent: None }
}

fn headers() -> HeaderMap {
    let mut headers = reply::common_headers();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers
}

/// Reads a token server's answer. Of what it holds nothing goes into the error.
fn read_token(body: &[u8], asked_at: Instant) -> Result<Token, &'static str> {
    let members = strict_json::parse(body, MAX_ANSWER).map_err(|_| "the answer is not a JSON object with unique keys")?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let token = text("token").or_else(|| text("access_token")).ok_or("the answer holds no token")?;
    if token.len() > MAX_TOKEN {
        return Err("the token has more than 32 KiB");
    }
    // A line feed in a header would begin another one.
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the token holds characters that cannot be sent");
    }
    let header = sensitive(&format!("Bearer {token}")).ok_or("the token cannot be sent")?;
    let lifetime = members.get("expires_in").and_then(Value::as_u64).map_or(DEFAULT_LIFETIME, Duration::from_secs);
    // Renewed in good time: the registry's clock may be ahead, and the request takes its time.
    let renew_after = asked_at + lifetime.clamp(DEFAULT_LIFETIME, MAX_LIFETIME) * 3 / 4;
    Ok(Token { header, renew_after })
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The forms in which a server may repeat a secret.
fn encodings(secret: &str) -> [String; 2] {
    [STANDARD.encode(secret), form_urlencoded::byte_serialize(secret.as_bytes()).collect()]
}
