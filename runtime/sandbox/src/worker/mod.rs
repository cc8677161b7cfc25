//! Work on bytes that nobody here trusts, done in a process of its own.
//!
//! Compiling a component that was written to harm takes memory and time without bound, and whatever goes wrong in a compiler is an abort
//! that no thread survives. So a program that embeds the sandbox starts itself again for it: the child limits its own memory, computing time
//! and files before it reads the first byte, has an empty environment, and is killed when it takes too long or nobody waits for it any more.
//!
//! The program's `main` asks first whether it was started for that:
//!
//! ```no_run
//! # use std::process::ExitCode;
//! fn main() -> ExitCode {
//!     if let Some(done) = pushgate_sandbox::worker::run_if_asked(std::env::args_os()) {
//!         return done;
//!     }
//!     // The program itself.
//! #   ExitCode::SUCCESS
//! }
//! ```

mod child;
mod compile;
mod settings;
mod process;
mod cancel;
mod report;
mod limits;
mod streams;

use std::ffi::OsString;
use std::process::ExitCode;

pub use crate::exceeded::Exceeded;
use crate::worker_program::ASKED;
pub use crate::worker_program::Worker;
pub(crate) use cancel::{Cancelled, cancellation};
pub(crate) use compile::{compile, wait_limit};
pub(crate) use settings::check as check_settings;

/// Does the work of a worker if the arguments ask for it, and returns the exit code to end with; `None` for every other start of the program.
/// The arguments are those of the process, its own name first.
pub fn run_if_asked(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter().skip(1);
    if arguments.next()? != ASKED {
        return None;
    }
    Some(child::run(&arguments.next()?.into_string().ok()?))
}
