//! Answering a 401: HTTP Basic (RFC 7617), or a token from the registry's token server (distribution's token specification, and its OAuth2
//! form for identity tokens).
//!
//! Nothing is shown before a registry asks for it. The scope of a token is made here from the repository at hand and never taken from the
//! challenge, and where a token server may be is for `permitted` of `pushgate-net` to say. What a refusal says is for `refusal`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use pushgate_credentials::Credentials;
use pushgate_net::{Destination, Outgoing, Proxies, Reply, TokenServer, Transport, TransportError, message, permitted};
use pushgate_reference::Origin;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use crate::auth::challenge::{Challenge, challenges};
use crate::auth::identity::Identity;
use crate::auth::refusal::Refusing;
use crate::auth::scope::{Access, Scope};
use crate::auth::state::{Realm, State};
use crate::auth::token::{MAX_ANSWER, Token, read_token, sensitive};
use crate::auth::turns::Turns;
use crate::error::{Refusal, RegistryError, RequestContext, Said, Site, Step};
use crate::reply;

/// Who asks, in the words of OAuth2.
const CLIENT_ID: &str = "pushgate";

/// Who we are to one registry, and what was found out about how it wants to be told.
pub(crate) struct Authenticator {
    registry: Origin,
    identity: Identity,
    /// Those that the user named.
    token_servers: Vec<TokenServer>,
    proxies: Proxies,
    /// The caller's name for the registry, which errors repeat.
    registered: Option<String>,
    state: Mutex<State>,
    /// Whose turn it is to fetch a token, so that uploads that need one at the same time fetch one.
    turns: Turns,
    /// Tokens are fetched over this one: who has the turn of all waits behind the requests of none.
    transport: Transport,
}

impl Authenticator {
    pub(crate) fn new(
        registry: Origin,
        identity: Identity,
        token_servers: Vec<TokenServer>,
        proxies: Proxies,
        registered: Option<String>,
        transport: Transport,
    ) -> Self {
        Self { registry, identity, token_servers, proxies, registered, state: Mutex::default(), turns: Turns::default(), transport }
    }

    /// The caller's name for the registry.
    pub(crate) fn registered(&self) -> Option<&str> {
        self.registered.as_deref()
    }

    /// The `Authorization` field for the next request; none as long as the registry did not ask. An empty repository stands for none.
    ///
    /// `also_pull` is one more repository that the request reads: the one that a blob is mounted from.
    pub(crate) async fn header(
        &self,
        repository: &str,
        access: Access,
        also_pull: Option<&str>,
    ) -> Result<Option<HeaderValue>, RegistryError> {
        let wanted = Scope::of(repository, access, also_pull);
        if let Ok(header) = self.known(&wanted) {
            return Ok(header);
        }
        // Nobody counts how often nothing is shown.
        let is_proven = || self.identity.credentials.is_anonymous() || self.state().is_proven;
        let _turn = self.turns.enter(repository, is_proven).await;
        let realm = match self.known(&wanted) {
            Ok(header) => return Ok(header),
            Err(realm) => realm,
        };
        let token = self.fetch(&realm, &wanted).await.inspect_err(|_| self.state().forget_realm(repository))?;
        let header = token.header.clone();
        self.state().keep(wanted, token);
        Ok(Some(header))
    }

    /// Held for as long as something is looked up or noted, and never while somebody is asked: what one push waits for holds up no other.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is to show; or where a token has to be fetched first.
    fn known(&self, wanted: &Scope) -> Result<Option<HeaderValue>, Box<Realm>> {
        let state = self.state();
        match (state.token(wanted), state.realm(&wanted.repository)) {
            (Some(token), _) => Ok(Some(token)),
            (None, Some(realm)) => Err(Box::new(realm.clone())),
            (None, None) => Ok(state.basic.clone()),
        }
    }

