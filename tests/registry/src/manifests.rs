//! Manifests: read and deleted by tag or digest, and written only when what they name is there.

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

use crate::names::{digest_like, is_digest, is_tag, sha256};
use crate::reply::{self, Cut, Reply};
use crate::request::Request;
use crate::service::Shared;
use crate::storage::{Repository, StoredManifest};
use crate::switches::Switch;

/// The largest manifest that is taken, as the specification suggests.
const LARGEST: usize = 4 << 20;

const IMAGES: [&str; 2] = ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];
const INDEXES: [&str; 2] = ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

fn unknown(reference: &str) -> Reply {
    reply::error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", "manifest unknown to registry", reference)
}

/// The reply to a manifest that is not taken, boxed because a reply is large.
fn refusal(code: &str, message: &str, detail: &str) -> Box<Reply> {
    let status = if code == "MANIFEST_BLOB_UNKNOWN" { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
    Box::new(reply::error(status, code, message, detail))
}

fn invalid(message: &str, detail: &str) -> Box<Reply> {
    refusal("MANIFEST_INVALID", message, detail)
}

/// `HEAD` and `GET`.
pub(crate) fn read(shared: &Shared, request: &Request, repository: &str, reference: &str, switches: &[Switch]) -> Reply {
    let found = {
        let mut holdings = shared.storage.lock();
        holdings.repositories.get_mut(repository).and_then(|repository| repository.served(reference)).cloned()
    };
    let Some(manifest) = found else { return unknown(reference) };
    let accepts = request.header("accept").is_some_and(|line| line.split(',').any(|one| one.trim() == manifest.media_type));
    if switches.iter().any(|switch| matches!(switch, Switch::FirstAcceptLine)) && !accepts {
        return unknown(reference);
    }
    let mut reply = reply::with_body(StatusCode::OK, &manifest.media_type, manifest.bytes);
    reply::set(&mut reply, "docker-content-digest", &manifest.digest);
    reply
}

/// `DELETE`: a tag alone, or a manifest with every tag that points to it.
pub(crate) fn delete(shared: &Shared, repository: &str, reference: &str) -> Reply {
    let mut holdings = shared.storage.lock();
    let Some(repository) = holdings.repositories.get_mut(repository) else { return unknown(reference) };
    let removed = if is_digest(reference) {
        repository.tags.retain(|_, digest| digest != reference);
        repository.manifests.remove(reference).is_some()
    } else {
        repository.tags.remove(reference).is_some()
    };
    if removed { reply::empty(StatusCode::ACCEPTED) } else { unknown(reference) }
}

/// `PUT`.
pub(crate) async fn write(
    shared: &Shared,
    request: &mut Request,
    repository: &str,
    reference: &str,
    switches: &[Switch],
) -> Result<Reply, Cut> {
    let Some(bytes) = request.collect(LARGEST).await? else {
        let message = "the manifest is larger than 4 MiB";
        return Ok(reply::error(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", message, ""));
    };
    let media_type = request.header("content-type").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
    Ok(store(shared, request, repository, reference, &media_type, &bytes, switches).unwrap_or_else(|reply| *reply))
}

fn store(
    shared: &Shared,
    request: &Request,
    name: &str,
    reference: &str,
    media_type: &str,
    bytes: &Bytes,
    switches: &[Switch],
) -> Result<Reply, Box<Reply>> {
    let is = |wanted: fn(&Switch) -> bool| switches.iter().any(wanted);
    let by_digest = reference.contains(':');
    if !by_digest && !is_tag(reference) {
        return Err(refusal("TAG_INVALID", "not a tag", reference));
    }
    // A tag may be pushed with the digest that the client expects, which also chooses the algorithm.
    let claimed = if by_digest { Some(reference) } else { request.query.get("digest") };
    let digest = match claimed {
        None => sha256(bytes),
        Some(claimed) if !is_digest(claimed) => {
            return Err(refusal("DIGEST_INVALID", "not a digest", claimed));
        }
        Some(claimed) if digest_like(claimed, bytes) == claimed || is(|switch| matches!(switch, Switch::Gullible)) => claimed.to_owned(),
        Some(claimed) => {
            let message = "the manifest has another digest";
            return Err(refusal("DIGEST_INVALID", message, claimed));
        }
    };
    let tags: Vec<String> = if by_digest { request.query.all("tag").map(str::to_owned).collect() } else { vec![reference.to_owned()] };
    if let Some(bad) = tags.iter().find(|tag| !is_tag(tag)) {
        return Err(refusal("TAG_INVALID", "not a tag", bad));
    }
    let document = parse(media_type, bytes)?;
    let mut holdings = shared.storage.lock();
    let repository = holdings.repository(name);
    if let Some(missing) = first_missing(repository, media_type, &document) {
        let message = "manifest references a manifest or blob unknown to registry";
        return Err(refusal("MANIFEST_BLOB_UNKNOWN", message, &missing));
    }
    let other = switches.iter().find_map(|switch| match switch {
        Switch::KeepOther(other) => Some(other.clone()),
        _ => None,
    });
    let (kept_digest, kept) = match other {
        Some(other) => (sha256(&other), other),
        None => (digest.clone(), bytes.clone()),
    };
    for switch in switches {
        if let Switch::Late(reads) = switch {
            let before = repository.manifest(reference).cloned();
            repository.late.insert(reference.to_owned(), (before, *reads));
        }
    }
    if !is(|switch| matches!(switch, Switch::Forget)) {
        let manifest = StoredManifest { digest: kept_digest.clone(), media_type: media_type.to_owned(), bytes: kept };
        repository.manifests.insert(kept_digest.clone(), manifest);
        for tag in &tags {
            repository.tags.insert(tag.clone(), kept_digest.clone());
        }
    }
    let mut reply = reply::empty(StatusCode::CREATED);
    reply::set(&mut reply, "location", &format!("/v2/{name}/manifests/{digest}"));
    reply::set(&mut reply, "docker-content-digest", &digest);
    if let Some(subject) = document.pointer("/subject/digest").and_then(Value::as_str) {
        reply::set(&mut reply, "oci-subject", subject);
    }
    if by_digest && !tags.is_empty() {
        reply::set(&mut reply, "oci-tag", &tags.join(", "));
    }
    Ok(reply)
}

/// A manifest that says what it is, the same in its header and in its text.
fn parse(media_type: &str, bytes: &[u8]) -> Result<Value, Box<Reply>> {
    if !IMAGES.contains(&media_type) && !INDEXES.contains(&media_type) {
        return Err(invalid("the content-type is no manifest's", media_type));
    }
    let document: Value = serde_json::from_slice(bytes).map_err(|error| invalid("the manifest is not JSON", &error.to_string()))?;
    if document.get("schemaVersion").and_then(Value::as_u64) != Some(2) {
        return Err(invalid("schemaVersion must be 2", ""));
    }
    match document.get("mediaType").map(Value::as_str) {
        None => {}
        Some(Some(own)) if own == media_type => {}
        Some(own) => return Err(invalid("mediaType and content-type differ", own.unwrap_or("(not text)"))),
    }
    let member = if IMAGES.contains(&media_type) { "layers" } else { "manifests" };
    if !document.get(member).is_some_and(Value::is_array) {
        return Err(invalid("the manifest lacks a list", member));
    }
    if IMAGES.contains(&media_type) && document.pointer("/config/digest").is_none() {
        return Err(invalid("the manifest lacks a config", ""));
    }
    Ok(document)
}

/// The first thing that the manifest names and the repository does not have. A subject need not be there, nor a layer that lies elsewhere.
fn first_missing(repository: &Repository, media_type: &str, document: &Value) -> Option<String> {
    let list = |member: &str| document.get(member).and_then(Value::as_array).into_iter().flatten();
    let digest =
        |descriptor: &Value| descriptor.get("digest").and_then(Value::as_str).unwrap_or("(a descriptor without digest)").to_owned();
    if INDEXES.contains(&media_type) {
        return list("manifests").map(digest).find(|digest| !repository.manifests.contains_key(digest));
    }
    let own = |layer: &&Value| layer.get("urls").and_then(Value::as_array).is_none_or(Vec::is_empty);
    document.get("config").into_iter().chain(list("layers").filter(own)).map(digest).find(|digest| !repository.blobs.contains(digest))
}
