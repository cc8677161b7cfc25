//! The requests of the protocol, and what a push makes of them.
//!
//! In reading order, from the ground up: a `client` sends calls; `manifests`, `queries` and `sessions` are the requests, `blobs` asks whether
//! something is there, `served` what became of a write; `writes`, `referrers` and `uploads` do what it takes until a document, a list or a
//! blob is there; and `push` does all of it in order.

mod push;
mod uploads;
mod upload;
mod referrers;
mod referrers_list;
mod writes;
mod served;
mod blobs;
mod sessions;
mod manifests;
mod queries;
mod verify;
mod client;
mod shared;
mod connections;
mod options;

mod body;
mod file_body;
mod failure;
mod large_uploads;
mod questions;
mod handed;
mod linked;
mod open;
mod mounting;
mod warnings;
mod retry;
mod names;

pub use client::RegistryClient;
pub use connections::Connections;
pub use manifests::FetchedManifest;
pub use options::ClientOptions;
pub use push::{Prepared, PushError, PushOptions, PushOutcome, Pushed};
pub use served::Served;
pub use shared::Registry;
#[cfg(test)]
pub(crate) use {queries::read_page, referrers_list::List};
