//! The catalog: which flavors and registries are registered.
//!
//! ```toml
//! version = 1
//! default-registry = "prod"
//!
//! [flavors.tag-policy]                    # those that ship need no entry
//! digest = "sha256:…"                     # the component lies in the component store
//!
//! [registries.prod]
//! uri = "registry.example.com/team"
//! transport = "plain-http"                # or "tls"; by default TLS, and plain HTTP on loopback
//! ca-file = "/etc/ssl/registry.pem"       # an absolute path
//! client-certificate = "/etc/ssl/me.pem"  # shown to a registry that asks for one
//! client-key = "/etc/ssl/me.key"
//! token-servers = ["https://auth.example.com"]
//!
//! [[registries.prod.hooks]]               # asked in this order, each flavor once
//! flavor = "require-labels"
//! settings = { labels = ["org.opencontainers.image.source"] }
//! grants = ["registry", "http=https://api.example.com"]
//! credentials = ["https://api.example.com=bearer"]
//! limits = { memory = "128MiB", calls = 100 }
//! mode = "warn"                           # its refusals warn; "enforce" is the default
//! ```
//!
//! A person may write this file as well as the program: comments and order survive what [`Catalog::edit`] does. A file that does not exist is an
//! empty catalog. One that can't be read as a catalog is an error with line and column, and is never changed. An entry that is invalid is
//! unusable alone. Symbolic links are followed, and an edit replaces the file that they lead to; owner and mode count for that file.

mod edit;
mod read;
mod parse;
mod values;
mod lookup;
mod entry;
mod error;
pub mod fields;

pub use edit::{Change, Edit, Replacement};
pub use entry::{Connection, FlavorEntry, HookEntry, RegistryEntry, TransportSetting};
pub use error::{CatalogError, EntryError, Known};
pub use lookup::Catalog;
pub use read::MAX_CATALOG_BYTES;

pub use crate::toml::Position;

#[cfg(test)]
mod tests;
