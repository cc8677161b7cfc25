use std::io::{Read as _, Write as _};

use serde_json::{Value, json};

use super::*;
use crate::content::PinnedContent;
use crate::holding::Holding;
use crate::layer::LayerError;
use crate::manifest::{Document, Manifest};
use crate::media_type::{DOCKER_MANIFEST, OCI_MANIFEST};
use crate::tar::ArchiveError;
use crate::tar::testing::{Tar, noise};

const OPTIONS: LayerOptions = LayerOptions { compression: Compression::Gzip, threads: None };
const PLAIN: LayerOptions = LayerOptions { compression: Compression::None, ..OPTIONS };
const ZSTD: LayerOptions = LayerOptions { compression: Compression::Zstd, ..OPTIONS };

fn config(diff_ids: &[&Digest]) -> Vec<u8> {
    let diff_ids: Vec<&str> = diff_ids.iter().map(|digest| digest.as_str()).collect();
    let config = json!({ "architecture": "amd64", "os": "linux", "config": { "User": "1000" }, "rootfs": { "type": "layers", "diff_ids": diff_ids } });
    serde_json::to_vec(&config).unwrap()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn name(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hexadecimal())
}

fn manifest_json(images: &[(&str, &[&str], &[&str])]) -> Vec<u8> {
    let image = |(config, tags, layers): &(&str, &[&str], &[&str])| json!({ "Config": config, "RepoTags": tags, "Layers": layers });
    serde_json::to_vec(&Value::Array(images.iter().map(image).collect())).unwrap()
}

fn open(archive: Tar) -> Result<DockerArchive, DockerArchiveError> {
    DockerArchive::open(archive.written().path())
}

/// As Docker up to 24 writes it: the second layer is the first one again, through a link.
fn old_form(layers: [&[u8]; 2]) -> Tar {
    let [first, second] = layers;
    let (one, two) = (Digest::sha256(first), Digest::sha256(second));
    let config = config(&[&one, &two, &one]);
    let config_name = format!("{}.json", Digest::sha256(&config).hexadecimal());
    let layers: &[&str] = &["aaa/layer.tar", "bbb/layer.tar", "ccc/layer.tar"];
    Tar::default()
        .entry(b'5', "aaa/", b"")
        .file("aaa/VERSION", b"1.0")
        .file("aaa/json", b"{}")
        .file("aaa/layer.tar", first)
        .file("bbb/layer.tar", second)
        .link(b'2', "ccc/layer.tar", "../aaa/layer.tar")
        .file(&config_name, &config)
        .file("manifest.json", &manifest_json(&[(&config_name, &["app:v1"], layers)]))
        .file("repositories", b"{}")
}

fn resolve(image: &PinnedDockerImage) -> Result<PinnedContent, DockerArchiveError> {
    image.resolve(tempfile::tempdir().unwrap().path())
}

fn layer_error(error: DockerArchiveError) -> LayerError {
    let DockerArchiveError::Layer { source, .. } = error else { panic!("{error:?}") };
    source.get_ref().unwrap().downcast_ref::<LayerError>().unwrap().clone()
}

fn manifest(content: &PinnedContent) -> Manifest {
    match Document::parse(&content.root().media_type, content.root_bytes()).unwrap() {
        Document::Manifest(manifest) => manifest,
        Document::Index(_) => panic!("an index"),
    }
}

fn read(content: &PinnedContent, digest: &Digest) -> Vec<u8> {
    let blob = content.blobs().iter().find(|blob| blob.descriptor.digest == *digest).unwrap();
    let mut bytes = Vec::new();
    blob.open().unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len() as u64, blob.descriptor.size);
    assert!(digest.matches(&bytes));
    bytes
}

