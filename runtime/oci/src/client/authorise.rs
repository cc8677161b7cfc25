//! Answering a 401: HTTP Basic (RFC 7617), or a token from the registry's token server (distribution's token specification, and its OAuth2
//! form for identity tokens).
//!
//! Nothing is shown before a registry asks for it. The scope of a token is made here from the repository at hand and never taken from the
//! challenge, and where a token server may be is for `origin` to say. What a refusal says is for `refusal`.

mod refusal;

use std::collections::HashMap;
use std::sync::Arc;
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
use crate::client::error::{Place, Refusal, RegistryError, Site, Step};
use crate::client::origin::{self, Allowed, Origin};
use crate::client::proxy::Proxies;
use crate::client::reply;
use crate::client::transport::{Answer, Destination, Outgoing, Transport};
use crate::credentials::{CredentialError, Credentials};
use crate::redact::Redactor;
use crate::strict_json::{self, Shape};

/// The most bytes of a token server's answer: 64 KiB.
const MAX_ANSWER: u64 = 64 * 1024;
/// The most bytes of a token. What is larger does not fit into the header that most servers accept.
const MAX_TOKEN: usize = 32 * 1024;
/// Who asks, in the words of OAuth2.
const CLIENT_ID: &str = "pushgate";
/// How long a token holds if its answer does not say, as the specification has it.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60);
/// The least that is believed: with less, every request would fetch a token first.
const MIN_LIFETIME: Duration = Duration::from_secs(4);
/// A longer life is not believed.
const MAX_LIFETIME: Duration = Duration::from_secs(3600);

/// What is to be done in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Access {
    Pull,
    /// Includes [`Access::Pull`].
    Push,
}

/// What there is to show.
pub(super) struct Identity {
    pub(super) credentials: Credentials,
    /// Why there are no credentials, if they could not be looked up.
    pub(super) missing: Option<Arc<CredentialError>>,
}

/// Who we are to one registry, and what was found out about how it wants to be told.
pub(super) struct Authoriser {
    registry: Origin,
    /// As it stands in a reference.
    host: String,
    credentials: Credentials,
    missing: Option<Arc<CredentialError>>,
    /// Those that the user named.
    token_servers: Vec<origin::TokenServer>,
    proxies: Proxies,
    /// By which name, for hints.
    pub(super) registered: Option<String>,
    /// Held while a token is fetched, so that uploads that need one at the same time fetch one.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    basic: Option<HeaderValue>,
    realm: Option<Realm>,
    /// The token server takes passwords by POST only.
    posts_passwords: bool,
    tokens: HashMap<Scope, Token>,
    /// The scopes that challenges named, by repository. They are shown, and nothing else.
    challenged: HashMap<Box<str>, String>,
}

/// What a token is for. It is made from what is to be done, and never from a challenge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Scope {
    /// Empty where the token only proves who one is.
    repository: String,
    access: Access,
    /// One more repository, to pull from.
    also_pull: Option<String>,
}

impl Scope {
    fn of(repository: &str, access: Access, also_pull: Option<&str>) -> Self {
        Self { repository: repository.to_owned(), access, also_pull: also_pull.map(str::to_owned) }
    }

    /// Whether a token for this does for `wanted`.
    fn covers(&self, wanted: &Self) -> bool {
        self.repository == wanted.repository
            && (self.access == Access::Push || wanted.access == Access::Pull)
            && (wanted.also_pull.is_none() || self.also_pull == wanted.also_pull)
    }

    /// In the words of the token specification, a scope for each repository.
    fn words(&self) -> Vec<String> {
        if self.repository.is_empty() {
            return Vec::new();
        }
        let actions = match self.access {
            Access::Pull => "pull",
            Access::Push => "pull,push",
        };
        let own = format!("repository:{}:{actions}", self.repository);
        std::iter::once(own).chain(self.also_pull.iter().map(|repository| format!("repository:{repository}:pull"))).collect()
    }
}

#[derive(Clone)]
struct Realm {
    allowed: Allowed,
    service: Option<String>,
}

pub(super) struct Token {
    header: HeaderValue,
    renew_after: Instant,
}

impl Authoriser {
    pub(super) fn new(
        registry: Origin,
        host: String,
        identity: Identity,
        token_servers: Vec<origin::TokenServer>,
        proxies: Proxies,
    ) -> Self {
        let Identity { credentials, missing } = identity;
        Self { registry, host, credentials, missing, token_servers, proxies, registered: None, state: Mutex::default() }
    }

