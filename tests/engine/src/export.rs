//! `GET /images/NAME/get`: what `docker save` writes.

use std::io;

use bytes::Bytes;
use http::StatusCode;
use pushgate_test_images::Tar;
use serde_json::{Value, json};
use tokio::sync::mpsc::{self, Sender};

use crate::image::{BuiltImage, MANIFEST};
use crate::reply::{self, Reply};
use crate::service::{Shared, no_such_image};
use crate::switches::Switch;

/// How many bytes are sent at a time: some more than one read, and no multiple of a block.
const PIECE: usize = 50_000;

pub(crate) fn start(shared: &Shared, name: &str, switches: &[Switch]) -> Reply {
    let other = switches.iter().find_map(|switch| if let Switch::ExportOther(id) = switch { Some(id.clone()) } else { None });
    let found = {
        let store = shared.store();
        let names: Vec<String> = store.tags.iter().filter(|(of, _)| **of == crate::store::tagged(name)).map(|(of, _)| of.clone()).collect();
        other.or_else(|| store.find(name)).and_then(|id| Some((store.images.get(&id)?.clone(), names)))
    };
    let Some((image, names)) = found else { return no_such_image(name) };
    let instead = switches.iter().find_map(|switch| if let Switch::ExportBytes(bytes) = switch { Some(bytes.clone()) } else { None });
    let archive = instead.map_or_else(|| archive(&image, &names, shared.options.containerd), Ok);
    let archive = match archive {
        Ok(archive) => archive,
        Err(error) => return reply::error(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    };
    let (sender, receiver) = mpsc::channel(4);
    tokio::spawn(send(sender, archive, switches.to_vec()));
    let mut reply = reply::stream(receiver);
    reply::set(&mut reply, "content-type", "application/x-tar");
    reply
}

/// Sends the archive, or as much of it as the switches want. Ends with the client at the latest.
async fn send(sender: Sender<io::Result<Bytes>>, archive: Bytes, switches: Vec<Switch>) {
    let end = switches.iter().find_map(|switch| match switch {
        Switch::EndExportAfter(bytes) | Switch::CutExportAfter(bytes) | Switch::StallExportAfter(bytes) => {
            Some((*bytes).min(archive.len()))
        }
        _ => None,
    });
    let sent = archive.slice(..end.unwrap_or(archive.len()));
    for piece in sent.chunks(PIECE) {
        if sender.send(Ok(sent.slice_ref(piece))).await.is_err() {
            return;
        }
    }
    for switch in &switches {
        match switch {
            Switch::CutExportAfter(_) => {
                // The client may be gone first: the end is the same.
                let _ = sender.send(Err(io::ErrorKind::ConnectionAborted.into())).await;
            }
            Switch::StallExportAfter(_) => sender.closed().await,
            Switch::EndlessExport => while sender.send(Ok(Bytes::from_static(&[0; PIECE]))).await.is_ok() {},
            _ => {}
        }
    }
}

/// As Docker 20.10 writes it; with a containerd store, as Docker 28 does: an OCI layout, with a `manifest.json` beside it.
fn archive(image: &BuiltImage, names: &[String], containerd: bool) -> io::Result<Bytes> {
    let mut tar = Tar::new(Vec::new());
    let hexadecimal = |digest: &str| digest.trim_start_matches("sha256:").to_owned();
    let blob = |digest: &str| format!("blobs/sha256/{}", hexadecimal(digest));
    let (config, layers): (String, Vec<String>) = if containerd {
        tar.file(&blob(&image.config.digest), &image.config.bytes)?;
        let mut written: Vec<&str> = Vec::new();
        for layer in &image.layers {
            if !written.contains(&layer.digest.as_str()) {
                tar.file(&blob(&layer.digest), &layer.bytes)?;
                written.push(&layer.digest);
            }
        }
        tar.file(&blob(&image.manifest.digest), &image.manifest.bytes)?;
        let entry = json!({ "mediaType": MANIFEST, "digest": image.manifest.digest, "size": image.manifest.bytes.len() });
        tar.file("index.json", json!({ "schemaVersion": 2, "manifests": [entry] }).to_string().as_bytes())?;
        tar.file("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        (blob(&image.config.digest), image.layers.iter().map(|layer| blob(&layer.digest)).collect())
    } else {
        let mut layers = Vec::new();
        for (number, layer) in image.plain.iter().enumerate() {
            let name = format!("{number:064x}/layer.tar");
            tar.file(&name, layer)?;
            layers.push(name);
        }
        let config = format!("{}.json", hexadecimal(&image.config.digest));
        tar.file(&config, &image.config.bytes)?;
        (config, layers)
    };
    let names: Value = if names.is_empty() { Value::Null } else { json!(names) };
    let manifest = json!([{ "Config": config, "RepoTags": names, "Layers": layers }]);
    tar.file("manifest.json", manifest.to_string().as_bytes())?;
    tar.finish().map(Bytes::from)
}
