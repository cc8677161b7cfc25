//! What the documents of strangers cost: at most 8 bytes of memory for each byte, whatever is in them.

use pushgate_test_memory::bounded;

use crate::docker::read_list;
use crate::image_config::ImageConfig;
use crate::manifest::Document;
use crate::media_type::{OCI_INDEX, OCI_MANIFEST};

/// The size of the documents, which is the most that is read of most.
const SIZE: usize = 4 << 20;

#[test]
fn manifests_and_indexes() {
    let config =
        r#""config":{"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0}"#;
    let manifest = format!(r#"{{"schemaVersion":2,{config},"layers":…}}"#);
    let annotations = format!(r#"{{"schemaVersion":2,{config},"layers":[],"annotations":…}}"#);
    bounded("a manifest", SIZE, &[r#"{"x":…}"#, &manifest, &annotations], |bytes| Document::parse(OCI_MANIFEST, bytes));
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
    bounded("a manifest.json", SIZE, &[r#"[{"RepoTags":…}]"#], read_list);
}
