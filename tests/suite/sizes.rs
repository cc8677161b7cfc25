//! What a flavor is told of an image beside its config: how large it is, from every source that can tell, with `max-size`, which limits it; and what its
//! manifest says.

use std::io::Write as _;

use pushgate_test_engine::Options as EngineOptions;
use pushgate_test_images::{Image, Layout};
use serde_json::{Value, json};

use crate::direct::Stage;
use crate::support::{Home, Ran, guest};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const PLAIN: &str = "application/vnd.oci.image.layer.v1.tar";
const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// The bytes of a layer that packs well.
const LAYER: usize = 300_000;

fn image() -> Image {
    Image::new().layer([("zeros", vec![0; LAYER - 2 * 512 - 2 * 512].as_slice())])
}

/// The layers of an image, as an archive has them.
fn layers(image: &Image) -> Vec<Vec<u8>> {
    let home = Home::new();
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(image, None)).expect("a layout");
    let config = image.config();
    let diff_ids = config["rootfs"]["diff_ids"].as_array().expect("diff_ids");
    let read =
        |id: &Value| std::fs::read(home.join("image/blobs").join(id.as_str().expect("a digest").replace(':', "/"))).expect("a layer");
    diff_ids.iter().map(read).collect()
}

/// A home with a layout whose layers are packed, in `packed`, one with the same plain, in `plain`, and a Docker archive of it; and the size of the packed one.
fn home_with_sources() -> (Home, u64) {
    let home = Home::new();
    let image = image();
    let mut layout = Layout::create(&home.join("packed")).expect("a layout");
    let config = image.config().to_string();
    let mut size = config.len();
    let config = layout.blob(config.as_bytes(), CONFIG).expect("a blob");
    let mut packed = Vec::new();
    for layer in layers(&image) {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let bytes = encoder.write_all(&layer).and_then(|()| encoder.finish()).expect("a packed layer");
        size += bytes.len();
        packed.push(layout.blob(&bytes, GZIP).expect("a blob"));
    }
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": packed }).to_string();
    let manifest = layout.blob(manifest.as_bytes(), MANIFEST).expect("a blob");
    layout.list(manifest, None).expect("an entry");
    Layout::create(&home.join("plain")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    image.write_docker_archive(std::fs::File::create(home.join("image.tar")).expect("a file"), &["a:b"]).expect("an archive");
    (home, u64::try_from(size).expect("a size"))
}

/// What the flavor sees of the first image: its packed size, and its unpacked one.
fn seen(ran: &Ran) -> (String, String) {
    assert_eq!(ran.code, 4, "{ran:?}");
    let json = ran.json();
    let details = &json["hooks"][0]["violations"][0]["details"];
    let size = |name: &str| details[format!("image.0.{name}")].as_str().unwrap_or_else(|| panic!("{details:#}")).to_owned();
    (size("compressed-size"), size("uncompressed-size"))
}

/// The words that let the probe tell what it sees.
fn probe() -> Vec<String> {
    let settings = json!({ "do": "report", "look": ["images"] }).to_string();
    let probe = guest("probe").display().to_string();
    ["--flavor", &probe, "--grant", "registry", "--grant", "http=https://api.example.com", "--settings", &settings]
        .map(str::to_owned)
        .into()
}

fn words(line: &str) -> impl Iterator<Item = String> {
    line.split_whitespace().map(str::to_owned)
}

#[test]
fn every_source_tells_what_it_knows() {
    let (home, packed) = home_with_sources();
    let config = u64::try_from(image().config().to_string().len()).expect("a size");
    let unpacked: usize = layers(&image()).iter().map(Vec::len).sum();
    let plain = (config + u64::try_from(unpacked).expect("a size")).to_string();
    let (packed, unpacked, unknown) = (packed.to_string(), unpacked.to_string(), "unknown".to_owned());
    for (source, expected) in [
        ("oci:packed", (&packed, &unknown)),
        ("oci:packed --verify", (&packed, &unpacked)),
        ("oci:plain", (&plain, &unpacked)),
        ("docker-archive:image.tar", (&unknown, &unpacked)),
        ("docker-archive:image.tar --verify", (&unknown, &unpacked)),
        ("docker-archive:image.tar --compress none", (&plain, &unpacked)),
    ] {
        let line = format!("check registry.example.com/app:v1 --uri registry.example.com --from {source} --output json");
        let found = seen(&home.run_words(words(&line).chain(probe())));
        assert_eq!((&found.0, &found.1), expected, "{source}");
    }
}

#[test]
fn the_docker_engine_tells_what_it_counts() {
    for (options, more, packed, unpacked) in [
        (EngineOptions::default(), "", false, true),
        (EngineOptions::default(), "--direct", false, true),
        (EngineOptions::default().containerd(), "", false, false),
        (EngineOptions::default().containerd(), "--direct", true, false),
        (EngineOptions::default().containerd(), "--direct --verify", true, true),
    ] {
        let stage = Stage::new(options);
        let settings = json!({ "do": "report", "look": ["images"] }).to_string().replace(' ', "");
        let line = format!(
            "check {}/app:v1 {more} --flavor {} --grant registry --grant http=https://api.example.com --settings {settings}",
            stage.registry.host(),
            guest("probe").display()
        );
        let found = seen(&stage.run(&line));
        let known = |size: &str| size.parse::<u64>().is_ok();
        assert_eq!((known(&found.0), known(&found.1)), (packed, unpacked), "{more} {found:?}");
        if unpacked {
            assert_eq!(found.1, "400010", "{more}");
        }
    }
}

#[test]
fn an_image_that_is_too_large_is_not_pushed() {
    let (home, packed) = home_with_sources();
    let check = |source: &str, settings: Value| {
        let line = format!("check registry.example.com/app:v1 --uri registry.example.com --from {source} --output json");
        home.run_words(words(&line).chain(["--flavor", "max-size", "--settings", &settings.to_string()].map(str::to_owned)))
    };
    for (source, settings, expected) in [
        ("oci:packed", json!({ "compressed": packed }), None),
        ("oci:packed", json!({ "compressed": packed - 1 }), Some("size.compressed")),
        ("oci:packed", json!({ "uncompressed": "1 MB" }), Some("size.unknown")),
        ("oci:packed", json!({ "uncompressed": "1 MB", "unknown": "warn" }), None),
        ("oci:packed --verify", json!({ "uncompressed": "1 MB" }), None),
        ("oci:packed --verify", json!({ "uncompressed": "299 kB" }), Some("size.uncompressed")),
        ("docker-archive:image.tar", json!({ "compressed": "1 MB" }), None),
        ("docker-archive:image.tar", json!({ "compressed": "299 kB" }), Some("size.unknown")),
        ("docker-archive:image.tar", json!({ "uncompressed": "299 kB" }), Some("size.uncompressed")),
    ] {
        let ran = check(source, settings.clone());
        let found = ran.json()["hooks"][0]["violations"][0]["code"].as_str().map(str::to_owned);
        assert_eq!((ran.code, found.as_deref()), (if expected.is_some() { 4 } else { 0 }, expected), "{source} {settings}: {ran:?}");
    }
    let both = check("oci:packed", json!({ "compressed": "2 MB", "uncompressed": "1 MB" }));
    assert_eq!(both.code, 8, "{both:?}");
    assert!(both.json()["error"]["message"].as_str().expect("a message").contains("`compressed` and `uncompressed`"), "{both:?}");
}

/// A layer that is packed more than once counts once, since a registry keeps it once; unpacked it counts each time.
#[test]
fn a_layer_that_an_image_has_twice() {
    let home = Home::new();
    let image = Image::new().raw_layer(vec![7; 1_000]).raw_layer(vec![8; 10]).raw_layer(vec![7; 1_000]);
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let config = image.config().to_string();
    let expected = ((config.len() + 1_010).to_string(), "2010".to_owned());
    let config = layout.blob(config.as_bytes(), CONFIG).expect("a blob");
    let blobs: Vec<Value> = layers(&image).iter().map(|layer| layout.blob(layer, PLAIN).expect("a blob")).collect();
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": blobs }).to_string();
    let manifest = layout.blob(manifest.as_bytes(), MANIFEST).expect("a blob");
    layout.list(manifest, None).expect("an entry");
    let line = "check registry.example.com/app:v1 --uri registry.example.com --from oci:image --output json";
    assert_eq!(seen(&home.run_words(words(line).chain(probe()))), expected);
}

/// What a manifest says that exists before the push: its digest, and its annotations.
#[test]
fn every_source_tells_of_the_manifest_that_it_has() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let config = layout.blob(image().config().to_string().as_bytes(), CONFIG).expect("a blob");
    let plain: Vec<Value> = layers(&image()).iter().map(|layer| layout.blob(layer, PLAIN).expect("a blob")).collect();
    let annotations = json!({ "b": "2", "a": "1", "\u{1b}[2J": "\n" });
    let manifest =
        json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": plain, "annotations": annotations }).to_string();
    let manifest = layout.blob(manifest.as_bytes(), MANIFEST).expect("a blob");
    let digest = layout.list(manifest.clone(), Some("one")).expect("an entry");
    let index = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [manifest], "annotations": { "of": "the index" },
    });
    let index = layout.blob(index.to_string().as_bytes(), "application/vnd.oci.image.index.v1+json").expect("a blob");
    let index_digest = layout.list(index, Some("index")).expect("an entry");
    let artifact = layout.add_artifact("application/vnd.example.sbom", b"{}", Some("artifact")).expect("an artifact");
    image().write_docker_archive(std::fs::File::create(home.join("image.tar")).expect("a file"), &["a:b"]).expect("an archive");
    let said = "\u{1b}[2J=\n\na=1\nb=2";
    for (source, expected, annotations) in [
        ("oci:image:one", digest.as_str(), Some(said)),
        ("oci:image:index", index_digest.as_str(), Some(said)),
        ("oci:image:index --platform linux/amd64", digest.as_str(), Some(said)),
        ("oci:image:artifact", artifact.as_str(), None),
        ("docker-archive:image.tar", "unknown", Some("")),
        ("oci:missing", "unavailable: the source could not be read", None),
        ("oci:image:missing", "not-found", None),
    ] {
        let settings = json!({ "do": "report", "look": ["source"] }).to_string();
        let probe = guest("probe").display().to_string();
        let line = format!("check registry.example.com/app:v1 --uri registry.example.com --from {source} --output json");
        let asked = ["--flavor", &probe, "--grant", "registry", "--grant", "http=https://api.example.com", "--settings", &settings];
        let ran = home.run_words(words(&line).chain(asked.map(str::to_owned)));
        let details = &ran.json()["hooks"][0]["violations"][0]["details"];
        assert_eq!(
            (details["digest"].as_str(), details["image.0.annotations"].as_str()),
            (Some(expected), annotations),
            "{source}: {ran:?}"
        );
    }
}

#[test]
fn the_docker_engine_makes_the_manifest_in_the_push() {
    for (options, more, known) in [
        (EngineOptions::default(), "", false),
        (EngineOptions::default(), "--direct", false),
        (EngineOptions::default().containerd(), "", false),
        (EngineOptions::default().containerd(), "--direct", true),
    ] {
        let stage = Stage::new(options);
        let settings = json!({ "do": "report", "look": ["source"] }).to_string().replace(' ', "");
        let line = format!(
            "check {}/app:v1 {more} --flavor {} --grant registry --grant http=https://api.example.com --settings {settings}",
            stage.registry.host(),
            guest("probe").display()
        );
        let ran = stage.run(&line);
        let found = ran.json()["hooks"][0]["violations"][0]["details"]["digest"].clone();
        let expected = if known { stage.engine.manifest_digest(&stage.image_id).expect("a digest") } else { "unknown".to_owned() };
        assert_eq!(found, expected, "{more} {ran:?}");
    }
}
