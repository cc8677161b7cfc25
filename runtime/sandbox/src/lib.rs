//! Runs flavors: WebAssembly components that are asked before an image is pushed.
//!
//! A flavor is somebody's code that decides whether a push may go on. It runs here with nothing but what the contract in `wit/` gives
//! it, in a fresh instance for every call, under limits on memory, computing time, time to the answer and everything it says.
//! Whatever it does - loop, trap, lie about a length - ends as a [`CallError`], and the next call in the same process is served.
//!
//! # A program that asks a flavor
//!
//! ```no_run
//! use std::{error::Error, process::ExitCode, sync::Arc};
//!
//! use pushgate_sandbox::worker::{self, Worker};
//! use pushgate_sandbox::{Answer, Compiler, Limits, Push, Sandbox, SandboxOptions};
//!
//! fn main() -> Result<ExitCode, Box<dyn Error>> {
//!     // Components are compiled by this very program, started again with limits.
//!     if let Some(done) = worker::run_if_asked(std::env::args_os()) {
//!         return Ok(done);
//!     }
//!     let compiler = Compiler::Worker(Worker::this_program()?);
//!     let sandbox = Sandbox::new(SandboxOptions { compiler, ..SandboxOptions::default() })?;
//!     let flavor = sandbox.load_bytes(&std::fs::read("forbid-tags.wasm")?)?;
//!     let push = Push::tagged("registry.example.com/team", "registry.example.com", "team/app", "latest");
//!     let call = flavor.prepare_blocking(push, Arc::new(()), &Limits::default());
//!     Ok(match call.answer? {
//!         Answer::Approved => ExitCode::SUCCESS,
//!         _refusal => ExitCode::FAILURE,
//!     })
//! }
//! ```
//!
//! `()` is the host of a push without images that grants nothing; a [`FlavorHost`] of your own lends images, listens to what flavors log, and
//! answers for the capabilities that it grants.
//!
//! # A program that stays
//!
//! A broker asks thousands of times, several at once: out of a pool, without blocking a thread, and with compiled components kept for its next start.
//!
//! ```no_run
//! use std::{error::Error, sync::Arc};
//!
//! use pushgate_sandbox::{Allocation, Answer, CacheOptions, ComponentDigest, Limits, Push, Sandbox, SandboxOptions};
//!
//! # async fn ask(digest: ComponentDigest, push: Push) -> Result<(), Box<dyn Error>> {
//! let sandbox = Sandbox::new(SandboxOptions {
//!     allocation: Allocation::Pooling { calls: 64 },
//!     cache: Some(CacheOptions { directory: "/var/cache/broker/compiled".into(), key_file: "/var/lib/broker/cache.key".into() }),
//!     ..SandboxOptions::default()
//! })?;
//! let flavor = sandbox.load_async(&digest, || std::fs::File::open("/var/lib/broker/forbid-tags.wasm")).await?;
//! let limits = Limits { memory_bytes: 32 << 20, ..Limits::default() };
//! let call = flavor.prepare(push, Arc::new(()), &limits).await;
//! assert!(matches!(call.answer, Ok(Answer::Approved)), "{:?}, after it said {:?}", call.answer, call.log);
//! # Ok(())
//! # }
//! ```
//!
//! The futures want a tokio runtime with its time driver; a current-thread one will do. Loading compiles, which takes a tenth of a second for a small
//! component and ten for a large one; with a cache the next process loads in a millisecond or two.
//!
//! A component from somebody whom nobody knows is compiled by a [`worker`]: [`Compiler::Worker`], and one line at the beginning of `main`.
//!
//! # What is told apart
//!
//! - [`LoadError`]: the bytes are not a flavor of this contract. Says what they are instead.
//! - [`SettingsError`]: settings are not what the flavor's schema wants.
//! - [`CallError`]: the flavor broke while it ran. Never an approval.
//! - [`Answer`]: the flavor decided.
//!
//! [`describe`] says what a component is without running or compiling it.
//!
//! Every text that comes out of a component is bounded here, and escaped by nobody yet: whoever prints it does that.
//!
//! wasmtime is named in this crate and nowhere else, and no type of it is part of this interface.

// From bytes to something that can be called.
mod sandbox_settings;
mod sandbox;
mod cache;
mod cache_key;
mod cache_lock;
mod cache_prune;
mod ownership;

// One call, and what it may use.
mod blocking;
mod flavor;
mod link;
mod type_name;

// What a guest finds on the host's side.
mod bindings;
mod capabilities;
mod wasi;
mod failure;
mod state;
mod limiter;
mod log;
mod ticker;
mod wall_clock;
mod allowance;
mod call_slots;

// What comes back, and what a flavor is asked about.
mod raw_answer;
mod answer;
mod push;
mod requests;
mod call_error;

// Work on bytes that nobody here trusts.
pub mod worker;
mod compile;
mod engine;
mod limits;
mod settings_check;
mod settings_faults;
mod validator;
mod schema_circles;
mod source;
mod anonymous;
mod options;
mod worker_program;

// What a component says about itself.
mod describe;
mod outline;
mod toolchain;
mod absent;
mod sniff;
mod metadata;
mod load_error;
mod exceeded;
mod capability;
mod contract;
mod digest;
mod text;

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
#[cfg(test)]
mod tests;

pub use absent::Absent;
pub use answer::{Answer, Call, Violation};
pub use call_error::CallError;
pub use capability::Capability;
pub use contract::PACKAGE;
pub use describe::{Description, describe};
pub use digest::{ComponentDigest, ParseDigestError};
pub use flavor::Flavor;
pub use limits::Limits;
pub use load_error::LoadError;
pub use options::{Allocation, CacheOptions, Compiler, MAX_POOLED_CALLS, SandboxError, SandboxOptions};
pub use push::{FlavorHost, Image, InspectError, LogLevel, LogRecord, Push};
pub use requests::{HttpError, HttpRequest, HttpResponse, QueryError};
pub use sandbox::Sandbox;
pub use settings_check::SettingsError;
pub use settings_faults::is_given_up;
pub use sniff::MAX_COMPONENT_BYTES;
pub use source::ComponentSource;
pub use toolchain::{Toolchain, TrapCause};
