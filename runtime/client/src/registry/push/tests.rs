//! Pushes to a real registry, honest and otherwise.

mod ahead;
mod authentication;
mod certificates;
mod faults;
mod honest;
mod lies;
mod many;
mod mounts;
mod persistence;
mod proxies;
mod referrers;
mod requests;
mod rewritten;
mod secrets;
mod served;
mod waits;

use std::error::Error;
use std::time::Duration;

use pushgate_credentials::{Credentials, Secret};
use pushgate_net::{CertificateError, Timeouts};
use pushgate_oci::PinnedContent;
use pushgate_reference::{Host, Scheme};
use pushgate_test_registry::{Options, Registry};

use crate::testing::{Pin, TestLayout};
use crate::{ClientOptions, PushError, PushOptions, Pushed, RegistryClient, RegistryError};

const REPOSITORY: &str = "team/app";
/// How long registries are given to serve what they acknowledged: the questions are as many as in ten seconds.
const SERVED_FOR: Duration = Duration::from_millis(20);

async fn start(options: Options) -> Registry {
    Registry::start(options).await.unwrap()
}

fn options(registry: &Registry, credentials: Credentials) -> ClientOptions {
    ClientOptions { credentials, ..ClientOptions::new(Host::parse(&registry.host()).unwrap(), Scheme::Http) }
}

/// As patient as in use, but for the pauses before it asks again: as often, and sooner.
fn client(registry: &Registry, credentials: Credentials) -> RegistryClient {
    let timeouts = Timeouts { retry_wait: Duration::from_millis(5), served_for: SERVED_FOR, ..Timeouts::default() };
    RegistryClient::with_timeouts(options(registry, credentials), timeouts).unwrap()
}

fn impatient(registry: &Registry) -> RegistryClient {
    let limit = Duration::from_secs(2);
    let (retry_for, served_for) = (Duration::ZERO, SERVED_FOR);
    let timeouts = Timeouts { idle: limit, upload: limit, total: limit * 2, retry_for, served_for, ..Timeouts::default() };
    RegistryClient::with_timeouts(options(registry, Credentials::Anonymous), timeouts).unwrap()
}

/// Tries nothing again.
fn hasty(registry: &Registry, credentials: Credentials) -> RegistryClient {
    let timeouts = Timeouts { retry_for: Duration::ZERO, ..Timeouts::default() };
    RegistryClient::with_timeouts(options(registry, credentials), timeouts).unwrap()
}

/// Tries again, but does not wait long for anything.
fn persistent(registry: &Registry) -> RegistryClient {
    let limit = Duration::from_secs(1);
    let (retry_wait, served_for) = (Duration::from_millis(5), SERVED_FOR);
    let timeouts = Timeouts { idle: limit, upload: limit, total: limit * 2, retry_wait, served_for, ..Timeouts::default() };
    RegistryClient::with_timeouts(options(registry, Credentials::Anonymous), timeouts).unwrap()
}

fn basic(username: &str, password: &str) -> Credentials {
    Credentials::Basic { username: username.to_owned(), password: Secret::new(password.to_owned()) }
}

/// One image with two layers, as `v1`.
fn image() -> (TestLayout, PinnedContent) {
    let layout = TestLayout::with_image(&[b"the first layer", b"the second layer"]);
    let content = layout.pin(None).unwrap();
    (layout, content)
}

async fn push(client: &RegistryClient, content: &PinnedContent) -> Result<Pushed, PushError> {
    client.push(REPOSITORY, "v1", content, &PushOptions::default(), &()).await
}

/// An error as everything that might be shown of it.
fn everything(error: &dyn Error) -> String {
    let mut shown = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        shown.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    shown
}

#[track_caller]
fn registry_error(pushed: Result<Pushed, PushError>) -> RegistryError {
    match pushed {
        Err(PushError::Registry(error)) => error,
        other => panic!("{other:?}"),
    }
}
