//! Sources that change after they were pinned. (D-04, G-06, G-22)

use std::fs;
use std::os::unix::fs::symlink;

use pushgate_test_registry::Step;

use super::*;
use pushgate_oci::Digest;
use pushgate_oci::OciLayout;

#[tokio::test]
async fn what_was_parsed_is_sent_whatever_became_of_it() {
    let (layout, content) = image();
    let documents = [&content.root().digest, &content.images()[0].config_digest].map(|digest| layout.blob_path(digest.as_str()));
    fs::write(layout.path().join("index.json"), r#"{"schemaVersion":2,"manifests":[]}"#).unwrap();
    for file in documents {
        fs::write(file, "{}").unwrap();
    }
    let registry = start(Options::default()).await;
    push(&client(&registry, Credentials::Anonymous), &content).await.unwrap();
    assert_eq!(registry.manifest(REPOSITORY, "v1").unwrap().bytes, content.root_bytes());
    assert!(registry.has_blob(REPOSITORY, content.images()[0].config_digest.as_str()));
}

#[tokio::test]
async fn a_layer_that_became_something_else_is_not_followed_by_a_manifest() {
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::write(outside.path(), b"the first layer").unwrap();
    type Change<'a> = &'a dyn Fn(&std::path::Path);
    let changes: [(&str, Change<'_>); 5] = [
        ("gone", &|_| ()),
        ("a link", &|file| symlink(outside.path(), file).unwrap()),
        ("a directory", &|file| fs::create_dir(file).unwrap()),
        ("a FIFO", &|file| {
            rustix::fs::mknodat(rustix::fs::CWD, file, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
        }),
        ("shorter", &|file| fs::write(file, "the").unwrap()),
    ];
    for (what, change) in changes {
        let registry = start(Options::default()).await;
        let (layout, content) = image();
        let file = layout.blob_path(Digest::sha256(b"the first layer").as_str());
        fs::remove_file(&file).unwrap();
        change(&file);
        let error = push(&client(&registry, Credentials::Anonymous), &content).await.unwrap_err();
        assert!(matches!(error, PushError::Source(_)), "{what}: {error:?}");
        assert!(registry.requests().iter().all(|request| request.step != Step::ManifestPut), "{what}");
        assert_eq!(registry.open_uploads(), 0, "{what}");
    }
}

#[tokio::test]
async fn an_archive_that_is_written_to_is_not_followed_by_a_manifest() {
    let layout = TestLayout::with_image(&[&[7; 700_000]]);
    let archive = tempfile::NamedTempFile::new().unwrap();
    let mut tar = std::process::Command::new("tar");
    tar.args(["--format=pax", "-C"]).arg(layout.path()).arg("-cf").arg(archive.path()).arg(".");
    assert!(tar.status().unwrap().success());
    let content = OciLayout::open_archive(archive.path()).unwrap().pin(None, None).unwrap();
    let changed = archive.as_file().metadata().unwrap().modified().unwrap() + Duration::from_secs(1);
    archive.as_file().set_modified(changed).unwrap();
    let registry = start(Options::default()).await;
    let error = push(&client(&registry, Credentials::Anonymous), &content).await.unwrap_err();
    assert!(matches!(error, PushError::Source(_)), "{error:?}");
    assert!(registry.requests().iter().all(|request| request.step != Step::ManifestPut));
    assert_eq!(registry.open_uploads(), 0);
}
