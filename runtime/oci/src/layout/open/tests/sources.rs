//! What is no layout, or not a whole one, says what it is. Only bytes that differ from their digest are damage.

use std::os::unix::fs::symlink;

use super::*;
use crate::holding::Holding;
use crate::link::IsLink;
use crate::tar::ArchiveError;

/// The error with its cause says all of this, and is not one of bytes that differ from their digest.
#[track_caller]
fn says(error: &LayoutError, expected: &[&str]) {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let text = format!("{error}{cause}");
    for part in expected {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!matches!(error, LayoutError::WrongSize { .. } | LayoutError::WrongDigest { .. }) && !text.contains("damaged"), "{text}");
}

/// What is there of an index that is not whole.
#[track_caller]
fn present(error: &LayoutError) -> Vec<&str> {
    match error {
        LayoutError::Incomplete { present, .. } => present.iter().map(String::as_str).collect(),
        other => panic!("{other:?}"),
    }
}

fn remove(layout: &TestLayout, digest: &str) {
    fs::remove_file(layout.blob_path(digest)).unwrap();
}

#[test]
fn an_index_that_is_not_whole_names_what_is_missing_and_what_is_there() {
    let layout = TestLayout::new();
    let amd = for_platform(layout.image("amd64", &[b"amd"]), "linux", "amd64");
    let arm = for_platform(layout.image("arm64", &[b"arm"]), "linux", "arm64");
    let risc = for_platform(layout.image("riscv64", &[b"risc"]), "linux", "riscv64");
    layout.index(&[layout.nested(&[amd.clone(), arm.clone(), risc.clone()])]);
    // A layer, a config, the manifest; and two of them.
    let config = Digest::sha256(TestLayout::config("arm64", 1).to_string().as_bytes());
    for missing in [Digest::sha256(b"arm").to_string(), config.to_string(), digest_of(&arm)] {
        remove(&layout, &missing);
        let error = layout.pin(None).unwrap_err();
        says(&error, &["the index lists linux/arm64, for which", &missing]);
        assert_eq!(present(&error), ["linux/amd64", "linux/riscv64"]);
        let chosen = OciLayout::open(layout.path()).unwrap().pin(None, Some(&"linux/arm64".parse().unwrap())).unwrap_err();
        says(&chosen, &["linux/arm64", &missing]);
        assert!(present(&chosen).is_empty(), "{chosen:?}");
    }
    remove(&layout, &digest_of(&amd));
    let error = layout.pin(None).unwrap_err();
    says(&error, &["lists linux/amd64, linux/arm64, for which"]);
    assert_eq!(present(&error), ["linux/riscv64"]);
    let there = OciLayout::open(layout.path()).unwrap().pin(None, Some(&"linux/riscv64".parse().unwrap())).unwrap();
    assert_eq!(there.root().digest.as_str(), digest_of(&risc));
    remove(&layout, &digest_of(&risc));
    let error = layout.pin(None).unwrap_err();
    says(&error, &["linux/riscv64"]);
    assert!(present(&error).is_empty(), "{error:?}");

    // One image without an index.
    let layout = TestLayout::with_image(&[b"one"]);
    remove(&layout, Digest::sha256(b"one").as_str());
    let error = layout.pin(None).unwrap_err();
    says(&error, &[Digest::sha256(b"one").as_str(), "is not in the layout"]);
    assert!(matches!(&error, LayoutError::Missing { digest } if *digest == Digest::sha256(b"one")), "{error:?}");
}

#[test]
fn a_link_is_called_one() {
    for name in ["index.json", "oci-layout", "blobs", "blobs/sha256", "layer"] {
        let layout = TestLayout::with_image(&[b"one"]);
        let layer = layout.blob_path(Digest::sha256(b"one").as_str());
        let path = if name == "layer" { layer } else { layout.path().join(name) };
        let elsewhere = tempfile::tempdir().unwrap();
        let target = elsewhere.path().join("target");
        fs::rename(&path, &target).unwrap();
        symlink(&target, &path).unwrap();
        let error = OciLayout::open(layout.path()).and_then(|layout| layout.pin(None, None)).unwrap_err();
        says(&error, &["a link, not a regular file"]);
        let LayoutError::Unreadable { source, .. } = &error else { panic!("{error:?}") };
        assert_eq!(IsLink::behind(source), Some(&IsLink { in_archive: false }));
    }
}

