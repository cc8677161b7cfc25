//! Images on their way out of the Engine.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// What went wrong, so that the two kinds can be told apart.
#[derive(Debug)]
enum Failed {
    Engine(EngineError),
    Writing(io::Error),
}

impl From<EngineError> for Failed {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// An image with a layer of so many bytes, and what its export is.
fn image(fake: &Engine, bytes: usize) -> Digest {
    let id = fake.add_image(&Image { layers: vec![vec![7; bytes].into()], ..Image::default() }, &[]);
    Digest::parse(&id).unwrap()
}

async fn export(engine: &DockerEngine, id: &Digest) -> Result<Vec<u8>, Failed> {
    engine.export(id, Vec::new(), Failed::Writing).await
}

#[tokio::test]
async fn it_comes_as_it_is() {
    let fake = start(Options::default()).await;
    let id = image(&fake, 3_000_000);
    let engine = connect(&fake).await;
    let archive = export(&engine, &id).await.unwrap();
    assert!(archive.len() > 3_000_000 && archive.ends_with(&[0; 1024]));
    let request = fake.requests().pop().unwrap();
    assert_eq!((request.endpoint, request.path), (Endpoint::Export, format!("/v1.41/images/{id}/get")));
    let absent = Digest::sha256(b"absent");
    let Err(Failed::Engine(EngineError::NoSuchImage { name })) = export(&engine, &absent).await else { panic!("another end") };
    assert_eq!(name, absent.to_string());
}

#[tokio::test]
async fn what_does_not_end_properly_is_no_image() {
    for (switch, expected) in [
        (Switch::CutExportAfter(100_000), "broke"),
        (Switch::CutExportAfter(0), "broke"),
        (Switch::Hangup, "broke"),
        (Switch::StallExportAfter(100_000), "nothing came from the Docker Engine for 500 ms"),
        (Switch::Stall, "nothing came from the Docker Engine for 500 ms"),
        (Switch::EndlessExport, "longer than 10000000 bytes"),
        (Switch::Status(500), "answered 500: a switch of the test engine"),
    ] {
        let fake = fake_with(Endpoint::Export, switch.clone()).await;
        let id = image(&fake, 300_000);
        let engine = connect_within(&fake, EngineLimits { idle: SHORT, export: 10_000_000, ..limits() }).await;
        let Err(Failed::Engine(error)) = export(&engine, &id).await else { panic!("{switch:?} has an end") };
        assert!(error.to_string().starts_with(&format!("exporting {id}: ")) && error.to_string().contains(expected), "{switch:?}: {error}");
    }
}

/// A disk that is full after some bytes.
struct Full {
    room: usize,
    written: Arc<AtomicUsize>,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.written.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
        if written > self.room { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An endless one, too: nobody reads on when there is no room.
#[tokio::test]
async fn a_full_disk_is_told_as_such_and_ends_it() {
    for endless in [false, true] {
        let fake = start(Options::default()).await;
        if endless {
            fake.misbehave(Rule::on(Endpoint::Export, Switch::EndlessExport));
        }
        let id = image(&fake, 5_000_000);
        let engine = connect(&fake).await;
        let written = Arc::default();
        let full = Full { room: 200_000, written: Arc::clone(&written) };
        let Err(Failed::Writing(error)) = engine.export(&id, full, Failed::Writing).await else { panic!("there was room") };
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(written.load(Ordering::Relaxed) < 5_000_000);
    }
}

#[tokio::test]
async fn an_image_of_several_platforms_is_identified_all_the_same() {
    let digest = format!("sha256:{}", "b".repeat(64));
    let inspect = serde_json::json!({
        "Id": digest, "Os": "linux", "Architecture": "amd64",
        "Descriptor": { "mediaType": "application/vnd.oci.image.index.v1+json", "digest": digest, "size": 7 },
    });
    let fake = fake_with(Endpoint::Inspect, json(&inspect.to_string())).await;
    let engine = connect(&fake).await;
    assert!(matches!(engine.inspect("app:v1").await, Err(EngineError::Index { .. })));
    let identified = engine.identify("app:v1").await.unwrap();
    assert_eq!((identified.id.as_str(), identified.store), (digest.as_str(), ImageStore::Containerd));
    assert_eq!(identified.target_digest, Some(identified.id));
}
