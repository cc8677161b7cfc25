//! Who may do what: HTTP Basic, and bearer tokens with the endpoint that gives them (distribution's token specification).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};

use crate::names::sha256;
use crate::options::Authentication;
use crate::reply::{self, Cut, Reply};
use crate::request::Request;
use crate::route::{Query, Target};
use crate::service::Shared;
use crate::signer::LIFETIME;
use crate::switches::{Step, Switch};

/// What a request needs, or a token gives: actions on a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Access {
    repository: String,
    actions: Vec<String>,
}

impl Access {
    fn new(repository: &str, actions: &[&str]) -> Self {
        Self { repository: repository.to_owned(), actions: actions.iter().map(|action| (*action).to_owned()).collect() }
    }

    /// `repository:NAME:ACTION,ACTION`; other resource types grant nothing here.
    fn parse(scope: &str) -> Option<Self> {
        let (name, actions) = scope.strip_prefix("repository:")?.rsplit_once(':')?;
        Some(Self { repository: name.to_owned(), actions: actions.split(',').map(str::to_owned).collect() })
    }

    fn allows(&self, wanted: &Self) -> bool {
        self.repository == wanted.repository
            && wanted.actions.iter().all(|action| self.actions.iter().any(|given| given == action || given == "*"))
    }

    /// As the claims of a token have it.
    fn claim(&self) -> serde_json::Value {
        serde_json::json!({ "type": "repository", "name": self.repository, "actions": self.actions })
    }

    fn scope(&self) -> String {
        format!("repository:{}:{}", self.repository, self.actions.join(","))
    }
}

struct Token {
    access: Vec<Access>,
    uses_left: Option<u64>,
}

/// The tokens that were given out.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<Given>);

#[derive(Default)]
struct Given {
    count: u64,
    tokens: HashMap<String, Token>,
}

impl Tokens {
    fn lock(&self) -> MutexGuard<'_, Given> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the request needs.
fn needed(request: &Request, step: Step) -> Vec<Access> {
    let Some(repository) = request.target.repository() else { return Vec::new() };
    let actions: &[&str] = match (&request.parts.method, step) {
        (&Method::GET | &Method::HEAD, _) => &["pull"],
        (&Method::DELETE, Step::BlobDelete | Step::ManifestDelete) => &["delete"],
        _ => &["pull", "push"],
    };
    let mut needed = vec![Access::new(repository, actions)];
    if step == Step::UploadMount
        && let Some(from) = request.query.get("from")
    {
        needed.push(Access::new(from, &["pull"]));
    }
    needed
}

/// The 401 for a request that is not authorized.
pub(crate) fn refusal(shared: &Shared, request: &Request, step: Step, switches: &[Switch]) -> Option<Reply> {
    let authorization = request.header("authorization").unwrap_or_default();
    let allowed = match &shared.options.authentication {
        Authentication::None => true,
        _ if matches!(request.target, Target::Token) => true,
        Authentication::Basic { username, password } => is_user(authorization, username, password),
        Authentication::Token { .. } => has_token(shared, authorization, &needed(request, step)),
    };
    (!allowed).then(|| challenge(shared, request, switches))
}

/// The 401 with the challenge that leads to authorization.
pub(crate) fn challenge(shared: &Shared, request: &Request, switches: &[Switch]) -> Reply {
    let realm = switches.iter().find_map(|switch| if let Switch::Realm(realm) = switch { Some(realm) } else { None });
    let challenge = match &shared.options.authentication {
        Authentication::Token { service, .. } => {
            let own = format!("{}/token", shared.origin);
            let realm = realm.unwrap_or(&own);
            let step = request.target.step(&request.parts.method, &request.query);
            let scopes: Vec<String> = needed(request, step).iter().map(Access::scope).collect();
            let scope = if scopes.is_empty() { String::new() } else { format!(",scope=\"{}\"", scopes.join(" ")) };
            format!("Bearer realm=\"{realm}\",service=\"{service}\"{scope}")
        }
        _ => format!("Basic realm=\"{}\"", realm.map_or("test registry", String::as_str)),
    };
    let mut reply = reply::error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication required", "");
    reply::set(&mut reply, "www-authenticate", &challenge);
    reply
}

fn scheme<'a>(authorization: &'a str, name: &str) -> Option<&'a str> {
    let (scheme, value) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case(name).then(|| value.trim())
}

