//! What the answers of registries cost: at most 8 bytes of memory for each byte, whatever is in them.

use bytes::Bytes;
use pushgate_oci::Digest;
use pushgate_oci::media_type::OCI_INDEX;
use pushgate_test_memory::bounded;
use tokio::time::Instant;

use crate::FetchedManifest;
use crate::auth::read_token;
use crate::registry::{List, read_page};
use crate::reply::registry_said;

/// The size of the documents, which is the most that is read of most.
const SIZE: usize = 4 << 20;

/// The list under the tag of a subject, which is read and written again.
fn referrers(body: &[u8]) -> bool {
    let bytes = Bytes::copy_from_slice(body);
    let found = FetchedManifest { digest: Digest::sha256(body), media_type: OCI_INDEX.to_owned(), bytes };
    List::read(Some(&found)).and_then(List::index).is_ok()
}

#[test]
fn answers_of_registries() {
    bounded("tags", SIZE, &[r#"{"name":"a","tags":…}"#], |body| read_page(body).is_ok());
    bounded("an error", SIZE, &[r#"{"errors":…}"#], |body| registry_said(body).text.is_some());
    bounded("referrers", SIZE, &[r#"{"schemaVersion":2,"manifests":…}"#], referrers);
    bounded("a token", 64 << 10, &[r#"{"x":…}"#], |body| read_token(body, Instant::now()).is_ok());
}