#[test]
fn a_foreign_layer_is_called_one() {
    let layout = TestLayout::new();
    let config = layout.document(OCI_CONFIG, &TestLayout::config("amd64", 1));
    for (media_type, urls, expected) in [
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", None, "a foreign layer"),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", None, "a foreign layer"),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Some("https://mcr.microsoft.com/x"), "a foreign layer"),
        (LAYER, Some("https://example.com/layer"), ".urls"),
    ] {
        let mut layer = layout.blob(media_type, b"one");
        if let Some(url) = urls {
            layer["urls"] = json!([url]);
        }
        layout.index(&[layout.manifest(&config, &[layer])]);
        let error = layout.pin(None).unwrap_err();
        says(&error, &[expected]);
        let is_of_urls = |error: &DocumentError| matches!(error, DocumentError::Shape { place, .. } if place.ends_with(".urls"));
        assert!(
            matches!(&error, LayoutError::ForeignLayer { .. })
                || matches!(&error, LayoutError::Document { error, .. } if is_of_urls(error)),
            "{error:?}"
        );
    }
}

#[test]
fn folders_that_hold_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str, files: &[&str]| {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        files.iter().for_each(|file| fs::write(path.join(file), b"{}").unwrap());
        path
    };
    let is_no_archive =
        |error: &ArchiveError, holds: Holding| matches!(error, ArchiveError::NotRegular { holds: found, .. } if *found == holds);
    for (path, holds) in [
        (made("empty", &[]), Holding::EmptyFolder),
        (made("dir", &["manifest.json", "version"]), Holding::Directory),
        (made("unpacked", &["manifest.json", "repositories"]), Holding::UnpackedDockerArchive),
        (made("old", &["repositories"]), Holding::OldDockerArchive),
        (made("other", &["README", "index.json"]), Holding::OtherFolder),
    ] {
        let error = OciLayout::open(&path).unwrap_err();
        assert!(matches!(&error, LayoutError::NotALayout { holds: found, .. } if *found == holds), "{error:?}");
        says(&error, &[&path.display().to_string(), &format!("it is {}", holds.in_words())]);
        // As an archive, in either form.
        let as_archive = OciLayout::open_archive(&path).unwrap_err();
        says(&as_archive, &["is not a regular file but", holds.in_words()]);
        assert!(matches!(&as_archive, LayoutError::Archive(error) if is_no_archive(error, holds)), "{as_archive:?}");
        let as_docker = crate::DockerArchive::open(&path).unwrap_err();
        assert!(matches!(&as_docker, crate::DockerArchiveError::Archive(error) if is_no_archive(error, holds)), "{as_docker:?}");
    }
    let layout = TestLayout::new();
    let error = OciLayout::open_archive(layout.path()).unwrap_err();
    says(&error, &["a folder with an OCI layout"]);
    assert!(matches!(&error, LayoutError::Archive(error) if is_no_archive(error, Holding::Layout)), "{error:?}");

    // Files in the place of a folder.
    for (name, content, holds) in
        [("packed", b"\x1f\x8b\x08".as_slice(), Holding::Compressed("gzip")), ("text", b"text", Holding::OtherFile)]
    {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let error = OciLayout::open(&path).unwrap_err();
        says(&error, &["cannot be opened as a directory"]);
        assert!(matches!(&error, LayoutError::NotOpened { holds: found, .. } if *found == holds), "{error:?}");
    }
}

#[test]
fn one_digest_has_one_media_type_in_a_manifest() {
    let layout = TestLayout::new();
    let config = layout.document(OCI_CONFIG, &TestLayout::config("amd64", 2));
    let zipped = layout.blob(LAYER, b"one");
    let mut plain = zipped.clone();
    plain["mediaType"] = json!("application/vnd.oci.image.layer.v1.tar");
    refused(&layout, layout.manifest(&config, &[zipped.clone(), plain.clone()]), "as `application/vnd.oci.image.layer.v1.tar+gzip` and as");
    let mut as_layer = config.clone();
    as_layer["mediaType"] = json!(LAYER);
    refused(&layout, layout.manifest(&config, &[zipped.clone(), as_layer]), &digest_of(&config));
    let artifact = layout.blob("application/vnd.example.config", b"content");
    let part = layout.blob("application/vnd.example.part", b"content");
    refused(&layout, layout.manifest(&artifact, &[part]), "as `application/vnd.example.config` and as `application/vnd.example.part`");

    // The same type twice is a layer twice; and what another manifest calls it is another matter.
    layout.index(&[layout.manifest(&config, &[zipped.clone(), zipped.clone()])]);
    assert!(layout.pin(None).is_ok());
    let other = layout.manifest(&layout.document(OCI_CONFIG, &TestLayout::config("arm64", 2)), &[plain.clone(), plain]);
    layout.index(&[layout.nested(&[layout.manifest(&config, &[zipped.clone(), zipped]), other])]);
    assert!(layout.pin(None).is_ok());

    // The empty descriptor, as `oras push` has it.
    let empty = "application/vnd.oci.empty.v1+json";
    for (config, part) in
        [(empty, empty), ("application/vnd.example.config", empty), ("application/vnd.example.config", "application/json")]
    {
        let root = layout.manifest(&layout.blob(config, b"{}"), &[layout.blob(part, b"{}")]);
        layout.index(&[root]);
        assert!(layout.pin(None).unwrap().artifact_type().is_some(), "{config} {part}");
    }
}
