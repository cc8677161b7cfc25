use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use pushgate_oci::{Digest, DockerArchive, LayerOptions, OciLayout, Platform};
use pushgate_source::SourceError;
use pushgate_test_images::{LAYER, Tar, TestLayout, for_platform, named};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::*;

const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";

fn digest_of(descriptor: &Value) -> String {
    descriptor["digest"].as_str().unwrap().to_owned()
}

/// What pinning a layout is refused for.
fn refused(layout: &TestLayout, reference: Option<&str>, platform: Option<&str>) -> LayoutError {
    let platform: Option<Platform> = platform.map(|platform| platform.parse().unwrap());
    OciLayout::open(layout.path()).and_then(|layout| layout.pin(reference, platform.as_ref())).unwrap_err()
}

fn hint(layout: &TestLayout, reference: Option<&str>, platform: Option<&str>) -> String {
    refused(layout, reference, platform).hint().unwrap()
}

/// The remedy says this, and does not speak of damage: only bytes that differ from their digest are damaged.
#[track_caller]
fn says(hint: &str, expected: &str) {
    assert!(hint.contains(expected) && !hint.contains("damaged"), "{hint}");
}

fn bytes(content: &[u8]) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), content).unwrap();
    file
}

fn archive(files: &[(&str, &[u8])]) -> NamedTempFile {
    let mut tar = Tar::new(Vec::new());
    for (name, content) in files {
        tar.file(name, content).unwrap();
    }
    bytes(&tar.finish().unwrap())
}

/// What a file that should be an archive with a layout is refused for.
fn no_layout(file: &Path) -> LayoutError {
    OciLayout::open_archive(file).and_then(|layout| layout.pin(None, None)).unwrap_err()
}

#[test]
fn an_entry_is_named_after_the_layout() {
    let layout = TestLayout::new();
    let (one, two) = (layout.image("amd64", &[b"1"]), layout.image("arm64", &[b"2"]));
    layout.index(&[named(one.clone(), "v1"), named(two.clone(), "v2")]);
    let names = "name one after the layout, as in `oci:DIR:NAME` or `oci-archive:FILE:NAME`: `v1`, `v2`";
    assert_eq!(hint(&layout, None, None), names);
    assert_eq!(hint(&layout, Some("v3"), None), names);
    layout.index(&[named(one, "v1"), named(two.clone(), "v1")]);
    assert!(hint(&layout, Some("v1"), None).contains(&digest_of(&two)));
}

#[test]
fn a_platform_that_is_there_is_named() {
    let layout = TestLayout::new();
    let mut arm = for_platform(layout.image("arm", &[b"arm"]), "linux", "arm");
    arm["platform"]["variant"] = json!("v6");
    let arm64 = for_platform(layout.image("arm64", &[b"arm64"]), "linux", "arm64");
    layout.index(&[layout.nested(&[arm64, arm])]);
    for (asked, named) in [("linux/arm", "linux/arm/v6"), ("linux/arm64/v9", "linux/arm64"), ("windows/amd64", "linux/arm64")] {
        assert_eq!(hint(&layout, None, Some(asked)), format!("name one that is there, as in `--platform {named}`"));
    }
}

#[test]
fn a_version_of_windows_that_is_there_is_named() {
    let layout = TestLayout::new();
    let windows = |layer: &[u8], version: &str| {
        let mut entry = for_platform(layout.image("amd64", &[layer]), "windows", "amd64");
        entry["platform"]["os.version"] = json!(version);
        let mut config = TestLayout::config("amd64", 1);
        config["os"] = json!("windows");
        let image = layout.manifest(&layout.document(OCI_CONFIG, &config), &[layout.blob(LAYER, layer)]);
        for member in ["digest", "size"] {
            entry[member] = image[member].clone();
        }
        entry
    };
    let linux = for_platform(layout.image("amd64", &[b"linux"]), "linux", "amd64");
    layout.index(&[layout.nested(&[linux, windows(b"old", "10.0.17763.6414"), windows(b"new", "10.0.20348.2700")])]);
    let version = "`--platform windows/amd64:10.0.17763.6414`";
    assert_eq!(hint(&layout, None, Some("windows/amd64")), format!("name the version too, as in {version}"));
    assert!(hint(&layout, None, Some("windows/amd64:10.0.14393")).contains(version));
}

