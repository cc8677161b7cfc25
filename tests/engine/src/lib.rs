//! A fake Docker Engine on a Unix socket, with switches that make it lie.
//!
//! It answers what a client needs for a push - ping, version, information, inspecting, tagging, pushing, exporting - in the shapes of Docker 20.10 and,
//! where asked, of a containerd image store. A push is real: blobs and manifest go to the registry that the image's name gives, by plain
//! HTTP and on loopback only, with the credentials of `X-Registry-Auth`. It runs on a thread of its own, so tests may block, and stops when
//! it is dropped.
//!
//! ```
//! use pushgate_test_engine::{Endpoint, Engine, Image, Options, Position, Rule, Switch, error_line};
//!
//! # fn main() -> std::io::Result<()> {
//! let engine = Engine::start_blocking(Options::default())?;
//! let image = Image::default().label("org.opencontainers.image.source", "https://example.com");
//! let id = engine.add_image(&image, &["127.0.0.1:5000/team/app:v1"]);
//! engine.misbehave(Rule::on(Endpoint::Push, Switch::StreamError { position: Position::Last, line: error_line("denied") }));
//!
//! // … a client is pointed at `engine.docker_host()` …
//!
//! assert_eq!(engine.image_id("127.0.0.1:5000/team/app:v1"), Some(id));
//! assert!(engine.requests().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! What is where, in reading order: [`Options`] say how it is started, [`Rule`] and [`Switch`] what it does wrong, [`Image`] is what it
//! holds, [`Engine`] the handle, [`RecordedRequest`] what it was asked.

mod image;
mod options;
mod switches;

mod engine;
mod record;

mod reply;
mod route;
mod server;
mod service;

mod credentials;
mod export;
mod gzip;
mod inspect;
mod push;
mod store;
mod stream;
mod upload;

#[cfg(test)]
mod tests;

pub use credentials::{Credentials, RegistryAuth};
pub use engine::Engine;
pub use image::Image;
pub use options::Options;
pub use record::RecordedRequest;
pub use switches::{
    Endpoint, Position, Rule, Switch, error_detail_line, error_detail_null_line, error_detail_without_message_line, error_line,
    real_error_line,
};
