//! What the documents of strangers cost: at most 8 bytes of memory for each byte, whatever is in them.

use pushgate_test_memory::peak;

use crate::client::memory as client;
use crate::image_config::ImageConfig;
use crate::manifest::Document;
use crate::media_type::{OCI_INDEX, OCI_MANIFEST};

/// What is repeated, so that as much as possible is made of few bytes.
const PIECES: [&str; 4] = [
    r#"{"a":0}"#,
    r#""""#,
    r#"{"annotations":{"a":""}}"#,
    r#"{"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0,"annotations":{"":""}}"#,
];

/// The size of the documents, which is the most that is read of most.
const SIZE: usize = 4 << 20;

/// What a small document may cost: the first element of a list or object needs some hundred bytes.
const FREE: usize = 1 << 20;

/// Values of about such a size: each piece many times, and an object whose keys all differ.
fn values(size: usize) -> Vec<(String, String)> {
    let lists = PIECES.map(|piece| (format!("[{piece},…]"), format!("[{}]", vec![piece; size / (piece.len() + 1)].join(","))));
    let members: Vec<String> = (0..size / 12).map(|key| format!(r#""{key:06x}":"""#)).collect();
    lists.into_iter().chain([(r#"{"000000":"",…}"#.to_owned(), format!("{{{}}}", members.join(",")))]).collect()
}

/// Reads each value in each place.
fn bounded<T>(what: &str, size: usize, places: &[&str], read: impl Fn(&[u8]) -> T) {
    for (name, value) in values(size - 1024) {
        for place in places {
            let document = place.replace('…', &value);
            assert!(document.len() <= size, "{name}");
            let (_read, held) = peak(|| read(document.as_bytes()));
            assert!(held <= FREE.max(8 * document.len()), "{what} {place} of {name}: {held} bytes for {}", document.len());
        }
    }
}

#[test]
fn manifests_and_indexes() {
    let config =
        r#""config":{"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0}"#;
    let manifest = format!(r#"{{"schemaVersion":2,{config},"layers":…}}"#);
    let annotations = format!(r#"{{"schemaVersion":2,{config},"layers":[],"annotations":…}}"#);
    bounded("a manifest", SIZE, &["…", r#"{"x":…}"#, &manifest, &annotations], |bytes| Document::parse(OCI_MANIFEST, bytes));
    bounded("an index", SIZE, &[r#"{"schemaVersion":2,"manifests":…}"#], |bytes| Document::parse(OCI_INDEX, bytes));
}

#[test]
fn image_configs() {
    let start = r#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"#;
    let places =
        [r#""config":{"Env":…}"#, r#""config":{"Labels":…}"#, r#""history":…"#, r#""x":…"#].map(|place| format!("{start}{place}}}"));
    // The text for the hooks is made of it, too.
    let read = |bytes: &[u8]| ImageConfig::parse(bytes).map(|config| config.to_json());
    bounded("a config", SIZE, &places.each_ref().map(String::as_str), read);
}

#[test]
fn lists_of_docker_archives() {
    bounded("a manifest.json", SIZE, &["…", r#"[{"RepoTags":…}]"#], crate::archive::memory::list);
}

#[test]
fn answers_of_registries() {
    bounded("tags", SIZE, &[r#"{"name":"a","tags":…}"#], client::tags);
    bounded("an error", SIZE, &[r#"{"errors":…}"#], client::error);
    bounded("referrers", SIZE, &[r#"{"schemaVersion":2,"manifests":…}"#], client::referrers);
    bounded("a token", 64 << 10, &["…", r#"{"x":…}"#], client::token);
}