    /// The `Authorization` field for the next request; none as long as the registry did not ask. An empty repository stands for none.
    ///
    /// `also_pull` is one more repository that the request reads: the one that a blob is mounted from.
    pub(super) async fn header(
        &self,
        transport: &Transport,
        repository: &str,
        access: Access,
        also_pull: Option<&str>,
    ) -> Result<Option<HeaderValue>, RegistryError> {
        let wanted = Scope::of(repository, access, also_pull);
        let mut state = self.state.lock().await;
        let now = Instant::now();
        let enough = |(scope, token): &(&Scope, &Token)| scope.covers(&wanted) && now < token.renew_after;
        if let Some((_, token)) = state.tokens.iter().find(enough) {
            return Ok(Some(token.header.clone()));
        }
        let Some(realm) = state.realm.clone() else { return Ok(state.basic.clone()) };
        let token = self.fetch(transport, &realm, &wanted, &mut state).await?;
        let header = token.header.clone();
        state.tokens.insert(wanted, token);
        Ok(Some(header))
    }

    /// Takes in what a 401 asks for. An error if there is nothing more to show than `used` was.
    pub(super) async fn challenged(&self, answer: &Answer, used: Option<&HeaderValue>, place: &Place) -> Result<(), RegistryError> {
        let asked = challenges(&answer.headers);
        let find = |scheme: &str| asked.iter().find(|challenge| challenge.scheme == scheme);
        self.for_nobody_else(&self.registry, place)?;
        let mut state = self.state.lock().await;
        if let Some(bearer) = find("bearer") {
            let found = self
                .realm(bearer)
                .map_err(|realm| RegistryError::RealmNotAllowed { place: place.clone(), realm: self.censor(&state, realm) })?;
            self.for_nobody_else(&found.allowed.origin, place)?;
            state.tokens.retain(|_, token| Some(&token.header) != used);
            state.note_challenge(&place.repository, bearer);
            state.realm = Some(found);
            return Ok(());
        }
        if find("basic").is_none() {
            let text = Some("no challenge for basic or token authentication".to_owned());
            return Err(RegistryError::Status { place: place.clone(), code: answer.status.as_u16(), text, retry_after: None });
        }
        match self.basic(place)? {
            Some(basic) if used != Some(&basic) => {
                state.basic = Some(basic);
                Ok(())
            }
            _ => {
                let text = reply::text(&answer.body).map(|text| self.censor(&state, text));
                Err(self.unauthorized(place, Refusal { text, ..Refusal::default() }))
            }
        }
    }

    /// Credentials, and tokens that were got with them, do not go in clear past a proxy.
    fn for_nobody_else(&self, origin: &Origin, place: &Place) -> Result<(), RegistryError> {
        if self.credentials.is_anonymous() {
            return Ok(());
        }
        match self.proxies.reader(origin) {
            Ok(None) => Ok(()),
            Ok(Some(proxy)) => Err(RegistryError::ReadByProxy { place: place.clone(), proxy }),
            Err(unusable) => Err(reply::failed(unusable.into(), place)),
        }
    }

    /// What a registry said, unless it repeats a credential.
    pub(super) async fn without_secrets(&self, text: String) -> String {
        self.censor(&*self.state.lock().await, text)
    }

    fn censor(&self, state: &State, text: String) -> String {
        let headers = state.tokens.values().map(|token| &token.header).chain(&state.basic);
        let values = headers.filter_map(|header| header.to_str().ok()?.split_once(' ')).map(|(_scheme, value)| value.to_owned());
        let own = match &self.credentials {
            Credentials::Anonymous => Vec::new(),
            Credentials::Basic { username, password } => {
                vec![password.expose().to_owned(), format!("{username}:{}", password.expose())]
            }
            Credentials::IdentityToken(token) => vec![token.expose().to_owned()],
        };
        let secrets: Vec<String> = values.chain(own).collect();
        if Redactor::new(secrets.iter().map(String::as_str)).map_or(true, |redactor| redactor.finds_any(text.as_bytes())) {
            return "(an answer that repeats a credential)".to_owned();
        }
        text
    }

    fn basic(&self, place: &Place) -> Result<Option<HeaderValue>, RegistryError> {
        let Credentials::Basic { username, password } = &self.credentials else { return Ok(None) };
        let pair = STANDARD.encode(format!("{username}:{}", password.expose()));
        sensitive(&format!("Basic {pair}"))
            .map(Some)
            .ok_or_else(|| RegistryError::BadAnswer { place: place.clone(), problem: "the credentials are too long to be sent".to_owned() })
    }

    fn realm(&self, challenge: &Challenge) -> Result<Realm, String> {
        let allowed = origin::realm(&self.registry, &self.token_servers, challenge.parameter("realm").unwrap_or_default())?;
        Ok(Realm { allowed, service: challenge.parameter("service").map(str::to_owned) })
    }

