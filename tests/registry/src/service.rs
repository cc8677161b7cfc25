//! The way of a request: recorded, switched, authorized, answered, switched again.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Method, StatusCode};
use hyper::body::Incoming;
use tokio::sync::watch;

use crate::auth::{self, Tokens};
use crate::names::{is_digest, is_repository};
use crate::options::Options;
use crate::record::{RecordedRequest, Recorder};
use crate::reply::{self, Cut, Reply};
use crate::request::Request;
use crate::route::{Query, Target};
use crate::storage::Storage;
use crate::switches::{Rule, Step, Switch};
use crate::wire::WireControl;
use crate::{blobs, listing, manifests, misbehave, uploads};

/// What the connections of one registry share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) origin: String,
    pub(crate) storage: Storage,
    pub(crate) recorder: Recorder,
    pub(crate) tokens: Tokens,
    rules: Mutex<Vec<Rule>>,
    connections: AtomicU64,
    resumed: AtomicU64,
    /// The steps of which a request has done its work.
    worked: watch::Sender<HashSet<Step>>,
}

impl Shared {
    pub(crate) fn new(mut options: Options, address: SocketAddr) -> Self {
        let rules = Mutex::new(std::mem::take(&mut options.rules));
        let scheme = if options.tls { "https" } else { "http" };
        Self {
            origin: format!("{scheme}://{address}"),
            options,
            storage: Storage::default(),
            recorder: Recorder::default(),
            tokens: Tokens::default(),
            rules,
            connections: AtomicU64::new(0),
            resumed: AtomicU64::new(0),
            worked: watch::Sender::default(),
        }
    }

    pub(crate) fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn count_resumed(&self) {
        self.resumed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn resumed(&self) -> u64 {
        self.resumed.load(Ordering::Relaxed)
    }

    /// Waits until a request of this step has done its work.
    pub(crate) async fn work_of(&self, step: Step) {
        // The sender lives as long as this.
        let _ = self.worked.subscribe().wait_for(|steps| steps.contains(&step)).await;
    }

    /// Clears the record of requests.
    pub(crate) fn forget(&self) {
        self.recorder.clear();
        self.worked.send_replace(HashSet::new());
    }

    fn switches(&self, step: Step, method: &Method, target: &str) -> Vec<Switch> {
        let mut rules = self.rules();
        rules.iter_mut().filter_map(|rule| rule.take(step, method, target).then(|| rule.switch.clone())).collect()
    }
}

/// Answers one request, or ends the connection.
pub(crate) async fn handle(
    shared: Arc<Shared>,
    control: WireControl,
    connection: u64,
    request: http::Request<Incoming>,
) -> Result<Reply, Cut> {
    let (parts, body) = request.into_parts();
    let target = Target::parse(parts.uri.path());
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let step = target.step(&parts.method, &query);
    let entry = shared.recorder.begin(RecordedRequest {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.clone(),
        body_length: 0,
        body: Bytes::new(),
        step,
        status: None,
        connection,
    });
    let path_and_query = parts.uri.path_and_query().map_or("", |both| both.as_str());
    let switches = shared.switches(step, &parts.method, path_and_query);
    let mut request = Request::new(parts, body, target, query, entry, control);

    let honest = match misbehave::before(&shared, &mut request, &switches).await? {
        Some(reply) => reply,
        None => match refusal(&shared, &request, step, &switches) {
            Some(reply) => {
                request.drain_some().await?;
                reply
            }
            None => answer(&shared, &mut request, step, &switches).await?,
        },
    };
    shared.worked.send_if_modified(|steps| steps.insert(step));
    let mut reply = misbehave::after(honest, &switches);
    if request.parts.method == Method::HEAD {
        reply::drop_body(&mut reply);
    }
    request.entry.status(reply.status().as_u16());
    Ok(reply)
}

/// What keeps a request from being looked at: no authorization, or a name that cannot be one.
fn refusal(shared: &Shared, request: &Request, step: Step, switches: &[Switch]) -> Option<Reply> {
    if let Some(reply) = auth::refusal(shared, request, step, switches) {
        return Some(reply);
    }
    if let Some(name) = request.target.repository()
        && !is_repository(name)
    {
        return Some(reply::error(StatusCode::BAD_REQUEST, "NAME_INVALID", "invalid repository name", name));
    }
    if let Target::Blob { digest, .. } | Target::Referrers { digest, .. } = &request.target
        && !is_digest(digest)
    {
        return Some(reply::error(StatusCode::BAD_REQUEST, "DIGEST_INVALID", "not a digest", digest));
    }
    None
}

async fn answer(shared: &Shared, request: &mut Request, step: Step, switches: &[Switch]) -> Result<Reply, Cut> {
    let target = request.target.clone();
    let reply = match (&target, step) {
        (Target::Ping, Step::Ping) => {
            let mut reply = reply::with_body(StatusCode::OK, "application/json", "{}");
            reply::set(&mut reply, "docker-distribution-api-version", "registry/2.0");
            reply
        }
        (Target::Token, Step::Token) => auth::token(shared, request, switches).await?,
        (Target::Catalog, _) if request.parts.method == Method::GET => listing::catalog(shared, request),
        (Target::Blob { repository, digest }, Step::BlobHead | Step::BlobGet) => blobs::read(shared, request, repository, digest),
        (Target::Blob { repository, digest }, Step::BlobDelete) => blobs::delete(shared, repository, digest),
        (Target::Uploads { repository }, Step::UploadStart | Step::UploadMount) => {
            uploads::start(shared, request, repository, switches).await?
        }
        (Target::Upload { repository, id }, Step::UploadStatus) => uploads::status(shared, repository, id),
        (Target::Upload { repository, id }, Step::UploadChunk) => uploads::chunk(shared, request, repository, id, switches).await?,
        (Target::Upload { repository, id }, Step::UploadFinish) => uploads::finish(shared, request, repository, id, switches).await?,
        (Target::Upload { repository, id }, Step::UploadCancel) => uploads::cancel(shared, repository, id),
        (Target::Manifest { repository, reference }, Step::ManifestHead | Step::ManifestGet) => {
            manifests::read(shared, request, repository, reference, switches)
        }
        (Target::Manifest { repository, reference }, Step::ManifestPut) => {
            manifests::write(shared, request, repository, reference, switches).await?
        }
        (Target::Manifest { repository, reference }, Step::ManifestDelete) => manifests::delete(shared, repository, reference),
        (Target::Tags { repository }, Step::TagList) => listing::tags(shared, request, repository),
        (Target::Referrers { repository, digest }, Step::Referrers) => listing::referrers(shared, request, repository, digest),
        (Target::Unknown, _) => {
            request.drain_some().await?;
            reply::error(StatusCode::NOT_FOUND, "UNSUPPORTED", "no such endpoint", request.parts.uri.path())
        }
        _ => {
            request.drain_some().await?;
            reply::error(
                StatusCode::METHOD_NOT_ALLOWED,
                "UNSUPPORTED",
                "the endpoint does not know the method",
                request.parts.method.as_str(),
            )
        }
    };
    Ok(reply)
}
