//! Who one is to a registry: where that is found, where it is kept, and how it is kept out of texts.
//!
//! No error and no `Debug` holds a secret. Files, variables and helpers are read within limits; what is wrong with one registry's entry is that
//! registry's problem only, and no other's entry is ever tried in its place.

// All places, in their order.
mod sources;

// Keeping, and forgetting.
mod input;
mod store;
mod write;

// One place each.
mod docker_config;
mod auth_file;
mod auth_variable;
mod section;
mod file;
mod helper;
mod aws;

mod server;
mod error;
mod place;
mod secret;

mod redact;

#[cfg(test)]
mod tests;

pub use aws::AwsSources;
pub use docker_config::DockerConfig;
pub use error::CredentialError;
pub use helper::end_helpers;
pub use place::CredentialPlace;
pub use redact::{Redactor, Unsearchable};
pub use secret::{Credentials, Found, Secret};
pub use server::Server;
pub use sources::CredentialSources;
pub use store::Kept;