    /// Gets a token: with a password by GET, as Docker does, and by POST where the server knows only that; with an identity token by POST.
    async fn fetch(&self, transport: &Transport, realm: &Realm, scope: &Scope, state: &mut State) -> Result<Token, RegistryError> {
        let place = Place {
            origin: Site::new(realm.allowed.origin.to_string(), self.registered.as_deref()),
            repository: scope.repository.as_str().into(),
            step: Step::FetchToken,
        };
        let url = &realm.allowed.url;
        let words = scope.words();
        let service = realm.service.as_deref().map(|service| ("service", service));
        // The form of OAuth2 has one field for all scopes.
        let joined = words.join(" ");
        let form: Vec<_> = (!joined.is_empty()).then_some(("scope", joined.as_str())).into_iter().chain(service).collect();
        let query = || words.iter().map(|word| ("scope", word.as_str())).chain(service).collect::<Vec<_>>();
        let asked_at = Instant::now();
        let ask = |outgoing| self.ask(transport, realm, outgoing, &place);
        let answer = match &self.credentials {
            Credentials::IdentityToken(token) => {
                let grant = [("grant_type", "refresh_token"), ("client_id", CLIENT_ID), ("refresh_token", token.expose())];
                let answer = ask(post(url, &[form, grant.to_vec()].concat())).await?;
                if is_unknown(answer.status) {
                    let said = self.token_server_said(state, &answer).map(|text| format!(": {text}")).unwrap_or_default();
                    let text = Some(format!("the token server does not take identity tokens, and this credential is one{said}"));
                    return Err(RegistryError::Status { place, code: answer.status.as_u16(), text, retry_after: None });
                }
                answer
            }
            Credentials::Basic { username, password } => {
                let grant = [("grant_type", "password"), ("client_id", CLIENT_ID), ("username", username), ("password", password.expose())];
                let by_post = || post(url, &[form.as_slice(), &grant].concat());
                if state.posts_passwords {
                    ask(by_post()).await?
                } else {
                    let answer = ask(get(url, &query(), self.basic(&place)?)).await?;
                    if is_unknown(answer.status) {
                        let answer = ask(by_post()).await?;
                        state.posts_passwords = answer.status == StatusCode::OK;
                        answer
                    } else {
                        answer
                    }
                }
            }
            Credentials::Anonymous => ask(get(url, &query(), None)).await?,
        };
        if answer.status != StatusCode::OK {
            return Err(self.refused_token(state, place, scope, &answer));
        }
        read_token(&answer.body, asked_at).map_err(|problem| RegistryError::BadAnswer { place, problem: problem.to_owned() })
    }

    async fn ask(&self, transport: &Transport, realm: &Realm, outgoing: Outgoing, place: &Place) -> Result<Answer, RegistryError> {
        let destination = Destination { origin: &realm.allowed.origin, reach: realm.allowed.reach, purpose: place };
        transport.exchange(destination, outgoing, MAX_ANSWER, |_| ()).await.map_err(|error| reply::failed(error, place))
    }
}

/// The answer of a server that does not know a method.
fn is_unknown(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
}

fn get(url: &Url, fields: &[(&str, &str)], authorization: Option<HeaderValue>) -> Outgoing {
    let mut url = url.clone();
    url.query_pairs_mut().extend_pairs(fields);
    let mut headers = headers();
    if let Some(value) = authorization {
        headers.insert(AUTHORIZATION, value);
    }
    Outgoing { method: Method::GET, target: reply::target(&url), headers, body: reply::empty(), sent: None, region: None }
}

fn post(url: &Url, fields: &[(&str, &str)]) -> Outgoing {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut headers = headers();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let body = reply::full(Bytes::from(form));
    Outgoing { method: Method::POST, target: reply::target(url), headers, body, sent: None, region: None }
}

fn headers() -> HeaderMap {
    let mut headers = reply::common_headers();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers
}

/// What is read of a token server's answer.
const TOKEN: Shape = Shape::Members(&[("token", Shape::Scalar), ("access_token", Shape::Scalar), ("expires_in", Shape::Scalar)]);

/// Reads a token server's answer. Of what it holds nothing goes into the error.
pub(super) fn read_token(body: &[u8], asked_at: Instant) -> Result<Token, &'static str> {
    let members = strict_json::parse_known(body, MAX_ANSWER, &TOKEN).map_err(|_| "the answer is not a JSON object with unique keys")?;
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
    let renew_after = asked_at + lifetime.clamp(MIN_LIFETIME, MAX_LIFETIME) * 3 / 4;
    Ok(Token { header, renew_after })
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests;
