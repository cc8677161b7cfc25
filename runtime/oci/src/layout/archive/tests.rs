use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use super::*;
use crate::content::PinnedContent;
use crate::holding::Holding;
use crate::tar::ArchiveError;
use crate::tar::testing::{Tar, written};
use crate::testing::TestLayout;

/// The archive of a layout, as anybody would make it.
fn archived(layout: &TestLayout, format: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut tar = Command::new("tar");
    tar.arg(format!("--format={format}")).arg("-C").arg(layout.path()).arg("-cf").arg(file.path()).arg(".");
    assert!(tar.status().unwrap().success());
    file
}

fn pin(path: &Path, reference: Option<&str>) -> Result<PinnedContent, LayoutError> {
    OciLayout::open_archive(path)?.pin(reference, None)
}

/// The files of a layout, to be changed.
fn files(layout: &TestLayout) -> Vec<(String, Vec<u8>)> {
    let blobs = std::fs::read_dir(layout.path().join("blobs/sha256")).unwrap();
    let mut names: Vec<String> = blobs.map(|entry| format!("blobs/sha256/{}", entry.unwrap().file_name().to_str().unwrap())).collect();
    names.extend(["index.json".to_owned(), "oci-layout".to_owned()]);
    names.into_iter().map(|name| (name.clone(), std::fs::read(layout.path().join(name)).unwrap())).collect()
}

#[test]
fn the_archive_of_a_layout_is_the_layout() {
    let layout = TestLayout::with_image(&[b"layer one", b"layer two"]);
    let from_directory = OciLayout::open(layout.path()).unwrap().pin(None, None).unwrap();
    for format in ["ustar", "gnu", "pax"] {
        let archive = archived(&layout, format);
        for reference in [None, Some("v1")] {
            let content = pin(archive.path(), reference).unwrap();
            assert_eq!(content.root(), from_directory.root());
            assert_eq!(content.root_bytes(), from_directory.root_bytes());
            assert_eq!(content.images()[0].config, from_directory.images()[0].config);
            let read = |content: &PinnedContent| {
                let read_blob = |blob: &crate::blob::PinnedBlob| {
                    let mut bytes = Vec::new();
                    blob.open().unwrap().read_to_end(&mut bytes).unwrap();
                    (blob.descriptor.clone(), bytes)
                };
                content.blobs().iter().map(read_blob).collect::<Vec<_>>()
            };
            assert_eq!(read(&content), read(&from_directory));
        }
        assert!(matches!(pin(archive.path(), Some("v2")), Err(LayoutError::NoSuchEntry { .. })));
    }
}

#[test]
fn what_is_missing_or_not_what_it_seems_is_refused() {
    let layout = TestLayout::with_image(&[b"layer one"]);
    let files = files(&layout);
    let build = |change: &dyn Fn(Tar, &str, &[u8]) -> Tar| {
        let archive = files.iter().fold(Tar::default(), |archive, (name, bytes)| change(archive, name, bytes));
        pin(archive.written().path(), None)
    };
    assert!(build(&|archive, name, bytes| archive.file(name, bytes)).is_ok());
    // Each entry left out, as a directory, as a link to one that is there, twice, shortened, or with another byte.
    for (changed, _) in &files {
        let with = |entry: &dyn Fn(Tar, &[u8]) -> Tar| {
            build(&|archive, name, bytes| if name == changed { entry(archive, bytes) } else { archive.file(name, bytes) })
        };
        assert!(with(&|archive, _| archive).is_err(), "{changed} missing");
        assert!(with(&|archive, _| archive.entry(b'5', changed, b"")).is_err(), "{changed} a directory");
        assert!(with(&|archive, bytes| archive.file("other", bytes).link(b'2', changed, "other")).is_err(), "{changed} a link");
        assert!(with(&|archive, bytes| archive.file("other", bytes).link(b'1', changed, "other")).is_err(), "{changed} a hard link");
        assert!(with(&|archive, bytes| archive.file(changed, bytes).file(changed, bytes)).is_err(), "{changed} twice");
        assert!(with(&|archive, bytes| archive.file(changed, &bytes[1..])).is_err(), "{changed} shorter");
    }
    // A name that differs in case or form is another name.
    assert!(build(&|archive, name, bytes| archive.file(&name.replace("index.json", "Index.json"), bytes)).is_err());
    // What is not asked for does not matter.
    let more = |archive: Tar, name: &str, bytes: &[u8]| archive.file(name, bytes).file("README", b"x").link(b'2', "passwd", "/etc/passwd");
    assert!(build(&more).is_ok());
}

#[test]
fn a_layer_that_changes_is_not_sent_whole() {
    let layout = TestLayout::with_image(&[&[1; 5000]]);
    let archive = archived(&layout, "pax");
    let content = pin(archive.path(), None).unwrap();
    let layer = content.blobs().iter().find(|blob| blob.descriptor.size == 5000).unwrap();
    assert!(layer.open().unwrap().read_to_end(&mut Vec::new()).is_ok());
    let status = archive.as_file().metadata().unwrap();
    archive.as_file().set_modified(status.modified().unwrap() + std::time::Duration::from_secs(1)).unwrap();
    assert!(layer.open().unwrap().read_to_end(&mut Vec::new()).is_err());
}

#[test]
fn other_archives_are_told_apart() {
    let error = pin(written(b"\x1f\x8b\x08\0").path(), None).unwrap_err();
    assert!(matches!(error, LayoutError::Archive(ArchiveError::Compressed { format: "gzip" })));
    for (archive, what, expected) in [
        (Tar::default().file("index.json", b"{}"), "a tar file without an image", Holding::OtherArchive),
        (Tar::default().file("manifest.json", b"[]"), "what `docker save` writes", Holding::DockerArchive),
        (Tar::default().file("repositories", b"{}"), "what `docker save` wrote before Docker 1.10", Holding::OldDockerArchive),
        (Tar::default().file("./manifest.json", b"{}").file("./version", b"x"), "a folder of skopeo's `dir:`", Holding::Directory),
        (Tar::default(), "an empty tar file", Holding::EmptyArchive),
    ] {
        let file = archive.written();
        let error = pin(file.path(), None).unwrap_err();
        let start = format!("`{}` holds no OCI layout: it is {what}", file.path().display());
        assert!(error.to_string().starts_with(&start), "{error}");
        assert!(matches!(error, LayoutError::NotALayout { holds, .. } if holds == expected), "{error:?}");
    }
}
