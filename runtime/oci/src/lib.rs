//! The registry as a client sees it: OCI layouts, credentials, and the distribution protocol.
//!
//! A push in four steps: pin a source, find out who one is, push, and look at what the registry serves afterwards.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use pushgate_oci::{ClientOptions, DockerConfig, OciLayout, PushOptions, RegistryClient, Scheme};
//! use pushgate_reference::Host;
//!
//! # async fn push() -> Result<(), Box<dyn std::error::Error>> {
//! // Which bytes exactly? From here on, what was read is what is pushed.
//! let content = OciLayout::open(Path::new("/build/app"))?.pin(Some("v1"), None)?;
//! for image in content.images() {
//!     println!("{}: {}", image.platform, image.config.to_json());
//! }
//!
//! // Who are we there?
//! let host = Host::parse("registry.example.com")?;
//! let found = DockerConfig::locate(None, Some(Path::new("/home/me"))).credentials(&host)?;
//!
//! // Blobs first, then the manifests below the root, and last the tag.
//! let client = RegistryClient::new(ClientOptions { credentials: found.credentials, ..ClientOptions::new(host, Scheme::Https) })?;
//! let pushed = client.push("team/app", "v1", &content, &PushOptions::default(), &()).await?;
//!
//! // Does the registry serve what was pushed?
//! let served = client.manifest("team/app", "v1").await?;
//! assert!(served.is_some_and(|served| pushed.digest.matches(&served.bytes)));
//! # Ok(())
//! # }
//! ```
//!
//! Everything that is read here was written by strangers: a layout, a registry's answers, a helper's output. It is bounded and checked;
//! text from it that appears in an error is cut, but not escaped: that is for whoever shows it. No error and no `Debug` holds a secret.

// What documents say, whoever wrote them.
mod digest;
pub mod media_type;
mod strict_json;
mod json_edit;
mod platform;
mod descriptor;
mod manifest;
mod image_config;

// What is pushed.
mod content;
mod layout;
mod archive;
mod holding;
mod sizes;
mod spool;
mod workers;
mod unchecked;
mod verify;

// Who pushes, and how.
mod redact;
mod credentials;
mod client;
mod progress;
mod push;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod memory;

pub use archive::{ArchiveError, Compression, DockerArchive, DockerArchiveError, LayerError, LayerOptions, PinnedDockerImage, TarProblem};
pub use client::{
    Authorities, BoundCredential, ClientCertificate, ClientOptions, Connections, CredentialForm, FetchedManifest, HttpGrant, HttpTarget,
    OutboundClient, OutboundError, OutboundRequest, OutboundResponse, Place, Proxies, Refusal, RegistryClient, RegistryError,
    RequestBudget, Scheme, Served, Site, Step, TargetRefusal, Timeouts, TokenServer, WaitListener, http_target,
};
pub use content::{BlobError, PinnedBlob, PinnedContent, PinnedImage, PinnedManifest, SubjectLink};
pub use credentials::{
    AwsSources, CredentialError, CredentialPlace, CredentialSources, Credentials, DockerConfig, Found, Kept, Secret, Server, end_helpers,
};
pub use descriptor::{Descriptor, REFERENCE_NAME};
pub use digest::{Algorithm, Digest, DigestError};
pub use holding::Holding;
pub use image_config::{ConfigError, ExecutionConfig, Healthcheck, ImageConfig, RootFilesystem};
pub use layout::{LayoutError, OciLayout};
pub use manifest::{Document, Index, MAX_DESCRIPTORS, MAX_LAYERS, MAX_MANIFESTS, Manifest};
pub use platform::{ParsePlatformError, Platform};
pub use progress::{LayerOutcome, Progress};
pub use push::{Prepared, PushError, PushOptions, PushOutcome, Pushed};
pub use redact::{Redactor, Unsearchable};
pub use strict_json::{DocumentError, MAX_DOCUMENT, MAX_ELEMENTS, Object, Shape, Tree, parse_object};
pub use unchecked::{Unchecked, UncheckedLayer};
pub use verify::VerifyError;
