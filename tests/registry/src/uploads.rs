//! Uploads of blobs (distribution-spec 1.1, "Pushing blobs"): in one request, in two, or in chunks; or mounted from another repository.

use http::StatusCode;

use crate::names::{is_digest, is_repository};
use crate::reply::{self, Cut, Reply};
use crate::request::Request;
use crate::service::Shared;
use crate::storage::{Content, SharedContent, Upload};
use crate::switches::Switch;

fn invalid_digest(digest: &str, message: &str) -> Reply {
    reply::error(StatusCode::BAD_REQUEST, "DIGEST_INVALID", message, digest)
}

fn unknown_upload(id: &str) -> Reply {
    reply::error(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", "no such upload session", id)
}

fn created(repository: &str, digest: &str) -> Reply {
    let mut reply = reply::empty(StatusCode::CREATED);
    reply::set(&mut reply, "location", &format!("/v2/{repository}/blobs/{digest}"));
    reply::set(&mut reply, "docker-content-digest", digest);
    reply
}

/// The state of a session: where it goes on, and what it has.
fn progress(status: StatusCode, repository: &str, id: &str, state: u64, size: u64) -> Reply {
    let mut reply = reply::empty(status);
    reply::set(&mut reply, "location", &format!("/v2/{repository}/blobs/uploads/{id}?_state={state}"));
    reply::set(&mut reply, "range", &format!("0-{}", size.saturating_sub(1)));
    reply::set(&mut reply, "docker-upload-uuid", id);
    reply
}

/// `POST …/blobs/uploads/`: a session, a whole blob (`?digest=`), or a mount (`?mount=&from=`).
pub(crate) async fn start(shared: &Shared, request: &mut Request, repository: &str, switches: &[Switch]) -> Result<Reply, Cut> {
    let mount = request.query.get("mount").filter(|_| !switches.iter().any(|switch| matches!(switch, Switch::IgnoreMount)));
    if let Some(mount) = mount.map(str::to_owned) {
        if !is_digest(&mount) {
            return Ok(invalid_digest(&mount, "not a digest"));
        }
        request.drain().await?;
        let from = request.query.get("from").map(str::to_owned);
        let mut holdings = shared.storage.lock();
        // Without `from`, only what the repository itself has: blobs of others are nobody's business.
        let source = from.as_deref().filter(|name| is_repository(name)).unwrap_or(repository);
        if let Some(blob) = holdings.blob(source, &mount).cloned() {
            holdings.add_blob(repository, mount.clone(), blob);
            return Ok(created(repository, &mount));
        }
    } else if let Some(digest) = request.query.get("digest").map(str::to_owned) {
        if !is_digest(&digest) {
            request.drain().await?;
            return Ok(invalid_digest(&digest, "not a digest"));
        }
        let mut content = Content::new(shared.options.discard_blobs_over, request.declared_length());
        while let Some(bytes) = request.next().await? {
            content.append(&bytes);
        }
        return Ok(keep(shared, repository, content, &digest, switches));
    }
    request.drain().await?;
    if let Some(algorithm) = request.query.get("digest-algorithm")
        && !matches!(algorithm, "sha256" | "sha512")
    {
        return Ok(invalid_digest(algorithm, "the algorithm is not supported"));
    }
    let mut holdings = shared.storage.lock();
    holdings.uploads_started += 1;
    let id = format!("{:08x}-upload", holdings.uploads_started);
    let upload = Upload {
        repository: repository.to_owned(),
        state: 0,
        short_chunk: false,
        content: SharedContent::new(Content::new(shared.options.discard_blobs_over, None)),
    };
    holdings.uploads.insert(id.clone(), upload);
    let mut reply = progress(StatusCode::ACCEPTED, repository, &id, 0, 0);
    if let Some(minimum) = shared.options.chunk_minimum {
        reply::set(&mut reply, "oci-chunk-min-length", &minimum.to_string());
    }
    Ok(reply)
}

/// `GET` of a session.
pub(crate) fn status(shared: &Shared, repository: &str, id: &str) -> Reply {
    let holdings = shared.storage.lock();
    match holdings.uploads.get(id).filter(|upload| upload.repository == repository) {
        Some(upload) => progress(StatusCode::NO_CONTENT, repository, id, upload.state, upload.content.size()),
        None => unknown_upload(id),
    }
}

/// `DELETE` of a session.
pub(crate) fn cancel(shared: &Shared, repository: &str, id: &str) -> Reply {
    let mut holdings = shared.storage.lock();
    if holdings.uploads.get(id).is_none_or(|upload| upload.repository != repository) {
        return unknown_upload(id);
    }
    holdings.uploads.remove(id);
    reply::empty(StatusCode::NO_CONTENT)
}

/// `PATCH` of a session.
pub(crate) async fn chunk(shared: &Shared, request: &mut Request, repository: &str, id: &str, switches: &[Switch]) -> Result<Reply, Cut> {
    if let Some(refusal) = check(shared, request, repository, id, true) {
        request.drain().await?;
        return Ok(refusal);
    }
    let most = switches.iter().find_map(|switch| if let Switch::TakeOnly(bytes) = switch { Some(*bytes) } else { None });
    let received = append(shared, request, id, most).await?;
    let mut holdings = shared.storage.lock();
    let Some(upload) = holdings.uploads.get_mut(id) else { return Ok(unknown_upload(id)) };
    upload.state += 1;
    upload.short_chunk |= shared.options.chunk_minimum.is_some_and(|minimum| received < minimum);
    Ok(progress(StatusCode::ACCEPTED, repository, id, upload.state, upload.content.size()))
}

/// `PUT` of a session: the last bytes, or all of them, and the digest.
pub(crate) async fn finish(shared: &Shared, request: &mut Request, repository: &str, id: &str, switches: &[Switch]) -> Result<Reply, Cut> {
    let digest = request.query.get("digest").unwrap_or_default().to_owned();
    let refusal = if is_digest(&digest) {
        check(shared, request, repository, id, false)
    } else {
        Some(invalid_digest(&digest, "the closing request needs a digest"))
    };
    if let Some(refusal) = refusal {
        request.drain().await?;
        return Ok(refusal);
    }
    append(shared, request, id, None).await?;
    let Some(upload) = shared.storage.lock().uploads.remove(id) else { return Ok(unknown_upload(id)) };
    Ok(keep(shared, repository, upload.content.take(), &digest, switches))
}

/// Why a `PATCH` or `PUT` of a session is refused before its body is read.
fn check(shared: &Shared, request: &Request, repository: &str, id: &str, is_chunk: bool) -> Option<Reply> {
    let holdings = shared.storage.lock();
    let Some(upload) = holdings.uploads.get(id).filter(|upload| upload.repository == repository) else {
        return Some(unknown_upload(id));
    };
    let size = upload.content.size();
    let out_of_order = || {
        let mut reply = progress(StatusCode::RANGE_NOT_SATISFIABLE, repository, id, upload.state, size);
        *reply.body_mut() = reply::error(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "BLOB_UPLOAD_INVALID",
            "the chunk does not follow the bytes that are there",
            &size.to_string(),
        )
        .into_body();
        reply::set(&mut reply, "content-type", "application/json");
        Some(reply)
    };
    if let Some(range) = request.header("content-range") {
        let bounds = range.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
        let Some((first, last)): Option<(u64, u64)> = bounds else {
            return Some(reply::error(StatusCode::BAD_REQUEST, "BLOB_UPLOAD_INVALID", "content-range must be FIRST-LAST", range));
        };
        if first != size || last < first {
            return out_of_order();
        }
        if request.declared_length().is_some_and(|length| length != last - first + 1) {
            return Some(reply::error(StatusCode::BAD_REQUEST, "SIZE_INVALID", "content-range and content-length differ", range));
        }
    }
    if is_chunk && upload.short_chunk {
        return Some(reply::error(StatusCode::BAD_REQUEST, "SIZE_INVALID", "only the last chunk may be smaller than the minimum", ""));
    }
    // A location is opaque: who builds it by itself instead of following it is told so. Chunks in the wrong place are told that first.
    if request.query.get("_state") != Some(upload.state.to_string().as_str()) {
        return Some(reply::error(
            StatusCode::BAD_REQUEST,
            "BLOB_UPLOAD_INVALID",
            "not the location that the last reply gave",
            request.parts.uri.query().unwrap_or_default(),
        ));
    }
    None
}

/// Adds the request's body to a session, or `most` bytes of it; gives how much it was. What came before a connection
/// ended stays.
async fn append(shared: &Shared, request: &mut Request, id: &str, most: Option<u64>) -> Result<u64, Cut> {
    let content = shared.storage.lock().uploads.get(id).map(|upload| upload.content.clone());
    let Some(content) = content else {
        request.drain().await?;
        return Ok(0);
    };
    if let Some(length) = request.declared_length() {
        content.lock().reserve(length);
    }
    let mut received = 0;
    while let Some(bytes) = request.next().await? {
        let left = most.map_or(u64::MAX, |most| most.saturating_sub(received));
        content.lock().append(bytes.get(..usize::try_from(left).unwrap_or(usize::MAX)).unwrap_or(&bytes));
        received += bytes.len() as u64;
    }
    Ok(received)
}

/// Keeps a whole blob, if it is what the client says.
fn keep(shared: &Shared, repository: &str, content: Content, digest: &str, switches: &[Switch]) -> Reply {
    let (actual, blob) = content.finish(digest);
    let gullible = switches.iter().any(|switch| matches!(switch, Switch::Gullible));
    if !gullible && actual.as_deref() != Some(digest) {
        return invalid_digest(digest, "the bytes have another digest");
    }
    if !switches.iter().any(|switch| matches!(switch, Switch::Forget)) {
        shared.storage.lock().add_blob(repository, digest.to_owned(), blob);
    }
    created(repository, digest)
}
