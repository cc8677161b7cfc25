//! The rules of uploads.

use super::client::ask;
use super::sha256;
use crate::{Options, Registry};

#[tokio::test]
async fn chunks_follow_each_other_and_the_locations() {
    let registry = Registry::start(Options::default()).await.unwrap();
    let first = ask(&registry, "POST /v2/app/blobs/uploads/", &[], b"").await;
    let location = first.header("location").to_owned();
    let second = ask(&registry, &format!("PATCH {location}"), &[("content-range", "0-3")], b"0123").await;
    assert_eq!((second.status.as_u16(), second.header("range")), (202, "0-3"));
    let next = second.header("location").to_owned();

    for (range, body, status) in [("8-9", "89", 416), ("0-1", "01", 416), ("4-9", "45", 400), ("bytes 4-5/6", "45", 400)] {
        let answer = ask(&registry, &format!("PATCH {next}"), &[("content-range", range)], body.as_bytes()).await;
        assert_eq!(answer.status, status, "{range}");
    }
    let stale = ask(&registry, &format!("PATCH {location}"), &[], b"45").await;
    assert_eq!((stale.status.as_u16(), stale.code().as_str()), (400, "BLOB_UPLOAD_INVALID"));
    let status = ask(&registry, &format!("GET {location}"), &[], b"").await;
    assert_eq!((status.status.as_u16(), status.header("range"), status.header("location")), (204, "0-3", next.as_str()));

    let digest = sha256(b"012345");
    let wrong = ask(&registry, &format!("PUT {next}&digest={}", sha256(b"else")), &[], b"45").await;
    assert_eq!((wrong.status.as_u16(), wrong.code().as_str()), (400, "DIGEST_INVALID"));
    assert!(!registry.has_blob("app", &digest) && registry.open_uploads() == 0);

    let again = ask(&registry, "POST /v2/app/blobs/uploads/", &[], b"").await;
    let streamed = ask(&registry, &format!("PATCH {}", again.header("location")), &[], b"0123").await;
    let closed = ask(&registry, &format!("PUT {}&digest={digest}", streamed.header("location")), &[("content-range", "4-5")], b"45").await;
    assert_eq!(closed.status, 201);
    assert_eq!(registry.blob("app", &digest).unwrap(), "012345");
}

#[tokio::test]
async fn one_request_mounts_and_cancels() {
    let registry = Registry::start(Options { discard_blobs_over: Some(4), ..Options::default() }).await.unwrap();
    let digest = sha256(b"large");
    let whole = ask(&registry, &format!("POST /v2/app/blobs/uploads/?digest={digest}"), &[], b"large").await;
    assert_eq!((whole.status.as_u16(), whole.header("location")), (201, format!("/v2/app/blobs/{digest}").as_str()));
    assert!(registry.has_blob("app", &digest) && registry.blob("app", &digest).is_none());

    let sha512 = crate::names::digest_like("sha512:", b"tiny");
    assert_eq!(ask(&registry, &format!("POST /v2/app/blobs/uploads/?digest={sha512}"), &[], b"tiny").await.status, 201);

    let mounted = ask(&registry, &format!("POST /v2/other/blobs/uploads/?mount={digest}&from=app"), &[], b"").await;
    assert!(mounted.status == 201 && registry.has_blob("other", &digest));
    let fallback = ask(&registry, &format!("POST /v2/third/blobs/uploads/?mount={digest}&from=none"), &[], b"").await;
    assert_eq!((fallback.status.as_u16(), registry.open_uploads()), (202, 1));
    assert_eq!(ask(&registry, &format!("DELETE {}", fallback.header("location")), &[], b"").await.status, 204);
    assert_eq!((ask(&registry, &format!("DELETE {}", fallback.header("location")), &[], b"").await.status.as_u16()), 404);
    assert_eq!(registry.open_uploads(), 0);
}
