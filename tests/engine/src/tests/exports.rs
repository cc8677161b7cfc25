//! Taking images out.

use bytes::Bytes;

use super::client::ask;
use crate::{Endpoint, Engine, Image, Options, Rule, Switch};

/// The names of the entries of a tar file whose contents are small.
fn names(archive: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = archive;
    while rest.len() >= 512 && rest[0] != 0 {
        let text = |range: std::ops::Range<usize>| String::from_utf8_lossy(&rest[range]).trim_end_matches('\0').to_owned();
        names.push(text(0..100));
        let size = usize::from_str_radix(text(124..136).trim(), 8).unwrap();
        rest = &rest[512 + size.next_multiple_of(512)..];
    }
    names
}

#[tokio::test]
async fn an_image_is_saved_as_docker_saves_it() {
    for options in [Options::default(), Options::default().containerd()] {
        let containerd = options.containerd;
        let engine = Engine::start(options).await.unwrap();
        let id = engine.add_image(&Image::default(), &["app:v1"]);
        for name in [id.as_str(), "app:v1"] {
            let saved = ask(&engine, &format!("GET /v1.41/images/{name}/get"), None).await;
            assert_eq!((saved.status.as_u16(), &saved.headers["content-type"]), (200, &"application/x-tar".parse().unwrap()));
            let names = names(&saved.body());
            assert_eq!(names.last().unwrap(), "manifest.json");
            assert_eq!(names.contains(&"oci-layout".to_owned()), containerd);
            let config = engine.config_digest(&id).unwrap();
            assert!(names.iter().any(|name| name.contains(config.trim_start_matches("sha256:"))), "{names:?}");
        }
        assert_eq!(ask(&engine, "GET /images/none/get", None).await.status, 404);
    }
}

#[tokio::test]
async fn an_export_is_spoiled() {
    let engine = Engine::start(Options::default()).await.unwrap();
    let id = engine.add_image(&Image { layers: vec![Bytes::from(vec![1; 200_000])], ..Image::default() }, &[]);
    let other = engine.add_image(&Image::default().label("other", "yes"), &[]);
    let target = format!("GET /images/{id}/get");
    let whole = ask(&engine, &target, None).await.body();
    engine.misbehave(Rule::on(Endpoint::Export, Switch::EndExportAfter(100_001)).times(1));
    assert_eq!(ask(&engine, &target, None).await.body(), whole[..100_001]);
    let of_other = ask(&engine, &format!("GET /images/{other}/get"), None).await.body();
    engine.misbehave(Rule::on(Endpoint::Export, Switch::ExportOther(other)).times(1));
    assert!(ask(&engine, &target, None).await.body() == of_other && of_other != whole);
    engine.misbehave(Rule::on(Endpoint::Export, Switch::ExportBytes(Bytes::from_static(b"no archive"))).times(1));
    assert_eq!(ask(&engine, &target, None).await.body(), b"no archive");
    engine.misbehave(Rule::on(Endpoint::Export, Switch::Status(500)).times(1));
    assert_eq!(ask(&engine, &target, None).await.status, 500);
}
