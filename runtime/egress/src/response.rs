//! A response, read whole or not at all.

use bytes::BytesMut;
use http::Response;
use http::header::{CONNECTION, HeaderMap, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use crate::error::{OutboundError, broke_off};

/// What came back, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundResponse {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values, in order. Without those that are about the connection.
    pub headers: Vec<(String, String)>,
    /// The body, as it was sent: nothing is unpacked.
    pub body: Vec<u8>,
}

/// The most fields.
const MAX_FIELDS: usize = 64;
/// The most bytes of all names and values.
const MAX_HEADER: usize = 32 * 1024;
/// The most bytes of a response: 4 MiB, which a guest can take within its memory.
pub(crate) const MAX_RESPONSE: usize = 4 * 1024 * 1024;

pub(crate) async fn read(
    response: Response<Incoming>,
    is_head: bool,
    origin: &str,
    limit: usize,
) -> Result<OutboundResponse, OutboundError> {
    let too_large = || {
        let origin = origin.to_owned();
        if limit < MAX_RESPONSE { OutboundError::LimitExceeded { origin } } else { OutboundError::TooLarge { origin } }
    };
    let (parts, mut incoming) = response.into_parts();
    let headers = fields(&parts.headers);
    let header_size: usize = headers.iter().map(|(name, value)| name.len().saturating_add(value.len())).sum();
    if headers.len() > MAX_FIELDS || header_size > MAX_HEADER {
        return Err(OutboundError::TooLarge { origin: origin.to_owned() });
    }
    let room = limit.min(MAX_RESPONSE).checked_sub(header_size).ok_or_else(too_large)?;
    // Said in advance, so that nothing of it need be read. A HEAD says how long the body would be.
    let announced = parts.headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if !is_head && announced.is_some_and(|length| length > room) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|cause| broke_off(origin, cause))?;
        // What is no data is a trailer, and says nothing that a flavor is told.
        let Some(data) = frame.data_ref() else { continue };
        if body.len().saturating_add(data.len()) > room {
            return Err(too_large());
        }
        body.extend_from_slice(data);
    }
    Ok(OutboundResponse { status: parts.status.as_u16(), headers, body: body.into() })
}

fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let about_connection = |name: &HeaderName| {
        [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE].contains(name) || name == "keep-alive" || name.as_str().starts_with("proxy-")
    };
    let kept = headers.iter().filter(|(name, _)| !about_connection(name));
    kept.map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
}
