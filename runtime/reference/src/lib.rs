//! Image references, registry URIs, and the check that one lies inside the other.
//!
//! ZenML's container registry refuses an image whose name does not *start with* the registry's URI. A prefix of a string is not
//! containment: under the URI `registry.example.com/team` it lets `registry.example.com/team-evil/app` pass, under
//! `registry.example.com` it lets `registry.example.com.evil.io/app` pass, and under `docker.io` it refuses `ubuntu:22.04`. Here
//! both sides are parsed and compared host by host and segment by segment.
//!
//! ```
//! use pushgate_reference::{ImageReference, RegistryUri};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // What did the user name? Docker's own reading, made canonical.
//! let image = ImageReference::parse("Registry.example.com/team/app")?;
//! assert_eq!(image.host().as_str(), "registry.example.com");
//! assert_eq!(image.repository(), "team/app");
//! assert_eq!(image.tag(), Some("latest"));
//! assert_eq!(image.to_string(), "registry.example.com/team/app:latest");
//!
//! // Where may it go?
//! let registry = RegistryUri::parse("registry.example.com/team/")?;
//! assert_eq!(registry.to_string(), "registry.example.com/team");
//!
//! // May it go there? Only this makes a `ScopedReference`, and only that can be pushed.
//! let scoped = registry.scope(&image)?;
//! assert_eq!(scoped.to_string(), "registry.example.com/team/app:latest");
//!
//! // The local Docker Engine knows the image by the host as it was typed.
//! assert_eq!(scoped.engine_repository(), "Registry.example.com/team/app");
//!
//! // A neighbour is not inside, however much its name looks like it.
//! let neighbour = ImageReference::parse("registry.example.com/team-evil/app:v1")?;
//! let refused = registry.scope(&neighbour).unwrap_err();
//! assert_eq!(
//!     refused.to_string(),
//!     "image `registry.example.com/team-evil/app:v1` does not belong to container registry `registry.example.com/team`: \
//!      its repository `team-evil/app` is not `team` and does not begin with `team/`",
//! );
//! # Ok(())
//! # }
//! ```
//!
//! The crate is pure: no input or output, no clock, no environment. Its errors are safe to print: what stands where a URL has its
//! user and password is redacted, control characters and everything beyond ASCII are escaped, and long values are cut.

mod scope;
mod uri;
mod image;
mod origin;
mod host;
mod grammar;
mod shown;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;

pub use grammar::GrammarError;
pub use host::{Host, HostError};
pub use image::{EXAMPLE_TAG, ImageReference, ParseReferenceError};
pub use origin::{Origin, ParseOriginError, Scheme};
pub use scope::{OutOfScope, ScopedReference};
pub use uri::{ParseUriError, RegistryUri};
