//! Lists: tags, referrers, repositories.

use http::StatusCode;

use crate::reply::{self, Reply};
use crate::request::Request;
use crate::service::Shared;

/// `GET …/tags/list`, with `n` and `last`.
pub(crate) fn tags(shared: &Shared, request: &Request, repository: &str) -> Reply {
    let tags: Option<Vec<String>> = {
        let holdings = shared.storage.lock();
        let known = holdings.repositories.get(repository).filter(|repository| !repository.is_empty());
        known.map(|repository| repository.tags.keys().cloned().collect())
    };
    let Some(tags) = tags else {
        return reply::error(StatusCode::NOT_FOUND, "NAME_UNKNOWN", "repository name not known to registry", repository);
    };
    page(shared, request, tags, &format!("/v2/{repository}/tags/list"), |tags| serde_json::json!({ "name": repository, "tags": tags }))
}

/// `GET /v2/_catalog`, as distribution has it.
pub(crate) fn catalog(shared: &Shared, request: &Request) -> Reply {
    let names: Vec<String> = {
        let holdings = shared.storage.lock();
        holdings.repositories.iter().filter(|(_, held)| !held.is_empty()).map(|(name, _)| name.clone()).collect()
    };
    page(shared, request, names, "/v2/_catalog", |names| serde_json::json!({ "repositories": names }))
}

/// One page of a sorted list, with a `Link` (RFC 8288) to the next one.
fn page(shared: &Shared, request: &Request, all: Vec<String>, path: &str, document: impl FnOnce(&[String]) -> serde_json::Value) -> Reply {
    let wanted = match request.query.get("n").map(str::parse::<usize>) {
        None => shared.options.page_size,
        Some(Ok(wanted)) => wanted.min(shared.options.page_size),
        Some(Err(_)) => {
            let message = "n must be a number that is not negative";
            return reply::error(StatusCode::BAD_REQUEST, "PAGINATION_NUMBER_INVALID", message, "");
        }
    };
    let last = request.query.get("last").unwrap_or_default();
    let rest: Vec<String> = all.into_iter().filter(|name| name.as_str() > last).collect();
    let (shown, more) = rest.split_at(wanted.min(rest.len()));
    let mut reply = reply::with_body(StatusCode::OK, "application/json", document(shown).to_string());
    if let (Some(last), false) = (shown.last(), more.is_empty()) {
        reply::set(&mut reply, "link", &format!("<{path}?n={wanted}&last={last}>; rel=\"next\""));
    }
    reply
}

/// `GET …/referrers/<digest>`, with `artifactType` (distribution-spec 1.1, "Listing Referrers").
pub(crate) fn referrers(shared: &Shared, request: &Request, repository: &str, subject: &str) -> Reply {
    let filter = request.query.get("artifactType").filter(|filter| !filter.is_empty());
    let descriptors: Vec<serde_json::Value> = {
        let holdings = shared.storage.lock();
        let manifests = holdings.repositories.get(repository).into_iter().flat_map(|found| found.manifests.values());
        manifests
            .filter_map(|manifest| {
                let document: serde_json::Value = serde_json::from_slice(&manifest.bytes).ok()?;
                if document.pointer("/subject/digest")?.as_str()? != subject {
                    return None;
                }
                let own = document.get("artifactType").and_then(|own| own.as_str()).filter(|own| !own.is_empty());
                let artifact_type = own.or_else(|| document.pointer("/config/mediaType")?.as_str());
                if filter.is_some() && artifact_type != filter {
                    return None;
                }
                let mut descriptor = serde_json::json!({
                    "mediaType": manifest.media_type,
                    "digest": manifest.digest,
                    "size": manifest.bytes.len(),
                });
                let members = descriptor.as_object_mut()?;
                if let Some(artifact_type) = artifact_type {
                    members.insert("artifactType".to_owned(), artifact_type.into());
                }
                if let Some(annotations) = document.get("annotations") {
                    members.insert("annotations".to_owned(), annotations.clone());
                }
                Some(descriptor)
            })
            .collect()
    };
    let index = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": descriptors,
    });
    let mut reply = reply::with_body(StatusCode::OK, "application/vnd.oci.image.index.v1+json", index.to_string());
    if filter.is_some() {
        reply::set(&mut reply, "oci-filters-applied", "artifactType");
    }
    reply
}