#[test]
fn the_old_form() {
    let (first, second) = (noise(600_000), noise(10));
    let mut image = open(old_form([&first, &second])).unwrap().pin(None, OPTIONS).unwrap();
    assert_eq!(image.images()[0].config.config.user, "1000");
    // Plain layers, one of them twice; packed they are in the push alone.
    assert_eq!((image.images()[0].compressed_size, image.images()[0].uncompressed_size), (None, Some(600_000 * 2 + 10)));
    let mut content = resolve(&image).unwrap();
    let manifest = manifest(&content);
    assert_eq!(content.root().media_type, DOCKER_MANIFEST);
    assert_eq!(manifest.layers.len(), 3);
    assert_eq!(manifest.layers[0], manifest.layers[2]);
    assert_eq!(content.blobs().len(), 3);
    assert_eq!(manifest.config.digest, image.images()[0].config_digest);
    assert!(read(&content, &manifest.config.digest).starts_with(b"{"));
    for (layer, plain) in manifest.layers.iter().zip([&first, &second]) {
        let mut decoded = Vec::new();
        flate2::bufread::GzDecoder::new(&read(&content, &layer.digest)[..]).read_to_end(&mut decoded).unwrap();
        assert!(decoded == *plain);
        assert_eq!(layer.media_type, "application/vnd.docker.image.rootfs.diff.tar.gzip");
    }
    assert!(content.images()[0].layers.iter().map(|layer| &layer.digest).eq(manifest.layers.iter().map(|layer| &layer.digest)));
    assert!(image.verify().is_ok() && content.verify().is_ok());
}

/// H-20, and every number of threads.
#[test]
fn without_room_for_a_temporary_file_the_result_is_the_same() {
    let (first, second) = (noise(600_000), noise(10));
    let archive = open(old_form([&first, &second])).unwrap();
    for options in [OPTIONS, ZSTD] {
        let image = archive.pin(None, options).unwrap();
        let content = resolve(&image).unwrap();
        let is_spooled = |blob: &&crate::PinnedBlob| matches!(blob.place, crate::blob::BlobPlace::Spool(_));
        assert_eq!(content.blobs().iter().filter(is_spooled).count(), 2);
        let without = image.resolve(Path::new("/proc/nonexistent")).unwrap();
        assert_eq!(without.blobs().iter().filter(is_spooled).count(), 0);
        assert_eq!(without.root_bytes(), content.root_bytes());
        for blob in content.blobs() {
            // A layer is read again, as often as it must be.
            for _ in 0..2 {
                assert!(read(&without, &blob.descriptor.digest) == read(&content, &blob.descriptor.digest));
            }
        }
        for threads in 1..5 {
            let options = LayerOptions { threads: std::num::NonZeroUsize::new(threads), ..options };
            assert_eq!(resolve(&archive.pin(None, options).unwrap()).unwrap().root_bytes(), content.root_bytes());
        }
    }
}

#[test]
fn plain_and_zstd_layers_make_an_oci_manifest() {
    let (first, second) = (noise(600_000), noise(10));
    let archive = open(old_form([&first, &second])).unwrap();
    let image = archive.pin(None, PLAIN).unwrap();
    let content = resolve(&image).unwrap();
    // What is pushed as it is has one size, and each blob counts once.
    let blobs = content.blobs().iter().map(|blob| blob.descriptor.size).sum();
    assert_eq!(image.images()[0].compressed_size, Some(blobs));
    assert_eq!(content.root().media_type, OCI_MANIFEST);
    let plain = manifest(&content);
    assert_eq!(plain.layers[0].digest, Digest::sha256(&first));
    assert_eq!(plain.layers[0].media_type, "application/vnd.oci.image.layer.v1.tar");
    assert_eq!(plain.config.media_type, "application/vnd.oci.image.config.v1+json");
    assert!(read(&content, &plain.layers[0].digest) == first);

    let content = resolve(&archive.pin(None, ZSTD).unwrap()).unwrap();
    let zstd = manifest(&content);
    assert_eq!(content.root().media_type, OCI_MANIFEST);
    assert_eq!(zstd.layers[0].media_type, "application/vnd.oci.image.layer.v1.tar+zstd");
    assert!(zstd::decode_all(&read(&content, &zstd.layers[0].digest)[..]).unwrap() == first);
}