fn is_user(authorization: &str, username: &str, password: &str) -> bool {
    scheme(authorization, "basic")
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .is_some_and(|decoded| decoded == format!("{username}:{password}").as_bytes())
}

/// Whether the token allows it; counts its use.
fn has_token(shared: &Shared, authorization: &str, needed: &[Access]) -> bool {
    let mut given = shared.tokens.lock();
    let Some(token) = scheme(authorization, "bearer").and_then(|token| given.tokens.get_mut(token)) else {
        return false;
    };
    if !needed.iter().all(|wanted| token.access.iter().any(|access| access.allows(wanted))) {
        return false;
    }
    match &mut token.uses_left {
        None => true,
        Some(0) => false,
        Some(left) => {
            *left -= 1;
            true
        }
    }
}

/// `GET` or `POST /token`.
pub(crate) async fn token(shared: &Shared, request: &mut Request, switches: &[Switch]) -> Result<Reply, Cut> {
    let Some(body) = request.collect(64 << 10).await? else {
        return Ok(reply::error(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", "the form is too large", ""));
    };
    request.entry.body(&body);
    let Authentication::Token { username, password, service } = &shared.options.authentication else {
        return Ok(reply::error(StatusCode::NOT_FOUND, "UNSUPPORTED", "this registry gives no tokens", ""));
    };
    let oauth = request.parts.method == Method::POST;
    let form = if oauth { Query::parse(&String::from_utf8_lossy(&body)) } else { request.query.clone() };
    if form.get("service") != Some(service) {
        return Ok(reply::error(StatusCode::BAD_REQUEST, "UNSUPPORTED", "another service", ""));
    }
    let identity = shared.options.identity_token.as_deref();
    let authorization = request.header("authorization").unwrap_or_default();
    let user = if oauth {
        match form.get("grant_type") {
            Some("password") => form.get("username") == Some(username.as_str()) && form.get("password") == Some(password.as_str()),
            Some("refresh_token") => identity.is_some() && form.get("refresh_token") == identity,
            _ => false,
        }
    } else {
        is_user(authorization, username, password)
    };
    let anonymous = !oauth && authorization.is_empty() && shared.options.anonymous_pull;
    if !user && !anonymous {
        let mut reply = reply::error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "wrong username or password", "");
        if !oauth {
            reply::set(&mut reply, "www-authenticate", "Basic realm=\"test registry\"");
        }
        return Ok(reply);
    }
    let mut access: Vec<Access> = form.all("scope").flat_map(|scopes| scopes.split(' ')).filter_map(Access::parse).collect();
    if !user {
        access.iter_mut().for_each(|access| access.actions.retain(|action| action == "pull"));
    }
    let forced = switches.iter().find_map(|switch| if let Switch::Token(token) = switch { Some(token) } else { None });
    let text = {
        let mut given = shared.tokens.lock();
        given.count += 1;
        let claims = || access.iter().map(Access::claim).collect();
        let signed = shared.options.signer.as_ref().map(|signer| signer.sign(service, username, given.count, &claims()));
        let text = match (forced, signed) {
            (Some(forced), _) => forced.clone(),
            (None, Some(Ok(signed))) => signed,
            (None, Some(Err(error))) => {
                return Ok(reply::error(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", &error.to_string(), ""));
            }
            (None, None) => sha256(format!("{} {}", shared.origin, given.count).as_bytes()),
        };
        given.tokens.insert(text.clone(), Token { access, uses_left: shared.options.token_uses });
        text
    };
    let mut answer = serde_json::json!({ "access_token": text, "expires_in": LIFETIME.as_secs() });
    if let Some(members) = answer.as_object_mut() {
        if !oauth {
            members.insert("token".to_owned(), text.into());
        }
        if let (true, Some(identity)) = (form.get("access_type") == Some("offline"), identity) {
            members.insert("refresh_token".to_owned(), identity.into());
        }
    }
    Ok(reply::with_body(StatusCode::OK, "application/json", answer.to_string()))
}
