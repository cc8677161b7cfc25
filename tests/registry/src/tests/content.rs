//! Blobs, manifests, tags and referrers.

use serde_json::json;

use super::client::ask;
use super::{MANIFEST, manifest_of, sha256};
use crate::{Options, Registry, Step};

#[tokio::test]
async fn an_image_is_pushed_and_pulled() {
    let registry = Registry::start(Options::default()).await.unwrap();
    let blob = b"0123456789";
    let digest = sha256(blob);
    assert_eq!(ask(&registry, &format!("HEAD /v2/team/app/blobs/{digest}"), &[], b"").await.status, 404);
    let started = ask(&registry, "POST /v2/team/app/blobs/uploads/", &[], b"").await;
    assert_eq!((started.status.as_u16(), registry.open_uploads()), (202, 1));
    let closed = ask(&registry, &format!("PUT {}&digest={digest}", started.header("location")), &[], blob).await;
    assert_eq!((closed.status.as_u16(), registry.open_uploads()), (201, 0));

    let head = ask(&registry, &format!("HEAD /v2/team/app/blobs/{digest}"), &[], b"").await;
    assert_eq!((head.status.as_u16(), head.header("content-length")), (200, "10"));
    let part = ask(&registry, &format!("GET /v2/team/app/blobs/{digest}"), &[("range", "bytes=2-4")], b"").await;
    assert_eq!((part.status.as_u16(), part.header("content-range"), &part.body[..]), (206, "bytes 2-4/10", &b"234"[..]));
    let outside = ask(&registry, &format!("GET /v2/team/app/blobs/{digest}"), &[("range", "bytes=10-")], b"").await;
    assert_eq!(outside.status, 416);
    assert_eq!(ask(&registry, &format!("GET /v2/other/blobs/{digest}"), &[], b"").await.code(), "BLOB_UNKNOWN");

    let manifest = manifest_of(&registry, "team/app", "one");
    let put = ask(&registry, "PUT /v2/team/app/manifests/v1", &[("content-type", MANIFEST)], &manifest).await;
    let manifest_digest = sha256(&manifest);
    assert_eq!((put.status.as_u16(), put.header("docker-content-digest")), (201, manifest_digest.as_str()));
    for reference in ["v1", &manifest_digest] {
        let got = ask(&registry, &format!("GET /v2/team/app/manifests/{reference}"), &[], b"").await;
        assert_eq!((got.header("content-type"), &got.body[..]), (MANIFEST, &manifest[..]));
    }
    assert_eq!(registry.tag_digest("team/app", "v1"), Some(manifest_digest.clone()));

    let steps: Vec<_> = registry.requests().iter().map(|request| (request.step, request.body_length)).collect();
    assert_eq!(steps[..3], [(Step::BlobHead, 0), (Step::UploadStart, 0), (Step::UploadFinish, 10)]);
    assert_eq!(registry.requests()[2].status, Some(201));

    assert_eq!(ask(&registry, &format!("DELETE /v2/team/app/manifests/{manifest_digest}"), &[], b"").await.status, 202);
    assert_eq!((registry.tag_digest("team/app", "v1"), registry.tags("team/app").len()), (None, 0));
}

#[tokio::test]
async fn a_manifest_must_be_whole_and_true() {
    let registry = Registry::start(Options::default()).await.unwrap();
    let good = manifest_of(&registry, "app", "one");
    let text = String::from_utf8(good.clone()).unwrap();
    let absent = text.replace(&sha256(b"layer"), &sha256(b"absent"));
    let digest = sha256(b"another");
    for (target, content_type, body, status, code) in [
        ("v1", MANIFEST, absent.as_bytes(), 404, "MANIFEST_BLOB_UNKNOWN"),
        ("v1", "application/vnd.docker.distribution.manifest.v2+json", &good, 400, "MANIFEST_INVALID"),
        ("v1", "application/json", &good, 400, "MANIFEST_INVALID"),
        ("v1", MANIFEST, b"{", 400, "MANIFEST_INVALID"),
        (digest.as_str(), MANIFEST, &good, 400, "DIGEST_INVALID"),
        ("-v1", MANIFEST, &good, 400, "TAG_INVALID"),
        ("v1", MANIFEST, &vec![b' '; (4 << 20) + 1], 413, "SIZE_INVALID"),
    ] {
        let answer = ask(&registry, &format!("PUT /v2/app/manifests/{target}"), &[("content-type", content_type)], body).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code));
    }
    let bad_name = ask(&registry, "PUT /v2/App/manifests/v1", &[("content-type", MANIFEST)], &good).await;
    assert_eq!(bad_name.code(), "NAME_INVALID");
    assert!(registry.tags("app").is_empty());
}

#[tokio::test]
async fn tags_come_in_pages_and_referrers_are_filtered() {
    let registry = Registry::start(Options::default()).await.unwrap();
    for tag in ["c", "a", "b"] {
        registry.put_image("app", tag, &[]);
    }
    let page = ask(&registry, "GET /v2/app/tags/list?n=2", &[], b"").await;
    assert_eq!(page.json(), json!({ "name": "app", "tags": ["a", "b"] }));
    assert_eq!(page.header("link"), "</v2/app/tags/list?n=2&last=b>; rel=\"next\"");
    let rest = ask(&registry, "GET /v2/app/tags/list?n=2&last=b", &[], b"").await;
    assert_eq!((rest.json()["tags"].clone(), rest.header("link")), (json!(["c"]), ""));
    assert_eq!(ask(&registry, "GET /v2/none/tags/list", &[], b"").await.code(), "NAME_UNKNOWN");

    let subject = registry.tag_digest("app", "a").unwrap();
    let mut artifact: serde_json::Value = serde_json::from_slice(&manifest_of(&registry, "app", "signature")).unwrap();
    artifact["subject"] = json!({ "mediaType": MANIFEST, "digest": subject, "size": 1 });
    artifact["artifactType"] = json!("application/x-signature");
    let put = ask(&registry, "PUT /v2/app/manifests/signature", &[("content-type", MANIFEST)], artifact.to_string().as_bytes()).await;
    assert_eq!(put.header("oci-subject"), subject);
    for (query, found, applied) in
        [("", 1, ""), ("?artifactType=application/x-signature", 1, "artifactType"), ("?artifactType=x/y", 0, "artifactType")]
    {
        let list = ask(&registry, &format!("GET /v2/app/referrers/{subject}{query}"), &[], b"").await;
        assert_eq!(list.json()["manifests"].as_array().unwrap().len(), found, "{query}");
        assert_eq!(list.header("oci-filters-applied"), applied, "{query}");
    }
}
