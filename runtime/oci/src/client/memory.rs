//! The answers of registries, for the tests of what they cost.

use bytes::Bytes;
use tokio::time::Instant;

use crate::client::manifests::FetchedManifest;
use crate::client::{authorise, queries, referrers, reply};
use crate::digest::Digest;
use crate::media_type::OCI_INDEX;

pub(crate) fn tags(body: &[u8]) -> bool {
    queries::read_page(body).is_ok()
}

pub(crate) fn error(body: &[u8]) -> bool {
    reply::text(body).is_some()
}

pub(crate) fn token(body: &[u8]) -> bool {
    authorise::read_token(body, Instant::now()).is_ok()
}

/// The list under the tag of a subject, which is read and written again.
pub(crate) fn referrers(body: &[u8]) -> bool {
    let bytes = Bytes::copy_from_slice(body);
    let found = FetchedManifest { digest: Digest::sha256(body), media_type: OCI_INDEX.to_owned(), bytes };
    referrers::List::read(Some(&found)).and_then(referrers::List::index).is_ok()
}