    /// Takes in what a 401 asks for. An error if there is nothing more to show than `used` was.
    pub(crate) fn challenged(&self, answer: &Reply, used: Option<&HeaderValue>, context: &RequestContext) -> Result<(), RegistryError> {
        let asked = challenges(&answer.headers);
        let find = |scheme: &str| asked.iter().find(|challenge| challenge.scheme == scheme);
        self.for_nobody_else(&self.registry, context)?;
        let mut state = self.state();
        if let Some(bearer) = find("bearer") {
            let found = self.realm(bearer).map_err(|realm| RegistryError::RealmNotAllowed {
                context: context.clone(),
                realm: self.refusing(&state).censor_text(realm),
            })?;
            self.for_nobody_else(&found.allowed.origin, context)?;
            state.retire(|_, token| Some(&token.header) == used);
            state.note_challenge(&context.repository, bearer);
            state.note_realm(&context.repository, found);
            return Ok(());
        }
        if find("basic").is_none() {
            let said = Box::new(Said::words("no challenge for basic or token authentication".to_owned()));
            return Err(RegistryError::Status { context: context.clone(), code: answer.status.as_u16(), said, retry_after: None });
        }
        match self.basic(context)? {
            Some(basic) if used != Some(&basic) => {
                state.forget_realm(&context.repository);
                state.retire(|_, token| Some(&token.header) == used);
                state.basic = Some(basic);
                Ok(())
            }
            _ => {
                let refusing = self.refusing(&state);
                let said = refusing.censor(reply::registry_said(&answer.body));
                Err(refusing.unauthorized(context, Refusal { said, ..Refusal::default() }))
            }
        }
    }

    /// Credentials, and tokens that were got with them, do not go in clear past a proxy.
    fn for_nobody_else(&self, origin: &Origin, context: &RequestContext) -> Result<(), RegistryError> {
        if self.identity.credentials.is_anonymous() {
            return Ok(());
        }
        match self.proxies.reader(origin) {
            Ok(None) => Ok(()),
            Ok(Some(proxy)) => Err(RegistryError::ReadByProxy { context: context.clone(), proxy }),
            Err(unusable) => Err(RegistryError::of_transport(TransportError::from(unusable), context)),
        }
    }

    fn refusing<'a>(&'a self, state: &'a State) -> Refusing<'a> {
        Refusing { identity: &self.identity, state }
    }

    /// A text of a registry, unless it repeats a credential.
    pub(crate) fn without_secrets(&self, text: String) -> String {
        self.refusing(&self.state()).censor_text(text)
    }

    /// What a registry says, unless it repeats a credential.
    pub(crate) fn censor(&self, said: Said) -> Said {
        if said.text.is_none() {
            return said;
        }
        self.refusing(&self.state()).censor(said)
    }

    /// The error for a 401 to a request that showed all there is.
    pub(crate) fn rejected(&self, answer: &Reply, context: &RequestContext, access: Access, also_pull: Option<&str>) -> RegistryError {
        let mut state = self.state();
        let asked = challenges(&answer.headers);
        if let Some(bearer) = asked.iter().find(|challenge| challenge.scheme == "bearer") {
            state.note_challenge(&context.repository, bearer);
        }
        let refusing = self.refusing(&state);
        let said = refusing.censor(reply::registry_said(&answer.body));
        let refusal = refusing.refusal(&Scope::of(&context.repository, access, also_pull), said);
        let insufficient = |challenge: &Challenge| challenge.parameter("error") == Some("insufficient_scope");
        if asked.iter().any(insufficient) && !self.identity.credentials.is_anonymous() {
            return RegistryError::Denied { context: context.clone(), refusal: Box::new(refusal) };
        }
        refusing.unauthorized(context, refusal)
    }

    /// The error for a 403 of the registry, which said this.
    pub(crate) fn denied(&self, context: RequestContext, access: Access, also_pull: Option<&str>, said: Said) -> RegistryError {
        let mut state = self.state();
        let scope = Scope::of(&context.repository, access, also_pull);
        let refusing = self.refusing(&state);
        let refusal = refusing.refusal(&scope, said);
        let error = refusing.denied(context, refusal);
        // Its rights may be given later: the next push asks for a token that has them.
        state.retire(|held, _| held.covers(&scope));
        error
    }

