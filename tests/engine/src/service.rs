//! The way of a request: recorded, switched, answered.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use crate::credentials::RegistryAuth;
use crate::export;
use crate::inspect;
use crate::options::Options;
use crate::push;
use crate::record::RecordedRequest;
use crate::reply::{self, Reply, ReplyBody};
use crate::route::{Route, query_value};
use crate::store::Store;
use crate::switches::{Endpoint, Rule, Switch};

/// What the connections of one engine share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    store: Mutex<Store>,
    rules: Mutex<Vec<Rule>>,
    requests: Mutex<Vec<(u64, RecordedRequest)>>,
    count: AtomicU64,
}

/// Why a request gets no reply.
#[derive(Debug)]
pub(crate) struct Hangup;

impl std::fmt::Display for Hangup {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection was ended on purpose")
    }
}

impl std::error::Error for Hangup {}

impl Shared {
    pub(crate) fn new(mut options: Options) -> Self {
        let rules = Mutex::new(std::mem::take(&mut options.rules));
        Self { options, store: Mutex::default(), rules, requests: Mutex::default(), count: AtomicU64::new(0) }
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was asked, each with a number that stays its own when the record is cleared.
    pub(crate) fn requests(&self) -> MutexGuard<'_, Vec<(u64, RecordedRequest)>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request, as far as the answers need it.
pub(crate) struct Request {
    pub(crate) route: Route,
    pub(crate) query: String,
    pub(crate) registry_auth: RegistryAuth,
    authorization: String,
}

/// Answers one request, or ends the connection.
pub(crate) async fn handle(shared: Arc<Shared>, request: http::Request<Incoming>) -> Result<Reply, Hangup> {
    let (parts, mut body) = request.into_parts();
    let route = Route::parse(&parts.method, parts.uri.path());
    let registry_auth = RegistryAuth::from_headers(&parts.headers);
    let recorded = RecordedRequest {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.clone(),
        endpoint: route.endpoint,
        image: route.image.clone(),
        registry_auth: registry_auth.clone(),
        status: None,
    };
    let switches: Vec<Switch> = {
        let mut rules = shared.rules();
        rules.iter_mut().filter_map(|rule| rule.take(route.endpoint).then(|| rule.switch.clone())).collect()
    };
    let number = shared.count.fetch_add(1, Ordering::Relaxed);
    shared.requests().push((number, recorded));
    while let Some(frame) = body.frame().await {
        // A client that goes away in the middle gets no reply.
        frame.map_err(|_| Hangup)?;
    }
    let authorization = parts.headers.get("x-registry-auth").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let request =
        Request { route, query: parts.uri.query().unwrap_or_default().to_owned(), registry_auth, authorization: authorization.to_owned() };
    let mut reply = match instead(&request, &switches).await? {
        Some(reply) => reply,
        None => answer(&shared, &request, &switches),
    };
    reply::set(&mut reply, "api-version", &shared.options.api_version);
    reply::set(&mut reply, "ostype", "linux");
    reply::set(&mut reply, "server", "Docker/20.10.24+dfsg1 (linux)");
    for switch in &switches {
        match switch {
            Switch::Header(name, value) => reply::set(&mut reply, name, value),
            Switch::Retag { name, image_id } => shared.store().tag(name, image_id),
            _ => {}
        }
    }
    if parts.method == Method::HEAD {
        *reply.body_mut() = ReplyBody::Whole(None);
    }
    if let Some((_, recorded)) = shared.requests().iter_mut().find(|(other, _)| *other == number) {
        recorded.status = Some(reply.status().as_u16());
    }
    Ok(reply)
}

/// The reply that a switch gives instead of the honest one, if any does.
async fn instead(request: &Request, switches: &[Switch]) -> Result<Option<Reply>, Hangup> {
    for switch in switches {
        match switch {
            Switch::Hangup => return Err(Hangup),
            Switch::Stall => return std::future::pending().await,
            Switch::Status(status) => {
                return Ok(Some(reply::error(code(*status), "a switch of the test engine")));
            }
            Switch::Reply { status, content_type, body } => {
                return Ok(Some(reply::with_body(code(*status), content_type, body.clone())));
            }
            Switch::HtmlEcho { status, size } => {
                let page = html_echo(request, *size);
                return Ok(Some(reply::with_body(code(*status), "text/html", page)));
            }
            _ => {}
        }
    }
    Ok(None)
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A page that repeats what it must not: the credentials as sent, and decoded.
fn html_echo(request: &Request, size: usize) -> Vec<u8> {
    let credentials = request.registry_auth.credentials();
    let line = format!(
        "<p>X-Registry-Auth: {} {}:{}{}</p>\n",
        request.authorization, credentials.username, credentials.password, credentials.identity_token
    );
    let mut page = b"<!DOCTYPE html>\n<html><body>\n".to_vec();
    while page.len() < size {
        page.extend_from_slice(line.as_bytes());
    }
    page
}

fn answer(shared: &Arc<Shared>, request: &Request, switches: &[Switch]) -> Reply {
    let options = &shared.options;
    if let Some(version) = &request.route.api_version
        && let Some(refusal) = refuse_version(version, &options.api_version)
    {
        return refusal;
    }
    let name = request.route.image.as_deref().unwrap_or_default();
    match request.route.endpoint {
        Endpoint::Ping => reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", Bytes::from_static(b"OK")),
        Endpoint::Version => reply::json(StatusCode::OK, &inspect::version(&options.api_version)),
        Endpoint::Info => reply::json(StatusCode::OK, &inspect::info(shared.store().images.len(), options.containerd)),
        Endpoint::Inspect => {
            let store = shared.store();
            let found = store.find(name).and_then(|id| Some((store.images.get(&id)?, id)));
            match found {
                Some((image, id)) => reply::json(StatusCode::OK, &inspect::image(&store, &id, image, options.containerd)),
                None => no_such_image(name),
            }
        }
        Endpoint::Export => export::start(shared, name, switches),
        Endpoint::Push => push::start(shared, request, name, switches),
        Endpoint::Tag => {
            let mut store = shared.store();
            let Some(id) = store.find(name) else { return no_such_image(name) };
            let Some(repository) = query_value(&request.query, "repo").filter(|repository| !repository.is_empty()) else {
                return reply::error(StatusCode::INTERNAL_SERVER_ERROR, "invalid reference format");
            };
            let tag = query_value(&request.query, "tag").filter(|tag| !tag.is_empty());
            store.tag(&tag.map_or(repository.clone(), |tag| format!("{repository}:{tag}")), &id);
            reply::with_body(StatusCode::CREATED, "text/plain", Bytes::new())
        }
        Endpoint::Any | Endpoint::Other => reply::error(StatusCode::NOT_FOUND, "page not found"),
    }
}

pub(crate) fn no_such_image(name: &str) -> Reply {
    let message = format!("no such image: {name}: No such image: {}", crate::store::tagged(name));
    reply::error(StatusCode::NOT_FOUND, &message)
}

fn refuse_version(asked: &str, newest: &str) -> Option<Reply> {
    let number = |version: &str| -> Option<(u64, u64)> {
        let (major, minor) = version.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let asked_number = number(asked)?;
    let message = if Some(asked_number) > number(newest) {
        format!("client version {asked} is too new. Maximum supported API version is {newest}")
    } else if Some(asked_number) < number(inspect::MINIMUM_API_VERSION) {
        format!(
            "client version {asked} is too old. Minimum supported API version is {}, please upgrade your client to a newer version",
            inspect::MINIMUM_API_VERSION
        )
    } else {
        return None;
    };
    Some(reply::error(StatusCode::BAD_REQUEST, &message))
}