#[test]
fn an_index_that_is_not_whole_offers_what_is_there() {
    let layout = TestLayout::new();
    let remove = |digest: &str| fs::remove_file(layout.blob_path(digest)).unwrap();
    let amd = for_platform(layout.image("amd64", &[b"amd"]), "linux", "amd64");
    let arm = for_platform(layout.image("arm64", &[b"arm"]), "linux", "arm64");
    let risc = for_platform(layout.image("riscv64", &[b"risc"]), "linux", "riscv64");
    layout.index(&[layout.nested(&[amd.clone(), arm.clone(), risc.clone()])]);
    // A layer, a config, the manifest; and two of them.
    let config = Digest::sha256(TestLayout::config("arm64", 1).to_string().as_bytes());
    for missing in [Digest::sha256(b"arm").to_string(), config.to_string(), digest_of(&arm)] {
        remove(&missing);
        assert_eq!(
            hint(&layout, None, None),
            "push one that is there with `--platform linux/amd64`, or write the layout with every platform"
        );
        assert_eq!(hint(&layout, None, Some("linux/arm64")), LEFT_OUT);
    }
    remove(&digest_of(&amd));
    says(&hint(&layout, None, None), "with `--platform linux/riscv64`");
    remove(&digest_of(&risc));
    assert_eq!(hint(&layout, None, None), LEFT_OUT);

    // One image without an index.
    let layout = TestLayout::with_image(&[b"one"]);
    fs::remove_file(layout.blob_path(Digest::sha256(b"one").as_str())).unwrap();
    assert_eq!(hint(&layout, None, None), LEFT_OUT);
    says(LEFT_OUT, "`docker save`");
    says(LEFT_OUT, "pull or build the image again, and write it again");
}

#[test]
fn a_link_is_written_as_what_it_leads_to() {
    for name in ["index.json", "oci-layout", "blobs", "blobs/sha256", "layer"] {
        let layout = TestLayout::with_image(&[b"one"]);
        let layer = layout.blob_path(Digest::sha256(b"one").as_str());
        let path = if name == "layer" { layer } else { layout.path().join(name) };
        let elsewhere = tempfile::tempdir().unwrap();
        let target = elsewhere.path().join("target");
        fs::rename(&path, &target).unwrap();
        symlink(&target, &path).unwrap();
        says(&hint(&layout, None, None), "`cp -rL DIR COPY`");
    }
    let source = io::Error::new(io::ErrorKind::InvalidInput, IsLink { in_archive: true });
    let in_archive = LayoutError::Unreadable { file: "index.json".to_owned(), source };
    assert!(in_archive.hint().unwrap().contains("`tar --dereference --hard-dereference`"));
}

#[test]
fn a_foreign_layer_is_rebuilt() {
    let layout = TestLayout::new();
    let config = layout.document(OCI_CONFIG, &TestLayout::config("amd64", 1));
    for (media_type, urls) in [
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", None),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", None),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Some("https://mcr.microsoft.com/x")),
        (LAYER, Some("https://example.com/layer")),
    ] {
        let mut layer = layout.blob(media_type, b"one");
        if let Some(url) = urls {
            layer["urls"] = json!([url]);
        }
        layout.index(&[layout.manifest(&config, &[layer])]);
        says(&hint(&layout, None, None), "never fetches layers from elsewhere: rebuild the image on a current base");
    }
}