    fn basic(&self, context: &RequestContext) -> Result<Option<HeaderValue>, RegistryError> {
        let Credentials::Basic { username, password } = &self.identity.credentials else { return Ok(None) };
        let pair = STANDARD.encode(format!("{username}:{}", password.expose()));
        sensitive(&format!("Basic {pair}")).map(Some).ok_or_else(|| RegistryError::BadAnswer {
            context: context.clone(),
            problem: "the credentials are too long to be sent".to_owned(),
        })
    }

    fn realm(&self, challenge: &Challenge) -> Result<Realm, String> {
        let allowed = permitted::realm(&self.registry, &self.token_servers, challenge.parameter("realm").unwrap_or_default())?;
        Ok(Realm { allowed, service: challenge.parameter("service").map(str::to_owned), posts_passwords: false })
    }

    /// Gets a token: with a password by GET, as Docker does, and by POST where the server knows only that; with an identity token by POST.
    async fn fetch(&self, realm: &Realm, scope: &Scope) -> Result<Token, RegistryError> {
        let context = RequestContext {
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
        let ask = |outgoing| self.ask(realm, outgoing, &context);
        let answer = match &self.identity.credentials {
            Credentials::IdentityToken(token) => {
                let grant = [("grant_type", "refresh_token"), ("client_id", CLIENT_ID), ("refresh_token", token.expose())];
                let answer = ask(post(url, &[form, grant.to_vec()].concat())).await?;
                if is_unknown(answer.status) {
                    let said = self.refusing(&self.state()).token_server_said(&answer);
                    let text = Some(format!("the token server does not take identity tokens, and this credential is one{said}"));
                    let said = Box::new(Said { text, ..said });
                    return Err(RegistryError::Status { context, code: answer.status.as_u16(), said, retry_after: None });
                }
                answer
            }
            Credentials::Basic { username, password } => {
                let grant = [("grant_type", "password"), ("client_id", CLIENT_ID), ("username", username), ("password", password.expose())];
                let by_post = || post(url, &[form.as_slice(), &grant].concat());
                if realm.posts_passwords {
                    ask(by_post()).await?
                } else {
                    let answer = ask(get(url, &query(), self.basic(&context)?)).await?;
                    if is_unknown(answer.status) {
                        let answer = ask(by_post()).await?;
                        if answer.status == StatusCode::OK {
                            self.state().note_that_it_posts(&scope.repository);
                        }
                        answer
                    } else {
                        answer
                    }
                }
            }
            Credentials::Anonymous => ask(get(url, &query(), None)).await?,
        };
        if answer.status != StatusCode::OK {
            return Err(self.refusing(&self.state()).token(context, scope, &answer));
        }
        read_token(&answer.body, asked_at).map_err(|problem| RegistryError::BadAnswer { context, problem: problem.to_owned() })
    }

    async fn ask(&self, realm: &Realm, outgoing: Outgoing, context: &RequestContext) -> Result<Reply, RegistryError> {
        let destination = Destination { origin: &realm.allowed.origin, policy: realm.allowed.policy, purpose: context };
        self.transport
            .exchange(destination, outgoing, MAX_ANSWER, |_| ())
            .await
            .map_err(|error| RegistryError::of_transport(error, context))
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
    Outgoing { method: Method::GET, target: message::target(&url), headers, body: message::empty(), sent: None, region: None }
}

fn post(url: &Url, fields: &[(&str, &str)]) -> Outgoing {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut headers = headers();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let body = message::full(Bytes::from(form));
    Outgoing { method: Method::POST, target: message::target(url), headers, body, sent: None, region: None }
}

fn headers() -> HeaderMap {
    let mut headers = message::common_headers();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers
}
