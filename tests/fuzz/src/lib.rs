//! What may be done with bytes of strangers, each as a function that must neither panic nor find a promise broken.
//!
//! The tests of this crate run each with a seed, some thousand times. By hand a fuzzer that looks at coverage goes on for as long as it is let,
//! with a nightly compiler and `cargo install cargo-fuzz`:
//!
//! ```text
//! cargo +nightly fuzz run --fuzz-dir tests/fuzz/cargo-fuzz scope
//! ```
//!
//! `component_load` and `lift_host_args` are functions of the sandbox itself, whose tests run them with a seed; here they are with the feature `sandbox`.

#![allow(clippy::panic, clippy::expect_used, reason = "a promise that is broken ends the run")]

mod catalog;
mod http;
mod reference;
mod seeded;

pub use catalog::catalog;
pub use http::http_target;
#[cfg(feature = "sandbox")]
pub use pushgate_sandbox::fuzzing::{component_load, lift_host_args};
pub use reference::{image_reference, scope};
pub use seeded::{Mutator, run_seeded};