#[test]
fn only_bytes_that_differ_from_their_digest_are_damage() {
    let layout = TestLayout::with_image(&[b"one"]);
    fs::write(layout.blob_path(Digest::sha256(b"one").as_str()), b"longer").unwrap();
    assert_eq!(hint(&layout, None, None), "the layout is damaged: write it again");
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
    for (path, expected) in [
        (made("empty", &[]), "is it the right path, and was the image written to its end?"),
        (made("dir", &["manifest.json", "version"]), "`podman save --format oci-dir`"),
        (made("unpacked", &["manifest.json", "repositories"]), "`--from docker-archive:FILE`"),
        (made("old", &["repositories"]), "load it and save it again"),
        (made("other", &["README", "index.json"]), "holds `oci-layout`, `index.json` and `blobs`"),
    ] {
        let hint = OciLayout::open(&path).unwrap_err().hint().unwrap();
        says(&hint, expected);
        // As an archive, in either form.
        assert_eq!(OciLayout::open_archive(&path).unwrap_err().hint().as_ref(), Some(&hint));
        assert_eq!(DockerArchive::open(&path).unwrap_err().hint(), Some(hint));
    }
    let layout = TestLayout::new();
    assert_eq!(OciLayout::open_archive(layout.path()).unwrap_err().hint().unwrap(), "push it with `--from oci:DIR`");

    // Files in the place of a folder.
    for (content, expected) in [(b"\x1f\x8b\x08".as_slice(), "`gzip -d`"), (b"text", "an OCI layout is a directory")] {
        says(&OciLayout::open(bytes(content).path()).unwrap_err().hint().unwrap(), expected);
    }
}

#[test]
fn archives_that_hold_something_else() {
    for (files, expected) in [
        (&[("index.json", &b"{}"[..])][..], "`docker save`"),
        (&[("manifest.json", b"[]")], "`--from docker-archive:FILE`"),
        (&[("repositories", b"{}")], "load it"),
        (&[("./manifest.json", b"{}"), ("./version", b"x")], "--format oci-dir"),
        (&[], "the right path"),
    ] {
        let hint = no_layout(archive(files).path()).hint().unwrap();
        assert!(hint.contains(expected), "{hint}");
    }
    for (files, expected) in [
        (&[("oci-layout", &b"{}"[..]), ("index.json", b"{}")][..], "`--from oci-archive:FILE`"),
        (&[("repositories", b"{}")], "save it again with a current Docker"),
        (&[("etc/passwd", b"x")], "`docker export` writes the files of a container"),
        (&[("version", b"x"), ("manifest.json", b"{}")], "`podman save --format oci-dir`"),
        (&[], "written to its end?"),
    ] {
        let hint = DockerArchive::open(archive(files).path()).unwrap_err().hint().unwrap();
        assert!(hint.contains(expected), "{hint}");
    }
}

