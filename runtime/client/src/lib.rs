//! A registry, as who pushes to it sees it.
//!
//! A push in four steps: pin a source, find out who one is, push, and look at what the registry serves afterwards.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use pushgate_client::{ClientOptions, PushOptions, Registry, RegistryClient};
//! use pushgate_credentials::DockerConfig;
//! use pushgate_oci::OciLayout;
//! use pushgate_reference::{Host, Scheme};
//!
//! # async fn push() -> Result<(), Box<dyn std::error::Error>> {
//! // Which bytes exactly? From here on, what was read is what is pushed.
//! let content = OciLayout::open(Path::new("/build/app"))?.pin(Some("v1"), None)?;
//! for image in content.images() {
//!     println!("{}: {}", image.platform, image.config.to_json());
//! }
//!
//! // Who are we there? What is found out about the registry is kept for all pushes there.
//! let host = Host::parse("registry.example.com")?;
//! let found = DockerConfig::locate(None, Some(Path::new("/home/me"))).credentials(&host)?;
//! let registry = Registry::new(ClientOptions { credentials: found.credentials, ..ClientOptions::new(host, Scheme::Https) })?;
//!
//! // Blobs first, then the manifests below the root, and last the tag.
//! let client = RegistryClient::of(&registry);
//! let pushed = client.push("team/app", "v1", &content, &PushOptions::default(), &()).await?;
//!
//! // Does the registry serve what was pushed?
//! let served = client.manifest("team/app", "v1").await?;
//! assert!(served.is_some_and(|served| pushed.digest.matches(&served.bytes)));
//! # Ok(())
//! # }
//! ```
//!
//! Everything that is read here was written by strangers: a registry's answers, and those of its token server. It is bounded and checked; text from
//! it that appears in an error is cut, but not escaped: that is for whoever shows it. No error and no `Debug` holds a secret.

mod registry;
mod auth;
mod reply;
mod error;
mod progress;

#[cfg(test)]
mod memory;
#[cfg(test)]
mod testing;

pub use error::{ErrorCode, Missing, Refusal, RegistryError, RequestContext, Said, Site, Step, TlsFault};
pub use progress::{LayerOutcome, Progress};
pub use registry::{
    ClientOptions, Connections, FetchedManifest, Prepared, PushError, PushOptions, PushOutcome, Pushed, Registry, RegistryClient, Served,
};