/// As Docker writes it since 25, with the blobs of the containerd image store, which are compressed.
#[test]
fn the_new_form_passes_compressed_layers_on() {
    let plain = noise(50_000);
    let layer = gzipped(&plain);
    let config = config(&[&Digest::sha256(&plain)]);
    let (layer_name, config_name) = (name(&Digest::sha256(&layer)), name(&Digest::sha256(&config)));
    let archive = |layer_name: &str, layer: &[u8], config_name: &str| {
        Tar::default()
            .entry(b'5', "blobs/", b"")
            .file(config_name, &config)
            .file(layer_name, layer)
            .file("index.json", br#"{"schemaVersion":2,"manifests":[]}"#)
            .file("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)
            .file("manifest.json", &manifest_json(&[(config_name, &["app:latest"], &[layer_name])]))
    };
    let mut image = open(archive(&layer_name, &layer, &config_name)).unwrap().pin(Some("app"), OPTIONS).unwrap();
    let compressed_size = Some((layer.len() + config.len()) as u64);
    assert_eq!((image.images()[0].compressed_size, image.images()[0].uncompressed_size), (compressed_size, None));
    let mut content = resolve(&image).unwrap();
    assert!(read(&content, &manifest(&content).layers[0].digest) == layer);
    // What `crane push` makes of the same archive, byte for byte.
    let expected = format!(
        r#"{{"schemaVersion":2,"mediaType":"{DOCKER_MANIFEST}","config":{{"mediaType":"application/vnd.docker.container.image.v1+json","size":{},"digest":"{}"}},"layers":[{{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":{},"digest":"{}"}}]}}"#,
        config.len(),
        Digest::sha256(&config),
        layer.len(),
        Digest::sha256(&layer),
    );
    assert_eq!(content.root_bytes(), expected.as_bytes());

    // Looked into if that is wanted.
    assert!(image.verify().is_ok() && content.verify().is_ok());
    for image in [&image.images()[0], &content.images()[0]] {
        assert_eq!((image.compressed_size, image.uncompressed_size), (compressed_size, Some(50_000)));
    }
    let other = gzipped(b"other");
    let mut image = open(archive(&name(&Digest::sha256(&other)), &other, &config_name)).unwrap().pin(None, OPTIONS).unwrap();
    let expected_error = LayerError::DiffId { expected: Digest::sha256(&plain), actual: Digest::sha256(b"other") };
    assert_eq!(layer_error(image.verify().unwrap_err()), expected_error);

    // Names without a digest, as other programs write them; and names with the digest of something else.
    let mut image = open(archive("layer.tar.gz", &layer, "config.json")).unwrap().pin(None, OPTIONS).unwrap();
    assert_eq!(resolve(&image).unwrap().root_bytes(), expected.as_bytes());
    assert!(image.verify().is_ok());
    let wrong = name(&Digest::sha256(b"other"));
    for config_name in [wrong.as_str(), &format!("{}.json", "0".repeat(64)), &format!("sha256:{}", "0".repeat(64))] {
        let error = open(archive(&layer_name, &layer, config_name)).unwrap().pin(None, OPTIONS).unwrap_err();
        assert!(matches!(error, DockerArchiveError::WrongDigest { .. }), "{error:?}");
    }
    let error = open(archive(&wrong, &plain, &config_name)).unwrap().pin(None, OPTIONS).unwrap_err();
    assert!(matches!(error, DockerArchiveError::WrongDigest { .. }), "{error:?}");
    let mut image = open(archive(&wrong, &layer, &config_name)).unwrap().pin(None, OPTIONS).unwrap();
    assert!(matches!(layer_error(image.verify().unwrap_err()), LayerError::Name { .. }));
}

#[test]
fn plain_layers_are_always_compared_with_the_config() {
    let archive = old_form([b"one", b"two"]).0;
    let mut bytes = archive.clone();
    let place = archive.windows(3).position(|window| window == b"one").unwrap();
    bytes[place] = b'x';
    for options in [OPTIONS, ZSTD, PLAIN] {
        let mut image = open(Tar(bytes.clone())).unwrap().pin(None, options).unwrap();
        // One that is not compressed is verified by the registry, which is told its digest.
        if options != PLAIN {
            assert!(matches!(layer_error(resolve(&image).unwrap_err()), LayerError::DiffId { .. }));
        }
        assert!(matches!(layer_error(image.verify().unwrap_err()), LayerError::DiffId { .. }));
    }
}

#[test]
fn an_image_is_chosen() {
    let config = |number: u8| {
        let mut config = config(&[]);
        config.extend(vec![b' '; usize::from(number)]);
        config
    };
    let two = |tags: [&[&str]; 2]| {
        let images: [(&str, &[&str], &[&str]); 2] = [("c0", tags[0], &[]), ("c1", tags[1], &[])];
        open(Tar::default().file("c0", &config(0)).file("c1", &config(1)).file("manifest.json", &manifest_json(&images))).unwrap()
    };
    let archive = two([&["a:1", "other.example/evil:v1", "b:latest"], &["a:2"]]);
    let digest = |archive: &DockerArchive, reference| archive.pin(reference, OPTIONS).map(|image| image.images()[0].config_digest.clone());
    for (reference, number) in [("a:1", 0), ("b", 0), ("b:latest", 0), ("other.example/evil:v1", 0), ("a:2", 1), ("@0", 0), ("@1", 1)] {
        assert_eq!(digest(&archive, Some(reference)).unwrap(), Digest::sha256(&config(number)), "{reference}");
    }
    for reference in ["a", "a:3", "", "@", "@2", "@-1", "@+1", "@99999999999999999999", "c0", "@0x"] {
        let error = digest(&archive, Some(reference)).unwrap_err();
        let DockerArchiveError::NoSuchImage { images, .. } = &error else { panic!("{reference}: {error:?}") };
        assert!(images.ends_with(&["a:1".to_owned(), "a:2".to_owned()]), "{images:?}");
    }
    assert!(matches!(digest(&archive, None), Err(DockerArchiveError::Ambiguous { count: 2, .. })));
    let same_name = two([&["a:1"], &["a:1"]]);
    let error = digest(&same_name, Some("a:1")).unwrap_err();
    let DockerArchiveError::Ambiguous { images, .. } = &error else { panic!("{error:?}") };
    assert!(images.ends_with(&["@0".to_owned(), "@1".to_owned()]), "{images:?}");
    assert!(matches!(digest(&open(Tar::default().file("manifest.json", b"[]")).unwrap(), None), Err(DockerArchiveError::Empty)));

    // Tags are only read, however many there are.
    let tags: Vec<String> = (0..100_000).map(|index| format!("a:{index}")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    let many = Tar::default().file("c", &config(0)).file("manifest.json", &manifest_json(&[("c", &tags, &[])]));
    assert!(open(many).unwrap().pin(Some("a:99999"), OPTIONS).is_ok());
}

#[test]
fn a_manifest_that_can_be_read_in_two_ways_is_refused() {
    for text in [
        "",
        "{}",
        "null",
        "[null]",
        "[[]]",
        r#"[{"Config":"c","Layers":[]}] []"#,
        r#"[{"Layers":[]}]"#,
        r#"[{"Config":7,"Layers":[]}]"#,
        r#"[{"Config":"c","Config":"d","Layers":[]}]"#,
        r#"[{"Config":"c","config":"d","Layers":[]}]"#,
        r#"[{"config":"c","Layers":[]}]"#,
        r#"[{"Config":"c","Layers":"l"}]"#,
        r#"[{"Config":"c","Layers":[1]}]"#,
        r#"[{"Config":"c","RepoTags":{"a":1}}]"#,
    ] {
        let error = open(Tar::default().file("manifest.json", text.as_bytes())).unwrap_err();
        assert!(matches!(error, DockerArchiveError::Document { .. }), "{text}: {error:?}");
    }
    let padded = [&b"[]"[..], &vec![b' '; 4 * 1024 * 1024]].concat();
    assert!(matches!(open(Tar::default().file("manifest.json", &padded)), Err(DockerArchiveError::Unreadable { .. })));
    let twice = Tar::default().file("manifest.json", b"[]").file("./manifest.json", b"[]");
    assert!(matches!(open(twice), Err(DockerArchiveError::Unreadable { .. })));
    let linked = Tar::default().file("other", b"[]").link(b'2', "manifest.json", "other");
    assert!(matches!(open(linked), Err(DockerArchiveError::Unreadable { .. })));
}

#[test]
fn names_in_the_manifest_are_names_of_entries() {
    let layer = b"layer";
    let good = config(&[&Digest::sha256(layer)]);
    let pin = |config_name: &str, layers: &[&str]| {
        let archive = Tar::default()
            .file("c.json", &good)
            .file("layer.tar", layer)
            .entry(b'5', "folder/", b"")
            .link(b'2', "passwd", "/etc/passwd")
            .link(b'2', "config-link", "c.json")
            .file("twice", &good)
            .file("twice", &good)
            .file("manifest.json", &manifest_json(&[(config_name, &[], layers)]));
        open(archive).unwrap().pin(None, OPTIONS).map(|_| ())
    };
    assert!(pin("c.json", &["layer.tar"]).is_ok());
    assert!(pin("./c.json", &["./layer.tar"]).is_ok());
    for name in ["", "/etc/passwd", "../c.json", "folder", "folder/../c.json", "passwd", "absent", "twice", "/c.json", "C.json", "c.json/"]
    {
        for (config, layer) in [(name, "layer.tar"), ("c.json", name)] {
            let error = pin(config, &[layer]).unwrap_err();
            assert!(matches!(error, DockerArchiveError::Unreadable { .. }), "{name}: {error:?}");
        }
    }
    // Only layers are linked by Docker.
    assert!(matches!(pin("config-link", &["layer.tar"]), Err(DockerArchiveError::Unreadable { .. })));
    assert!(matches!(pin("layer.tar", &["layer.tar"]), Err(DockerArchiveError::Config { .. })));
}

#[test]
fn layers_and_diff_ids_go_together() {
    let (one, two) = (Digest::sha256(b"one"), Digest::sha256(b"two"));
    let pin = |diff_ids: &[&Digest], layers: &[&str], content: &[u8]| {
        let archive = Tar::default().file("c", &config(diff_ids)).file("one", content).file("two", b"two").link(b'2', "also-one", "one");
        open(archive.file("manifest.json", &manifest_json(&[("c", &[], layers)]))).unwrap().pin(None, OPTIONS).map(|_| ())
    };
    assert!(pin(&[&one, &two], &["one", "two"], b"one").is_ok());
    assert!(pin(&[], &[], b"one").is_ok());
    for (diff_ids, layers) in [(&[&one][..], &[][..]), (&[], &["one"]), (&[&one], &["one", "two"]), (&[&one, &two], &["one"])] {
        assert!(matches!(pin(diff_ids, layers, b"one"), Err(DockerArchiveError::LayerCount { .. })));
    }
    assert!(matches!(pin(&[&one, &two], &["one", "also-one"], b"one"), Err(DockerArchiveError::TwoDiffIds { .. })));
    let many = vec!["one"; 1_025];
    let error = pin(&vec![&one; 1_025], &many, b"one").unwrap_err();
    assert_eq!(error.to_string(), "the image has 1025 layers, more than the 1024 allowed");
    assert!(matches!(error, DockerArchiveError::TooManyLayers { layers: 1_025 }), "{error:?}");
    assert!(pin(&vec![&one; 1_024], &many[..1_024], b"one").is_ok());
    for (content, name) in [(&b"\xfd7zXZ\0..."[..], "xz"), (b"BZh91AY&SY", "bzip2")] {
        let error = pin(&[&one], &["one"], content).unwrap_err();
        assert!(matches!(error, DockerArchiveError::LayerFormat { format, .. } if format == name));
    }
}

#[test]
fn other_archives_are_told_apart() {
    for (archive, expected) in [
        (Tar::default().file("oci-layout", b"{}").file("index.json", b"{}"), Holding::LayoutArchive),
        (Tar::default().file("repositories", b"{}"), Holding::OldDockerArchive),
        (Tar::default().file("etc/passwd", b"x"), Holding::OtherArchive),
        (Tar::default().file("version", b"x").file("manifest.json", b"{}"), Holding::Directory),
        (Tar::default(), Holding::EmptyArchive),
    ] {
        let error = open(archive).unwrap_err();
        assert!(matches!(error, DockerArchiveError::NoManifest { holds } if holds == expected), "{error:?}");
    }
    let compressed = crate::tar::testing::written(&gzipped(&old_form([b"one", b"two"]).ended()));
    let error = DockerArchive::open(compressed.path()).unwrap_err();
    assert!(matches!(error, DockerArchiveError::Archive(ArchiveError::Compressed { format: "gzip" })));
}

#[test]
fn an_attestation_is_not_an_image() {
    let config = json!({ "architecture": "unknown", "os": "unknown", "rootfs": { "type": "layers", "diff_ids": [] } });
    let archive = Tar::default().file("c", &serde_json::to_vec(&config).unwrap()).file("manifest.json", &manifest_json(&[("c", &[], &[])]));
    assert!(matches!(open(archive).unwrap().pin(None, OPTIONS), Err(DockerArchiveError::NotAnImage)));
}