#[test]
fn what_is_no_plain_tar_file() {
    for (magic, format) in [(&b"\x1f\x8b\x08"[..], "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"\xfd7zXZ\0", "xz"), (b"BZh91AY&SY", "bzip2")]
    {
        let file = bytes(&[magic, &[9; 1024]].concat());
        let undone = format!("`{format} -d`");
        assert!(no_layout(file.path()).hint().unwrap().contains(&undone));
        assert!(DockerArchive::open(file.path()).unwrap_err().hint().unwrap().contains(&undone));
    }
    let noise: Vec<u8> = (1..=4096_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert!(no_layout(bytes(&noise).path()).hint().unwrap().contains("not a tar file"));
    let whole = fs::read(archive(&[("oci-layout", b"{}")]).path()).unwrap();
    let cut = bytes(whole.get(..600).unwrap());
    assert_eq!(no_layout(cut.path()).hint().unwrap(), "the archive is incomplete: write or download it again");
    let device = no_layout(Path::new("/dev/null"));
    assert_eq!(device.hint().unwrap(), "write the archive to a file first");
}

/// An archive of `docker save` with these images, each with its tags and the paths of its layers.
fn saved(images: &[(&[&str], &[&str])], files: &[(&str, &[u8])]) -> NamedTempFile {
    let listed: Vec<Value> = images
        .iter()
        .enumerate()
        .map(|(number, (tags, layers))| json!({ "Config": format!("c{number}"), "RepoTags": tags, "Layers": layers }))
        .collect();
    let listed = Value::from(listed).to_string();
    let configs: Vec<(String, String)> = images
        .iter()
        .enumerate()
        .map(|(number, (_, layers))| {
            let ids = vec![Digest::sha256(b"one").to_string(); layers.len()];
            let rootfs = json!({ "type": "layers", "diff_ids": ids });
            let config = json!({ "os": "linux", "architecture": "amd64", "author": number.to_string(), "rootfs": rootfs });
            (format!("c{number}"), config.to_string())
        })
        .collect();
    let mut all: Vec<(&str, &[u8])> = configs.iter().map(|(name, config)| (name.as_str(), config.as_bytes())).collect();
    all.push(("manifest.json", listed.as_bytes()));
    all.extend(files);
    archive(&all)
}

/// The hint for an image of an archive of `docker save`.
fn of_saved(images: &[(&[&str], &[&str])], files: &[(&str, &[u8])], reference: Option<&str>) -> String {
    let file = saved(images, files);
    let opened = DockerArchive::open(file.path()).unwrap();
    opened.pin(reference, LayerOptions::default()).unwrap_err().hint().unwrap()
}

#[test]
fn an_image_of_a_docker_archive_is_named_after_it() {
    for reference in ["a", "a:3", "@2"] {
        let hint = of_saved(&[(&["a:1"], &[]), (&["a:2"], &[])], &[], Some(reference));
        assert_eq!(hint, "name one, as in `docker-archive:FILE:NAME` or `docker-archive:FILE:@0`: `a:1`, `a:2`");
    }
    assert!(of_saved(&[(&["a:1"], &[]), (&["a:1"], &[])], &[], Some("a:1")).ends_with("`@0`, `@1`"));
}

#[test]
fn what_a_docker_archive_lacks_or_has_too_much_of() {
    let many = vec!["one"; 1_025];
    assert_eq!(of_saved(&[(&["a:1"], &many)], &[("one", b"one")], None), "build the image with fewer layers");
    let absent = of_saved(&[(&["a:1"], &["one"])], &[], None);
    assert!(absent.contains("`docker save`") && absent.ends_with("pull or build the image again, and save it again"), "{absent}");
    for content in [&b"\xfd7zXZ\0..."[..], b"BZh91AY&SY"] {
        let hint = of_saved(&[(&["a:1"], &["one"])], &[("one", content)], None);
        assert_eq!(hint, "layers are plain, or compressed with gzip or zstd");
    }
}

#[test]
fn documents_that_exceed_the_limits() {
    let layout = TestLayout::new();
    let config = layout.document(OCI_CONFIG, &TestLayout::config("amd64", 1));
    let layers = vec![layout.blob(LAYER, b"one"); 1_025];
    layout.index(&[layout.manifest(&config, &layers)]);
    let hint = hint(&layout, None, None);
    assert!(hint.contains("1024 layers, an artifact 4096"), "{hint}");
    assert!(of_document(&DocumentError::TooLarge { size: 6, limit: 5 }).is_some());
}

#[test]
fn a_layer_that_cannot_be_looked_into_is_not_called_damaged() {
    let hint = |error: LayerError| {
        let source = io::Error::new(io::ErrorKind::InvalidData, error);
        VerifyError::Content { what: "layer", digest: Digest::sha256(b""), source }.hint().unwrap()
    };
    assert!(!hint(LayerError::Format { format: "xz" }).contains("damaged"));
    assert!(!hint(LayerError::Bomb { limit: "256 GiB" }).contains("damaged"));
    let other = || Digest::sha256(b"");
    assert!(hint(LayerError::DiffId { expected: other(), actual: other() }).contains("damaged"));
}

#[test]
fn a_source_says_what_its_layout_or_its_name_says() {
    let layout = TestLayout::new();
    layout.index(&[layout.image("amd64", &[b"1"]), layout.image("arm64", &[b"2"])]);
    let hint = hint(&layout, None, None);
    assert_eq!(Explain::hint(&SourceError::from(refused(&layout, None, None))), Some(hint));
    let archive = || DockerArchive::open(archive(&[]).path()).unwrap_err();
    assert_eq!(Explain::hint(&SourceError::from(archive())), archive().hint());
    let blob = || VerifyError::Content { what: "blob", digest: Digest::sha256(b""), source: io::Error::other("x") };
    assert_eq!(Explain::hint(&SourceError::from(blob())), blob().hint());
    let name = "docker-daemon:Team/app".parse::<pushgate_source::Source>().unwrap_err();
    assert!(Explain::hint(&name).unwrap().starts_with("add the port, as in `team:443`"), "{name:?}");
}

#[test]
fn a_platform_is_written_in_one_form() {
    let hint = "x".parse::<Platform>().unwrap_err().hint().unwrap();
    assert!(hint.starts_with("a platform is OS/ARCH[/VARIANT][:OSVERSION]"), "{hint}");
}
