//! The limit: the same bytes sent to the same registry by a bare HTTP client that already knows every digest.
//!
//! A POST and a PUT for each blob over connections that are kept, and the manifest last. It runs as a process of its own, as the contenders do.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Mutex;

use clap::Args;

use super::http::{Answer, Body, Connection};
use super::images::{Blob, Image};
use crate::Outcome;

/// As many as pushgate may have to one host.
const CONNECTIONS: usize = 32;
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What the limit is told.
#[derive(Debug, Clone, Args)]
pub(crate) struct LimitArguments {
    /// `ADDRESS:PORT` of the registry.
    host: String,
    repository: String,
    tag: String,
    layout: PathBuf,
    /// A layout whose blobs the registry has.
    #[arg(long)]
    present: Option<PathBuf>,
    /// The registry has everything: ask for the manifest and no more.
    #[arg(long)]
    ask_only: bool,
}

pub(super) fn run(arguments: &LimitArguments) -> Outcome {
    let image = Image::open(&arguments.layout)?;
    let manifest = format!("/v2/{}/manifests/{}", arguments.repository, arguments.tag);
    if arguments.ask_only {
        let answer = Connection::open(&arguments.host)?.request("HEAD", &manifest, &[("Accept", MANIFEST)], Body::Nothing)?;
        expect(&answer, 200, &manifest)?;
        let digest = answer.header("docker-content-digest").unwrap_or_default();
        return if digest == image.manifest { Ok(()) } else { Err(format!("{manifest} is {digest}, not {}", image.manifest)) };
    }
    let present = match &arguments.present {
        Some(layout) => Image::open(layout)?.layers,
        None => Vec::new(),
    };
    // The largest first: nobody is left alone with it at the end.
    let mut blobs: Vec<&Blob> = image.blobs().filter(|blob| !present.contains(blob)).collect();
    blobs.sort_by_key(|blob| blob.size);
    let connections = blobs.len().min(CONNECTIONS);
    let waiting = Mutex::new(blobs);
    let next = || waiting.lock().ok().and_then(|mut blobs| blobs.pop());
    let send = || -> Outcome<Option<Connection>> {
        let mut connection = None;
        while let Some(blob) = next() {
            let open = match connection.take() {
                Some(open) => open,
                None => Connection::open(&arguments.host)?,
            };
            connection = Some(upload(open, &arguments.repository, &image, blob)?);
        }
        Ok(connection)
    };
    let mut last = None;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(send)).collect();
        for thread in threads {
            last = thread.join().map_err(|_| "a thread of the limit ended early")??.or(last.take());
        }
        Outcome::Ok(())
    })?;
    let mut connection = last.ok_or("nothing was sent")?;
    let answer = connection.request("PUT", &manifest, &[("Content-Type", MANIFEST)], Body::Bytes(&image.document))?;
    expect(&answer, 201, &manifest)
}

fn upload(mut connection: Connection, repository: &str, image: &Image, blob: &Blob) -> Outcome<Connection> {
    let start = format!("/v2/{repository}/blobs/uploads/");
    let answer = connection.request("POST", &start, &[], Body::Nothing)?;
    expect(&answer, 202, &start)?;
    let location = answer.header("location").ok_or_else(|| format!("{start} has no location"))?;
    // docker-registry answers with a whole URL on the host that was asked.
    let location = location.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|slash| rest.get(slash..))).unwrap_or(location);
    let separator = if location.contains('?') { '&' } else { '?' };
    let target = format!("{location}{separator}digest={}", blob.digest.replace(':', "%3A"));
    let path = image.path(&blob.digest);
    let file = File::open(&path).map_err(|error| format!("cannot open {}: {error}", path.display()))?;
    let answer = connection.request("PUT", &target, &[("Content-Type", "application/octet-stream")], Body::File(file, blob.size))?;
    expect(&answer, 201, &target)?;
    Ok(connection)
}

fn expect(answer: &Answer, status: u16, target: &str) -> Outcome {
    if answer.status == status {
        Ok(())
    } else {
        Err(format!("{target} answers {}: {}", answer.status, String::from_utf8_lossy(&answer.body).trim()))
    }
}
