//! A small honest OCI registry (distribution-spec 1.1) on loopback, with switches that make it lie.
//!
//! It holds everything in memory, runs on a thread of its own - so tests may block - and stops when it is dropped.
//!
//! ```
//! use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
//!
//! # fn main() -> std::io::Result<()> {
//! let options = Options::default().basic("alice", "secret").misbehave(Rule::on(Step::ManifestPut, Switch::Status(503)).times(2));
//! let registry = Registry::start_blocking(options)?;
//! let digest = registry.put_image("team/app", "v1", &[("org.opencontainers.image.source", "https://example.com")]);
//!
//! // … a client is pointed at `registry.host()` …
//!
//! assert_eq!(registry.tag_digest("team/app", "v1"), Some(digest));
//! assert!(registry.requests().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! What is where, in reading order: [`Options`] say how it is started, [`Rule`] and [`Switch`] what it does wrong, [`Registry`] is the
//! handle, [`RecordedRequest`] is what it was asked.

mod options;
mod signer;
mod switches;
mod tls;

mod record;
mod registry;

mod auth;
mod misbehave;
mod reply;
mod request;
mod route;
mod server;
mod service;
mod wire;

mod blobs;
mod listing;

mod manifests;
mod names;
mod proxy;
mod socks;
mod storage;
#[cfg(test)]
mod tests;
mod uploads;

pub use options::{Authentication, Options};
pub use proxy::{Proxy, ProxyRequest};
pub use record::RecordedRequest;
pub use registry::Registry;
pub use signer::TokenSigner;
pub use storage::StoredManifest;
pub use switches::{Rule, Step, Switch};
pub use tls::Identity;
