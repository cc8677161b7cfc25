//! The sandbox against flavors written by hand.

mod bounds;
mod cache;
mod capabilities;
mod embedding;
mod encodings;
pub(crate) mod guest;
mod hostile;
mod load;
mod ordinary;
mod resources;
mod wasi;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;

use crate::{Answer, Call, Flavor, FlavorHost, Image, InspectError, Limits, LogRecord, Push, Sandbox, SandboxOptions};
use guest::Guest;

/// A host with images, which counts how often it is asked for them.
#[derive(Default)]
struct Host {
    images: Vec<Image>,
    error: Option<InspectError>,
    digest: Option<String>,
    delay: Duration,
    asked: AtomicUsize,
    logged: std::sync::Mutex<Vec<LogRecord>>,
}

#[async_trait]
impl FlavorHost for Host {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.delay).await;
        match &self.error {
            Some(error) => Err(error.clone()),
            None => Ok(self.images.clone()),
        }
    }

    async fn digest(&self) -> Result<Option<String>, InspectError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.delay).await;
        self.error.clone().map_or_else(|| Ok(self.digest.clone()), Err)
    }

    fn log(&self, record: &LogRecord) {
        self.logged.lock().unwrap().push(record.clone());
    }
}

fn image(platform: &str) -> Image {
    Image {
        platform: platform.to_owned(),
        labels: Vec::new(),
        config: "{}".to_owned(),
        compressed_size: None,
        uncompressed_size: None,
        annotations: Vec::new(),
    }
}

fn sandbox() -> Sandbox {
    Sandbox::new(SandboxOptions::default()).unwrap()
}

fn push() -> Push {
    Push {
        reference: "registry.example.com/team/app:v1".to_owned(),
        registry: "registry.example.com".to_owned(),
        repository: "team/app".to_owned(),
        tag: Some("v1".to_owned()),
        registry_uri: "registry.example.com/team".to_owned(),
        settings: "{}".to_owned(),
        requested_at: 1_750_000_000,
        dry_run: true,
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn load(sandbox: &Sandbox, guest: &Guest) -> Flavor {
    sandbox.load_bytes(&guest.build()).unwrap_or_else(|error| panic!("{error}\n{}", guest.wat()))
}

fn ask_with(sandbox: &Sandbox, guest: &Guest, limits: &Limits) -> Call {
    ask_host(sandbox, guest, Arc::new(Host::default()), limits)
}

fn ask_host(sandbox: &Sandbox, guest: &Guest, host: Arc<Host>, limits: &Limits) -> Call {
    let flavor = load(sandbox, guest);
    let call = block_on(flavor.prepare(push(), host, limits));
    // Whatever a guest did, the next one is served.
    let next = block_on(load(sandbox, &Guest::hook("")).prepare(push(), Arc::new(Host::default()), &Limits::default()));
    assert_eq!(next.answer, Ok(Answer::Approved));
    call
}

fn ask(guest: &Guest) -> Call {
    ask_with(&sandbox(), guest, &Limits::default())
}
