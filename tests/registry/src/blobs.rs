//! Blobs that are there: read, in whole or in part, and deleted.

use http::StatusCode;

use crate::reply::{self, Reply, ReplyBody};
use crate::request::Request;
use crate::service::Shared;

pub(crate) fn unknown(digest: &str) -> Reply {
    reply::error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "blob unknown to registry", digest)
}

/// `HEAD` and `GET`, with `Range` (RFC 9110, section 14).
pub(crate) fn read(shared: &Shared, request: &Request, repository: &str, digest: &str) -> Reply {
    let Some(blob) = shared.storage.lock().blob(repository, digest).cloned() else { return unknown(digest) };
    let head = request.parts.method == http::Method::HEAD;
    let mut reply = match (&blob.bytes, request.header("range").and_then(|range| parse_range(range, blob.size))) {
        (_, None) if head => {
            let mut reply = reply::empty(StatusCode::OK);
            // The body of a reply to HEAD is dropped before it is asked for.
            *reply.body_mut() = ReplyBody::scripted([], Some(blob.size));
            reply
        }
        (None, _) => {
            return reply::error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "the blob's bytes were not kept", digest);
        }
        (Some(bytes), None) => reply::with_body(StatusCode::OK, "application/octet-stream", bytes.clone()),
        (Some(_), Some(None)) => {
            let mut reply = reply::error(StatusCode::RANGE_NOT_SATISFIABLE, "SIZE_INVALID", "not within the blob", "");
            reply::set(&mut reply, "content-range", &format!("bytes */{}", blob.size));
            return reply;
        }
        (Some(bytes), Some(Some((first, last)))) => {
            let start = usize::try_from(first).unwrap_or(usize::MAX);
            let end = usize::try_from(last).unwrap_or(usize::MAX).saturating_add(1);
            // `parse_range` gives only what lies within the blob.
            let part = if start < end && end <= bytes.len() { bytes.slice(start..end) } else { bytes.clone() };
            let mut reply = reply::with_body(StatusCode::PARTIAL_CONTENT, "application/octet-stream", part);
            reply::set(&mut reply, "content-range", &format!("bytes {first}-{last}/{}", blob.size));
            reply
        }
    };
    reply::set(&mut reply, "content-type", "application/octet-stream");
    reply::set(&mut reply, "docker-content-digest", digest);
    reply::set(&mut reply, "accept-ranges", "bytes");
    reply
}

/// The first and last byte that a `Range` of one part asks for; `Some(None)` if it lies outside. Anything else is ignored, as RFC 9110 allows.
#[allow(clippy::option_option, reason = "no range, a range outside and a range inside are three things")]
fn parse_range(range: &str, size: u64) -> Option<Option<(u64, u64)>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let within = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first > last => return None,
        (Ok(first), Ok(last)) => (first, last.min(size.saturating_sub(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, size.saturating_sub(1)),
        (Err(_), Ok(suffix)) if first.is_empty() => {
            if suffix == 0 {
                return Some(None);
            }
            (size.saturating_sub(suffix), size.saturating_sub(1))
        }
        _ => return None,
    };
    Some((within.0 < size).then_some(within))
}

/// `DELETE`.
pub(crate) fn delete(shared: &Shared, repository: &str, digest: &str) -> Reply {
    if shared.storage.lock().remove_blob(repository, digest) { reply::empty(StatusCode::ACCEPTED) } else { unknown(digest) }
}

#[cfg(test)]
mod tests {
    use super::parse_range;

    #[test]
    fn ranges() {
        for (range, expected) in [
            ("bytes=0-0", Some(Some((0, 0)))),
            ("bytes=2-", Some(Some((2, 9)))),
            ("bytes=2-99", Some(Some((2, 9)))),
            ("bytes=-3", Some(Some((7, 9)))),
            ("bytes=-99", Some(Some((0, 9)))),
            ("bytes=10-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=3-2", None),
            ("bytes=0-1,3-4", None),
            ("items=0-1", None),
        ] {
            assert_eq!(parse_range(range, 10), expected, "{range}");
        }
    }
}
